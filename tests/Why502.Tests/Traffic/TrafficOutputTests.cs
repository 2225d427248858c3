using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Why502.Bench.Traffic;
using Why502.Cli.Traffic;
using Why502.Tests.Cli;
using Why502.Traffic;
using Xunit;

namespace Why502.Tests.Traffic;

/// <summary>What is handed on (a page, a table, a ticket) does nothing to those who open it, whatever the log says.</summary>
public sealed partial class TrafficOutputTests
{
    private const int HtmlMax = 2_000_000;

    private const string Row = "203.0.113.9 - - [21/Sep/2026:14:13:20 +0000] \"GET {0} HTTP/1.1\" 502 157 \"-\" \"-\" rt=0.001 host={1} uaddr={2} ustatus=502 urt=0.001";

    private static readonly string[] Hostile =
    [
        "<script>alert(1)</script>", "\"><img/src=x/onerror=alert(1)>", "'onmouseover='alert(1)", "</style><script>alert(1)</script>", "</title><svg/onload=alert(1)>", "&lt;b&gt;", "]]>-->",
        "=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "%0a=1", "|cell|", "`code`", "``a`b", "[x](javascript:alert(1))", "![x](//evil.example/p.png)", "@everyone", ";=1+1", "\",\"=1+1", "\u202etxt", "＝1",
    ];

    [Fact]
    public void Html_HasOnlyItsOwnMarkup()
    {
        using var folder = new TrafficFolder();
        var html = TrafficHtml.Render(HostileReport(folder));
        foreach (Match tag in AnyTag().Matches(html))
        {
            Assert.Contains(tag.Groups["name"].Value, (string[])["!DOCTYPE", "html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "h3", "p", "dl", "div", "dt", "dd", "article", "code", "ul", "li", "b",
                "figure", "figcaption", "span", "svg", "desc", "rect", "table", "thead", "tbody", "tr", "th", "td", "footer"]);
            Assert.Matches("""^( [a-zA-Z-]+="[^"<>]*"| html)*/?$""", tag.Groups["attributes"].Value);
            Assert.DoesNotMatch("(?i) (on[a-z]+|src|href|style|xlink)[ =]", tag.Groups["attributes"].Value);
        }

        Assert.DoesNotContain("url(", html.Split("<main>")[0], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("://", html.Split("<main>")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Html_AllowsExactlyItsOwnStyle()
    {
        var html = WebUtility.HtmlDecode(TrafficHtml.Render(new TrafficReport()));
        var style = html.Split("<style>")[1].Split("</style>")[0];
        Assert.Contains($"content=\"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'; ", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_HoldsEveryTableAndChart_AndSaysWhatTheyShow()
    {
        using var folder = new TrafficFolder();
        var (file, _, truth) = folder.Generate(AccessLogShape.UpstreamTiming, 12_000_000, seed: 7);
        var html = TrafficHtml.Render(TrafficFolder.Read(file));
        foreach (var title in new[] { "Findings", "Over time", "Upstreams", "Failures by node over time", "How long slow answers took, around the limit of 60 s", "Status", "Routes", "Methods", "Clients", "Not logged", "Logs" })
        {
            Assert.Contains($"<h2>{title}", html, StringComparison.Ordinal);
        }

        Assert.Contains($"<tr class=\"bad\"><th scope=\"row\"><code>{truth.BadNode}</code>", html, StringComparison.Ordinal);
        Assert.StartsWith($"{truth.BadNode} fails", html.Split("<h1 class=\"fault\">")[1], StringComparison.Ordinal);
        Assert.Equal(Regex.Count(html, "role=\"img\""), Regex.Count(html, "<desc id="));
        Assert.Equal(Regex.Count(html, "<th>|<th "), Regex.Count(html, "<th scope="));
        Assert.InRange(html.Length, 10_000, 600_000);
    }

    [Fact]
    public void Html_OfEndlessLogs_StaysSmall()
    {
        var start = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var wild = new string('"', 300);
        List<MinuteTraffic> minutes = [.. Enumerable.Range(0, 65_536).Select(i => new MinuteTraffic(start.AddMinutes(i * 32_768L), 1000, 1, 1, 1, 100, 900, 300, 100, 200, 12.5))];
        List<UpstreamMinute> series = [.. minutes.Select(minute => new UpstreamMinute(minute.Minute, 1000, 500))];
        FrequentValue frequent = new(wild, long.MaxValue / 4, 5, 1, 1, new TimeQuantiles(1, 1, 1, 1, 1, 1, 1, 1));
        TrafficReport report = new()
        {
            Rows = long.MaxValue / 4,
            Minutes = minutes,
            MinuteStep = 32_768,
            Upstreams = [.. Enumerable.Range(0, 512).Select(i => new UpstreamTraffic { Upstream = i + wild, Attempts = 1000, Failed = 500, Series = series })],
            Status = new SortedDictionary<int, long>(Enumerable.Range(0, 1000).ToDictionary(status => status, _ => 5L)),
            Routes = [.. Enumerable.Repeat(frequent, 100)],
            Hosts = [.. Enumerable.Repeat(frequent, 100)],
            Clients = [.. Enumerable.Repeat(frequent, 100)],
            Methods = [.. Enumerable.Repeat(frequent, 100)],
            Slow = [.. Enumerable.Range(1, 600).Select(second => new SlowSecond(second * 1000, 5, 5))],
            Findings = [.. Enumerable.Range(0, 600).Select(i => new TrafficFinding { Kind = "bad-node", Cause = "upstream-down", Title = wild, Next = "", Upstream = i + wild, From = start, To = start.AddYears(1), Limit = 60_000 })],
            Inputs = [.. Enumerable.Repeat(new TrafficInput(wild, wild, "given", 1), 10_000)],
            MalformedSamples = [.. Enumerable.Repeat(new MalformedRow(wild, 1, wild), 100)],
            Malformed = 100,
        };
        Assert.InRange(TrafficHtml.Render(report).Length, 100_000, HtmlMax);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(59)]
    [InlineData(600_000)]
    [InlineData(4_000_000_000)]
    public void TimeAxis_HasFewColumns_AndEveryMinuteIsInItsOwn(long minutes)
    {
        var start = new DateTimeOffset(1999, 12, 31, 23, 59, 0, TimeSpan.Zero);
        var end = start.AddMinutes(minutes);
        var axis = new TimeAxis(new TrafficReport { Minutes = [At(start), At(end)] });
        Assert.InRange(axis.Count, 1, TimeAxis.ColumnsMax);
        Assert.Equal((0, axis.Count - 1), (axis.Column(start), axis.Column(end)));
        Assert.All(new[] { start, end }, time => Assert.InRange(time, axis.Begin(axis.Column(time)), axis.Begin(axis.Column(time)).AddMinutes(axis.Minutes - 1)));
        Assert.Equal(7, axis.Ticks(7).Count());

        static MinuteTraffic At(DateTimeOffset minute) => new(minute, 1, 1, 0, 0, 0, 0, 0, 0, 0, null);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(4096)]
    public void HeatAxis_HoldsWholeSlotsOfANode(int step)
    {
        var start = DateTimeOffset.UnixEpoch.AddMinutes(4096 * 7_000);
        UpstreamTraffic node = new() { Upstream = "a", SeriesStep = step, Series = [.. Enumerable.Range(0, 100).Select(i => new UpstreamMinute(start.AddMinutes(i * step), 1, 0))] };
        var axis = new TimeAxis(new TrafficReport { Minutes = [new(start, 1, 1, 0, 0, 0, 0, 0, 0, 0, null), new(start.AddMinutes(100 * step - 1), 1, 1, 0, 0, 0, 0, 0, 0, 0, null)] }, [node]);
        Assert.Equal(Enumerable.Range(0, 100), node.Series.Select(slot => axis.Column(slot.Minute)));
        Assert.Equal(100, axis.Count);
    }

    [Fact]
    public void Csv_IsNoFormula_AndReadsBack()
    {
        using var folder = new TrafficFolder();
        var report = HostileReport(folder);
        foreach (var sheet in Sheet.All)
        {
            var text = Encoding.UTF8.GetString(TrafficCsv.Render(report, sheet));
            Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
            var rows = Rfc4180(text);
            Assert.Equal(sheet.Columns, rows[0]);
            Assert.All(rows, row => Assert.Equal(sheet.Columns.Count, row.Count));
            Assert.All(rows.SelectMany(row => row), cell => Assert.True(cell is "-" || cell.TrimStart() is "" || !"=+-@＝".Contains(cell.TrimStart()[0], StringComparison.Ordinal), cell));
            Assert.Equal(sheet.Rows(report).Count(), rows.Count - 1);
        }

        var hosts = Rfc4180(Encoding.UTF8.GetString(TrafficCsv.Render(report, Sheet.All.Single(sheet => sheet.Name == "hosts")))).Skip(1).Select(row => row[0]).ToList();
        Assert.Contains("'+1+1", hosts);
    }

    [Fact]
    public void Csv_OfMinutes_IsTheReports()
    {
        using var folder = new TrafficFolder();
        var (file, _, _) = folder.Generate(AccessLogShape.UpstreamTiming, 400_000, seed: 3);
        var report = TrafficFolder.Read(file);
        var rows = Rfc4180(Encoding.UTF8.GetString(TrafficCsv.Render(report, Sheet.All.Single(sheet => sheet.Name == Sheet.Default))));
        Assert.Equal(report.Minutes.Select(minute => $"{minute.Rows} {minute.ServerError}"), rows.Skip(1).Select(row => $"{row[1]} {row[6]}"));
        Assert.Matches("^2026-09-21T14:13:00Z$", rows[1][0]);
    }

    [Fact]
    public void Markdown_KeepsForeignTextInCode_AndTablesWhole()
    {
        using var folder = new TrafficFolder();
        var markdown = TrafficMarkdown.Render(HostileReport(folder));
        var table = 0;
        markdown = Regex.Replace(markdown, "(?ms)^(````*)$.*?^\\1$", "");
        foreach (var line in markdown.Split('\n'))
        {
            var cells = line.StartsWith('|') ? Regex.Count(line, @"(?<!\\)\|") : 0;
            Assert.True(table == 0 || cells == 0 || cells == table, line);
            table = cells;
            // Without its code spans nothing is left that would be markup.
            var prose = CodeSpan().Replace(line, "");
            Assert.DoesNotMatch(@"(?<!\\)[<\[!]|(?<!\\)`[^`]", prose);
        }
    }

    [Theory]
    [InlineData("traffic", "--format", "csv", "--table", "nothing", "-")]
    [InlineData("traffic", "--table", "routes", "-")]
    [InlineData("traffic", "--format", "pdf", "-")]
    public Task WrongTable_IsSaid(params string[] arguments) => new CommandLineTests().WrongUsage_IsOneLineThatSaysWhatToDo(arguments);

    private static TrafficReport HostileReport(TrafficFolder folder)
    {
        var format = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\" rt=$request_time host=$host uaddr=$upstream_addr ustatus=$upstream_status urt=$upstream_response_time";
        var text = new StringBuilder();
        foreach (var hostile in Hostile)
        {
            var word = hostile.Replace(" ", "", StringComparison.Ordinal);
            for (var i = 0; i < 30; i++)
            {
                text.AppendLine(Row.Replace("{0}", "/" + word.Replace("\"", "\\x22", StringComparison.Ordinal), StringComparison.Ordinal).Replace("{1}", word, StringComparison.Ordinal).Replace("{2}", word, StringComparison.Ordinal));
            }

            text.AppendLine(hostile);
        }

        var file = folder.Write("a<b>'\"&.log", Encoding.UTF8.GetBytes(text.ToString().ReplaceLineEndings("\n")));
        var report = TrafficFolder.Read(new TrafficRequest { Files = [file], LogFormat = format });
        Assert.True(report.Rows >= 300 && report.Malformed >= 10, $"{report.Rows} {report.Malformed}");
        return report;
    }

    private static List<List<string>> Rfc4180(string text)
    {
        List<List<string>> rows = [];
        List<string> row = [];
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                cell.Append(text[i++]);
            }
            else if (text[i] == '"')
            {
                Assert.True(quoted || cell.Length == 0);
                quoted = !quoted;
            }
            else if (!quoted && text[i] == ',')
            {
                row.Add(cell.ToString());
                cell.Clear();
            }
            else if (!quoted && text[i] == '\r')
            {
                Assert.Equal('\n', text[++i]);
                row.Add(cell.ToString());
                cell.Clear();
                rows.Add(row);
                row = [];
            }
            else
            {
                cell.Append(text[i]);
            }
        }

        return rows;
    }

    [GeneratedRegex("</?(?<name>[!a-zA-Z][a-zA-Z0-9]*)(?<attributes>[^>]*)>")]
    private static partial Regex AnyTag();

    [GeneratedRegex("(?<!`)(?<fence>`+)(?!`).*?(?<!`)\\k<fence>(?!`)")]
    private static partial Regex CodeSpan();
}
