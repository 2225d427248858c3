using System.Text;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>Records of many lines: what is not read again because nothing can have changed is what reading it again would find.</summary>
public class TraceTests
{
    private static readonly string[] Heads =
    [
        "2026/11/20 22:00:00 [error] 7#7: *3 FastCGI sent in stderr: \"PHP message: PHP Fatal error:  Uncaught Error",
        "2026/11/20 22:00:00 [error] 7#7: *3 FastCGI sent in stderr: \"PHP message: PHP Warning: client: x, in a.php",
        "2026/11/20 22:00:00 [error] 7#7: FastCGI sent in stderr: \"PHP message",
        "2026/11/20 22:00:00 [debug] 7#7: *3 http: \"x",
        "2026/11/20 22:00:00 [emerg] 7#7: unknown directive \"foo",
        "2026/11/20 22:00:00 [error] 7#7: *3 lua entry thread aborted: runtime error: /x.lua:3: attempt to index a nil value",
        "2026/11/20 22:00:00 [error] 7#7: *3 open() \"/srv/a",
        "no head \"at all",
    ];

    private static readonly string[] Pieces =
    [
        "Stack trace:", "#0 {main}", "#1 /srv/a.php(12): foo()", "  thrown in /srv/a.php on line 12", " in /srv/app/index.php:12", "\"", "", "x", " while reading response header from upstream", " while x",
        ", client: 1.2.3.4, server: a, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://unix:/run/p.sock:\", host: \"a\"", ", client: ", "client: 1.2.3.4", ", server: b", ", host: \"c\"", "PHP message: \"quoted\"",
        " in command line", "(12", ": no)", "(12: Cannot allocate memory)", "failed", "\r", "2026-11-20 22:00:00 app", "upstream: \"http://a/\"", ", request: \"GET /x HTTP/1.1\"",
    ];

    private static string Piece(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhetherARecordGoesOn_IsToldWithoutReadingItAgain(int seed)
    {
        Random random = new(seed);
        int inQuote = 0;
        for (int i = 0; i < 4000; i++)
        {
            byte[] head = Encoding.UTF8.GetBytes(Heads[random.Next(Heads.Length)]);
            bool isRecord = random.Next(8) > 0;
            Pending once = new();
            once.Begin(head, 0, 1, isRecord);
            List<byte[]> lines = [];
            for (int line = 0; line < 6; line++)
            {
                byte[] next = Encoding.UTF8.GetBytes(random.Next(300) == 0 ? new string('x', ErrorLogReader.RecordBytesMax) : Piece(random));
                Pending again = new();
                again.Begin(head, 0, 1, isRecord);
                lines.ForEach(before => again.Append(before, lineFeed: true));
                bool wantsMore = again.WantsMore(next);
                Assert.Equal(wantsMore, once.WantsMore(next));
                inQuote += wantsMore ? 1 : 0;
                once.Append(next, lineFeed: true);
                lines.Add(next);
            }
        }

        Assert.InRange(inQuote, 3000, 20_000);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void LinesAsTheyAre_AreChosenWhereJoinedOnesCannotBeBetter(int seed)
    {
        const string Context = ", client: 1.2.3.4, server: a, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://unix:/run/p.sock:\", host: \"a\"";
        Random random = new(seed);
        int kept = 0;
        for (int i = 0; i < 6000; i++)
        {
            string text = Heads[random.Next(Heads.Length)] + "\n" + string.Join('\n', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Piece(random)))
                + (random.Next(3) > 0 ? "\" while reading response header from upstream" + Context : "");
            byte[] raw = Encoding.UTF8.GetBytes(text);
            ErrorLogFields fields = default, whole = default;
            ReadOnlyMemory<byte> chosen = Pasted.Unwrap(raw, ref fields);
            ErrorLogLine.ParseFields(raw, ref whole);
            Assert.Equal(Encoding.UTF8.GetString(Pasted.Choose(raw, ref whole).Span), Encoding.UTF8.GetString(chosen.Span));
            Assert.Equal((whole.Known, whole.Message, whole.Request, whole.Upstream, whole.OpenQuote), (fields.Known, fields.Message, fields.Request, fields.Upstream, fields.OpenQuote));
            kept += chosen.Length == raw.Length ? 1 : 0;
        }

        Assert.True(kept > 500);
    }

    [Fact]
    public void EverNewTraces_AreGroupsOfTheirMessage()
    {
        StringBuilder log = new();
        for (int i = 0; i < 300; i++)
        {
            string word = string.Concat(Enumerable.Range(0, 5).Select(letter => (char)('a' + (i / (int)Math.Pow(7, letter)) % 7)));
            log.Append($"2026/11/20 22:00:0{i % 10} [error] 7#7: *{i} FastCGI sent in stderr: \"PHP message: PHP Fatal error:  Uncaught Error: {word}() in /srv/{word}.php:{i}\nStack trace:\n#0 {{main}}\n  thrown in /srv/{word}.php on line {i}\" while reading response header from upstream, client: 1.2.3.4, server: a, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://unix:/run/p.sock:\", host: \"a\"\n");
        }

        ErrorLogSummary summary = BothWays.Agree(Encoding.UTF8.GetBytes(log.ToString()), 4096);
        Assert.Equal((300, 1), (summary.Records, summary.Groups.Count));
    }
}
