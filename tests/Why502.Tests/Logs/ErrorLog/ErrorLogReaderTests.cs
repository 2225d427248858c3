using System.Text;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>Bytes to records: carriers, continuation, forged lines, any block border.</summary>
public class ErrorLogReaderTests
{
    private const string Refused = "2026/11/20 22:37:13 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"a\"";

    internal static List<ErrorLogRecord> Read(byte[] bytes, int? split = null)
    {
        List<ErrorLogRecord> records = [];
        ErrorLogReader reader = new("error.log");
        if (split is { } at)
        {
            reader.Push(bytes.AsSpan(0, at), records.Add);
            reader.Push(bytes.AsSpan(at), records.Add);
        }
        else
        {
            reader.Push(bytes, records.Add);
        }

        reader.Complete(records.Add);
        return records;
    }

    private static List<ErrorLogRecord> Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    public static TheoryData<string> Carriers =>
    [
        Refused,
        "Nov 20 22:37:13 web1 nginx[3004]: " + Refused,
        "2026-11-20T22:37:13+0100 web1 nginx[3004]: " + Refused,
        "2026-11-20T22:37:13.123456+01:00 web1 nginx: " + Refused,
        "Nov 20 22:37:13 loghost Nov 20 22:37:13 web1 nginx: " + Refused,
        "<187>Nov 20 22:37:13 web1 nginx: " + Refused,
        "<187>Nov 20 22:37:13 nginx: " + Refused,
        "<187>1 2026-11-20T22:37:13.1Z web1 nginx 3004 - - " + Refused,
        "2026-11-20T22:37:13.123456789Z " + Refused,
        "2026-11-20T22:37:13.123456789Z stderr F " + Refused,
        "web-1  | " + Refused,
        "[pod/web-5d9c7/nginx] " + Refused,
        "[pod/web-5d9c7/nginx] 2026-11-20T22:37:13.123456789Z " + Refused,
        "{\"log\":\"" + Refused.Replace("\"", "\\\"") + "\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T22:37:13.123456789Z\"}",
        "{\"__REALTIME_TIMESTAMP\":\"1795211833000000\",\"SYSLOG_IDENTIFIER\":\"nginx\",\"_PID\":\"3004\",\"MESSAGE\":\"" + Refused.Replace("\"", "\\\"") + "\"}",
        "{\"time\":\"2026-11-20T22:37:13\",\"level\":\"error\",\"pid\":7,\"tid\":7,\"connection\":1,\"message\":\"connect() failed (111: Connection refused) while connecting to upstream\",\"client\":\"192.0.2.7\",\"server\":\"a\",\"request\":\"GET / HTTP/1.1\",\"upstream\":\"http://127.0.0.1:3000/\",\"host\":\"a\"}",
    ];

    [Theory]
    [MemberData(nameof(Carriers))]
    public void EveryCarrier_IsTakenOff(string line)
    {
        ErrorLogRecord r = Assert.Single(Read("\n" + line + "\n"));
        Assert.Equal((111, "127.0.0.1:3000", "a"), (r.Errno, r.UpstreamPeer, r.Host));
        Assert.Equal(new DateTime(2026, 11, 20, 22, 37, 13), r.Time);
        Assert.Equal(2, r.At.Line);
        Assert.False(r.Suspect);
    }

    [Fact]
    public void UndatedStartUpLine_BehindAJournalPrefix_IsARecord()
    {
        ErrorLogRecord r = Assert.Single(Read("Nov 20 22:37:13 web1 nginx[3004]: nginx: [emerg] unknown directive \"proxy_pas\" in /etc/nginx/nginx.conf:7\nNov 20 22:37:13 web1 systemd[1]: nginx.service: Failed with result 'exit-code'.\n"));
        Assert.Equal(("/etc/nginx/nginx.conf", 7), (r.ConfigFile, r.ConfigLine));
    }

    [Fact]
    public void StackTraceOfPhp_BelongsToItsRecord()
    {
        string text = "2026/11/20 22:37:13 [error] 7#7: *1 FastCGI sent in stderr: \"PHP message: PHP Fatal error:  Uncaught Error: x in /srv/a.php:3\nStack trace:\n#0 {main}\n  thrown in /srv/a.php on line 3\" while reading response header from upstream, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://unix:/run/php.sock:\", host: \"a\"\n" + Refused + "\n";
        List<ErrorLogRecord> records = Read(text);
        Assert.Equal(2, records.Count);
        Assert.Equal(("unix:/run/php.sock", "reading response header from upstream"), (records[0].UpstreamPeer, records[0].Phase));
        Assert.Equal(3, records[0].Continuation.Count);
        Assert.NotNull(records[0].Known);
        Assert.Equal(5, records[1].At.Line);
        Assert.False(records[0].Suspect || records[1].Suspect);
    }

    [Fact]
    public void LuaTraceback_BelongsToItsRecord()
    {
        List<ErrorLogRecord> records = Read("2026/11/20 22:37:13 [error] 7#7: *1 lua entry thread aborted: runtime error: a.lua:1: oops\nstack traceback:\ncoroutine 0:\n\ta.lua: in function <a.lua:1>, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", host: \"a\"\n");
        Assert.Equal("a", Assert.Single(records).Host);
    }

    [Fact]
    public void HardWrappedPaste_IsJoined()
    {
        List<ErrorLogRecord> records = Read("2026/11/20 22:37:13 [error] 7#7: *1 connect() failed (111: Connection\nrefused) while connecting to upstream, client: 192.0.2.7, server: a, request: \"GET\n/ HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"a\"\n");
        ErrorLogRecord r = Assert.Single(records);
        Assert.Equal((111, "127.0.0.1:3000", "GET"), (r.Errno, r.UpstreamPeer, r.Method));
        Assert.NotNull(r.Known);
    }

    [Fact]
    public void AccessRowsBetween_AreNobodysContinuation()
    {
        List<ErrorLogRecord> records = Read(Refused + "\n172.17.0.1 - - [20/Nov/2026:22:37:13 +0000] \"GET / HTTP/1.1\" 502 157 \"-\" \"curl\"\n" + Refused + "\n");
        Assert.Equal(2, records.Count);
        Assert.Empty(records[0].Continuation);
    }

    [Fact]
    public void LineForgedThroughADecodedUri_IsSuspect()
    {
        string forged = "2026/11/20 22:37:13 [error] 7#7: *9 connect() failed (111: Connection refused) while connecting to upstream, client: 1.1.1.1, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://198.51.100.66:1/\", host: \"a\"";
        string text = Refused + "\n2026/11/20 22:37:14 [error] 7#7: *2 open() \"/srv/www/a\n" + forged + "\nrest\" failed (2: No such file or directory), client: 192.0.2.66, server: a, request: \"GET /a%0a2026/11/20%2022:37:13%20... HTTP/1.1\", host: \"a\"\n" + Refused + "\n";
        List<ErrorLogRecord> records = Read(text);
        Assert.All(records.Where(r => r.UpstreamPeer == "198.51.100.66:1"), r => Assert.True(r.Suspect));
        Assert.False(records[0].Suspect);
    }

    [Theory]
    [InlineData("open() \"/srv/www/a\"")]
    [InlineData("open() \"/srv/www/a\" failed (2: No such file or directory)")]
    public void LineForgedBehindAClosedQuote_IsSuspect(string opened)
    {
        string forged = Refused.Replace("127.0.0.1:3000", "198.51.100.66:1");
        string text = "2026/11/20 22:37:14 [error] 7#7: *2 " + opened + "\n" + forged + "\nx\" failed (2: No such file or directory), client: 192.0.2.66, server: a, request: \"GET /a%22%0a2026 HTTP/1.1\", host: \"a\"\n" + Refused + "\n";
        List<ErrorLogRecord> records = Read(text);
        Assert.All(records.Where(r => r.UpstreamPeer == "198.51.100.66:1"), r => Assert.True(r.Suspect));
    }

    [Fact]
    public void LogIsTrustedAgain_BehindTheForgersOwnRecord()
    {
        string text = "2026/11/20 22:37:14 [error] 7#7: *2 open() \"/srv/www/a\n2026/11/20 22:37:14 [error] 7#7: *9 no live upstreams\" failed (2: No such file or directory), client: 192.0.2.66, server: a, request: \"GET /a%0A2026 HTTP/1.1\", host: \"a\"\n" + Refused + "\n";
        List<ErrorLogRecord> records = Read(text);
        Assert.Equal([true, true, false], records.Select(r => r.Suspect));
    }

    [Fact]
    public void EverySplitPosition_GivesTheSameRecords()
    {
        string text = Refused + "\r\nNov 20 22:37:13 web1 nginx[3004]: " + Refused + "\n2026/11/20 22:37:13 [error] 7#7: *1 FastCGI sent in stderr: \"a\nb\" while reading response header from upstream, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://127.0.0.1:9000\"\nnginx: [emerg] unexpected \"}\" in /a.conf:3";
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        string expected = Show(Read(bytes));
        // Every border near line ends and heads, every third one in between.
        for (int at = 0; at <= bytes.Length; at += at % 60 < 24 ? 1 : 3)
        {
            Assert.Equal(expected, Show(Read(bytes, at)));
        }

        static string Show(List<ErrorLogRecord> records) => string.Join('\n', records.Select(r => $"{r.At}|{Sanitizer.Line(r.RawBytes.Span)}|{r.Known?.Id}|{r.UpstreamPeer}|{r.Suspect}"));
    }

    [Fact]
    public void EndlessLine_IsBounded()
    {
        ErrorLogReader reader = new("error.log");
        byte[] block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)'x');
        List<ErrorLogRecord> records = [];
        reader.Push(Encoding.UTF8.GetBytes(Refused + " "), records.Add);
        for (int i = 0; i < 64; i++)
        {
            reader.Push(block, records.Add);
        }

        reader.Complete(records.Add);
        Assert.InRange(Assert.Single(records).RawBytes.Length, 100, ErrorLogReader.RecordBytesMax);
    }

    [Fact]
    public void TailOfAFile_HasNoLineNumbersButOffsets()
    {
        List<ErrorLogRecord> records = [];
        ErrorLogReader reader = new("error.log", lineNumbersAreExact: false, firstOffset: 5000);
        reader.Push(Encoding.UTF8.GetBytes(Refused + "\n"), records.Add);
        reader.Complete(records.Add);
        Assert.Equal(new LogPosition("error.log", null, 5000), Assert.Single(records).At);
    }
}
