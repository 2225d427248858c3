using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Why502.Logs;
using Why502.Traffic;
using Why502.Traffic.Windows;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>What is shown: harmless, without secrets, bounded; and nothing that is read can throw.</summary>
public class LineSafetyTests
{
    [Theory]
    [InlineData("a\u001b[31mred", "a\\x1B[31mred")]
    [InlineData("tab\there", "tab here")]
    [InlineData("x\u202Egpj.exe", "x\\u{202e}gpj.exe")]
    [InlineData("zero\u200Bwidth", "zero\\u{200b}width")]
    [InlineData("grüße 日本", "grüße 日本")]
    public void HostileCharacters_AreSpelledOut(string raw, string shown) => Assert.Equal(shown, Sanitizer.Line(Encoding.UTF8.GetBytes(raw)));

    [Fact]
    public void BrokenUtf8_IsShownAsBytes() => Assert.Equal("a\\xFF\\xC3b", Sanitizer.Line([(byte)'a', 0xFF, 0xC3, (byte)'b']));

    [Fact]
    public void LongLine_IsCutInTheMiddle()
    {
        string shown = Sanitizer.Line(Encoding.UTF8.GetBytes("head" + new string('x', 100_000) + "tail"), 100);
        Assert.Equal(100, shown.Length);
        Assert.StartsWith("head", shown);
        Assert.EndsWith("tail", shown);
    }

    [Theory]
    [InlineData("GET /a?token=abc HTTP/1.1", "GET /a?… HTTP/1.1")]
    [InlineData("GET /a?token=abc&transport=websocket&sid=9Qx HTTP/1.1", "GET /a?transport=websocket&… HTTP/1.1")]
    [InlineData("GET /a?transport=carrier HTTP/1.1", "GET /a?… HTTP/1.1")]
    [InlineData("http://user:pw@10.0.0.1:80/x", "http://…@10.0.0.1:80/x")]
    [InlineData("postgres://app:s3cr3t@db:5432/app", "postgres://…@db:5432/app")]
    [InlineData("Authorization: Bearer abc.def", "Authorization: …")]
    [InlineData("DB_PASSWORD=hunter2 PORT=80", "DB_PASSWORD=… PORT=80")]
    [InlineData("node app.js --password hunter2 --port 3000", "node app.js --password … --port 3000")]
    [InlineData("x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF y", "x … y")]
    [InlineData("id 9f86d081884c7d659a2feaa0c55ad015 end", "id … end")]
    [InlineData("connect() to unix:/run/php/php8.2-fpm.sock failed (13: Permission denied)", "connect() to unix:/run/php/php8.2-fpm.sock failed (13: Permission denied)")]
    [InlineData("upstream: \"http://127.0.0.1:3000/users/17\", host: \"shop.example\"", "upstream: \"http://127.0.0.1:3000/users/17\", host: \"shop.example\"")]
    [InlineData("/usr/lib/systemd/system/my-long-service-name-with-words.service", "/usr/lib/systemd/system/my-long-service-name-with-words.service")]
    [InlineData("GET /reset/Ab3dE5gH7jK9mN1pQ3sT5vX7 HTTP/1.1", "GET /reset/… HTTP/1.1")]
    [InlineData("GET /home/Ab3dE5gH7jK9mN1pQ3sT5vX7 HTTP/1.1", "GET /home/… HTTP/1.1")]
    [InlineData("open() \"/srv/ShopOfTheNorthRelease20261121/index.php\" failed", "open() \"/srv/ShopOfTheNorthRelease20261121/index.php\" failed")]
    [InlineData("--chdir=/home/deploy/ShopOfTheNorthRelease20261121", "--chdir=/home/deploy/ShopOfTheNorthRelease20261121")]
    [InlineData("try_files $uri /index.php?$args;", "try_files $uri /index.php?$args;")]
    [InlineData("rewrite ^ /find?q=$1&$args last;", "rewrite ^ /find?q=$1&$args last;")]
    [InlineData("rewrite ^ /find?key=abc&$args last;", "rewrite ^ /find?… last;")]
    public void Secrets_AreTakenOut(string raw, string shown) => Assert.Equal(shown, Redactor.Text(raw));

    [Fact]
    public void CommandLine_LosesSecretValues() =>
        Assert.Equal("app --db-password … --api-key=… --port 80", Redactor.CommandLine(["app", "--db-password", "hunter2", "--api-key=k123", "--port", "80"]));

    [Theory]
    [InlineData("2026/11/20 22:37:13 [error] x", "2026-11-20T22:37:13", false)]
    [InlineData("1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET", "2000-10-10T20:55:36", true)]
    [InlineData("2026-11-20T22:37:13.5Z x", "2026-11-20T22:37:13.5", true)]
    [InlineData("2026-11-20T22:37:13+0100 host x", "2026-11-20T21:37:13", true)]
    [InlineData("Nov 20 22:37:13 host nginx[1]: x", "2026-11-20T22:37:13", false)]
    [InlineData("Dec 31 23:59:59 host x", "2025-12-31T23:59:59", false)]
    [InlineData("[21-Nov-2026 01:02:03] NOTICE: x", "2026-11-21T01:02:03", false)]
    [InlineData("[2026-11-21 01:02:03 +0100] [7] [INFO] x", "2026-11-21T00:02:03", true)]
    [InlineData("<187>Nov 20 22:37:13 nginx: 2026/11/20 22:37:13 [error] x", "2026-11-20T22:37:13", false)]
    [InlineData("{\"log\":\"x\",\"time\":\"2026-11-20T22:37:13Z\"}", "2026-11-20T22:37:13", true)]
    [InlineData("web-1  | 2026/11/20 22:37:13 [error] x", "2026-11-20T22:37:13", false)]
    [InlineData("Fri Nov 20 22:37:13 2026 - *** x", "2026-11-20T22:37:13", false)]
    public void TimeStamp_IsReadFromAnyLine(string line, string expected, bool zone)
    {
        Assert.True(LogTime.TryRead(Encoding.UTF8.GetBytes(line), out DateTime time, out bool hasZone, new DateTime(2026, 11, 21)));
        Assert.Equal((DateTime.Parse(expected), zone), (DateTime.SpecifyKind(time, DateTimeKind.Unspecified), hasZone));
    }

    private static void Hammer(byte[] bytes, int split)
    {
        List<ErrorLogRecord> whole = ErrorLogReaderTests.Read(bytes);
        List<ErrorLogRecord> parts = ErrorLogReaderTests.Read(bytes, split);
        Assert.Equal(whole.Select(r => Sanitizer.Line(r.RawBytes.Span)), parts.Select(r => Sanitizer.Line(r.RawBytes.Span)));
        ErrorLogFold fold = new();
        whole.ForEach(fold.Add);
        foreach (LogLine line in fold.Summary().Groups.SelectMany(g => g.Samples).Concat(fold.Summary().Unknown))
        {
            Assert.DoesNotContain(line.Text, c => char.IsControl(c));
        }

        AppLogReader app = new("a");
        app.Push(bytes, e => Assert.DoesNotContain(e.Line.Text + e.Text, c => char.IsControl(c)));
        app.Complete(_ => { });
        AccessLogScan access = new(AccessLogFormat.Combined, "a");
        access.Begin(1);
        access.Push(bytes);
        access.End();
        Assert.All(access.Summary(access.Report(new ReportContext())).MalformedSamples, line => Assert.DoesNotContain(line.Text, c => char.IsControl(c)));
        _ = LogTime.TryRead(bytes, out _, out _, new DateTime(2026, 11, 21));
        LogKinds.Recognise(bytes);
        string text = Encoding.Latin1.GetString(bytes);
        AccessLogFormat.Recognise([text]);
        _ = AccessLogFormat.Compile(text).TryParse(bytes, out _);
        Assert.DoesNotContain(Redactor.Text(Sanitizer.Line(bytes)), c => char.IsControl(c));
    }

    [Fact]
    public void ArbitraryBytes_NeverThrow() =>
        Prop.ForAll<byte[], int>((bytes, split) => Hammer(bytes ?? [], bytes is { Length: > 0 } ? (int)((uint)split % bytes.Length) : 0)).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    /// <summary>Pieces of real lines in any order come closer to the edges than random bytes do.</summary>
    [Fact]
    public void ScrambledGrammar_NeverThrows()
    {
        string[] pieces = ["2026/11/20 22:37:13 [error] ", "7#7: ", "*1 ", "connect() failed", " (111: Connection refused)", " (SSL: error:0A:SSL routines::x:SSL alert number 4)", " while ", "connecting to upstream", ", client: ",
            "1.2.3.4", ", server: ", "a", ", request: \"", "GET / HTTP/1.1", "\"", ", subrequest: \"", ", upstream: \"", "http://", "unix:/a:", "127.0.0.1:1", ", host: \"", ", referrer: \"", "\n", "\r\n", "nginx: ", "[emerg] ",
            " in /a.conf:3", "{\"log\":\"", "\"}", "\\", "\\u00", "<187>", "Nov 20 22:37:13 ", "h nginx[1]: ", "2026-11-20T22:37:13Z ", "stderr P ", "web-1  | ", "[pod/a/b] ", "\u001b[31m", "“", "&quot;", ", ", " : ", "-", "[20/Nov/2026:22:37:13 +0100] ", "502 ", "%0a",
            "Killed process ", "(pid:", "[pool ", "]", "listening on ", "SRC=", " DST=", "port ", ":::"];
        Gen<byte[]> lines = Gen.Elements(pieces).ListOf().Select(p => Encoding.UTF8.GetBytes(string.Concat(p)));
        Prop.ForAll(lines.ToArbitrary(), bytes => Hammer(bytes, bytes.Length / 2)).Check(Config.QuickThrowOnFailure.WithMaxTest(120));
    }
}
