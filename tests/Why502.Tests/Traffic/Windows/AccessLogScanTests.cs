using System.Text;
using Why502.Bench.Traffic;
using Why502.Logs;
using Why502.Traffic;
using Why502.Traffic.Windows;
using Xunit;

namespace Why502.Tests.Traffic.Windows;

/// <summary>A diagnosis' groups and the traffic report are counted by one engine in one reading.</summary>
public sealed class AccessLogScanTests
{
    private const string Timed = AccessLogFormat.CombinedText + " $request_time $upstream_addr $upstream_status $upstream_response_time $upstream_header_time";

    private static (AccessLogSummary Summary, TrafficReport Report) Scan(AccessLogFormat format, byte[] text, int block = int.MaxValue, DateTimeOffset? from = null, int groupsMax = AccessLogScan.GroupsMax)
    {
        var scan = new AccessLogScan(format, "access.log", from, groupsMax);
        scan.Begin(1);
        for (var at = 0; at < text.Length; at += Math.Min(block, text.Length - at))
        {
            scan.Push(text.AsSpan(at, Math.Min(block, text.Length - at)));
        }

        scan.End();
        var report = scan.Report(new ReportContext());
        return (scan.Summary(report), report);
    }

    [Fact]
    public void Rows_AreGrouped_AndHiddenRetriesAreSeen()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 100; i++)
        {
            var row = $"192.0.2.{i % 3} - - [20/Nov/2026:22:{i / 60:00}:{i % 60:00} +0000] \"GET /users/{i}?k=v HTTP/1.1\" ";
            text.Append(row).Append(i % 10 == 0 ? "200 5 \"-\" \"c\" 0.020 10.0.0.1:80, 10.0.0.2:80 502, 200 0.001, 0.019 -, 0.019\n" : "502 5 \"-\" \"c\" 0.001 10.0.0.1:80 502 0.001 -\n");
        }

        text.Append("garbage\n");
        var (summary, report) = Scan(AccessLogFormat.Compile(Timed), Encoding.UTF8.GetBytes(text.ToString()));
        Assert.Equal((100L, 1L, 90L), (summary.Rows, summary.Malformed, summary.Status[502]));
        var failed = summary.Groups.Single(group => group.Status == 502);
        Assert.Equal((90L, "/users/{id}", "10.0.0.1:80", StatusOrigin.Nginx, 3L), (failed.Count, failed.Route, failed.UpstreamAddr, failed.Origin, DistinctCount.Of([failed.Clients])));
        Assert.Equal((0.001, 2), (failed.RequestTime!.P50, failed.Samples[0].Line));
        Assert.Equal((new DateTimeOffset(2026, 11, 20, 22, 0, 1, TimeSpan.Zero), new DateTimeOffset(2026, 11, 20, 22, 1, 39, TimeSpan.Zero)), (failed.First, failed.Last));
        var retry = Assert.Single(summary.HiddenRetries);
        Assert.Equal(("10.0.0.1:80", 502, 200, 10L, "/users/{id}"), (retry.UpstreamAddr, retry.AttemptStatus, retry.FinalStatus, retry.Count, retry.Route));
        Assert.Equal((2, 100L, 90L), (summary.Minutes.Count, summary.Minutes.Sum(minute => minute.Total), summary.Minutes.Sum(minute => minute.ServerErrors)));
        Assert.Equal((101, "garbage"), (Assert.Single(summary.MalformedSamples).Line, summary.MalformedSamples[0].Text));
        Assert.Equal(100L, report.Upstreams.Single(node => node.Upstream == "10.0.0.1:80").Attempts);
    }

    [Theory]
    [InlineData(AccessLogShape.UpstreamTiming)]
    [InlineData(AccessLogShape.Combined)]
    [InlineData(AccessLogShape.Json)]
    public void Groups_AddUpToWhatTheTrafficReportSays(AccessLogShape shape)
    {
        using var folder = new TrafficFolder();
        var (file, bytes, _) = folder.Generate(shape, 3_000_000, seed: 11);
        var report = TrafficFolder.Read(file);
        var format = AccessLogFormat.Compile(report.Inputs[0].Format, shape == AccessLogShape.Json ? EscapeMode.Json : EscapeMode.Default);
        var (summary, own) = Scan(format, bytes, block: 10_007);
        Assert.Equal((report.Rows, report.Malformed, report.From, report.To), (summary.Rows, summary.Malformed, summary.First, summary.Last));
        Assert.Equal(report.Status, summary.Status);
        Assert.Equal(report.Rows, summary.Groups.Sum(group => group.Count) + summary.GroupsDropped);
        Assert.Equal(report.Status, summary.Groups.GroupBy(group => group.Status).OrderBy(group => group.Key).ToDictionary(group => group.Key, group => group.Sum(one => one.Count)));
        Assert.Equal(report.Origin.Nginx, summary.Groups.Where(group => group.Status is 499 or (>= 500 and < 600) && group.Origin == StatusOrigin.Nginx).Sum(group => group.Count));
        foreach (var node in report.Upstreams)
        {
            Assert.Equal(node.Final, summary.Groups.Where(group => group.UpstreamAddr == node.Upstream).Sum(group => group.Count));
            Assert.Equal(node.Hidden, summary.HiddenRetries.Where(retry => retry.UpstreamAddr == node.Upstream).Sum(retry => retry.Count));
        }

        Assert.Equal(report.Findings.Select(finding => (finding.Kind, finding.Title, finding.Count)), own.Findings.Select(finding => (finding.Kind, finding.Title, finding.Count)));
        var half = report.From!.Value.AddHours(3);
        Assert.Equal(report.Minutes.Where(minute => minute.Minute >= half).Sum(minute => minute.Rows), Scan(format, bytes, from: half).Summary.Minutes.Where(minute => minute.Minute >= half).Sum(minute => minute.Total));
    }

    [Fact]
    public void ManyRoutes_StayBounded()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 5000; i++)
        {
            text.Append($"192.0.2.7 - - [20/Nov/2026:22:37:13 +0100] \"GET /{(char)('a' + i % 26)}{(char)('a' + i / 26 % 26)}{(char)('a' + i / 676)} HTTP/1.1\" 200 157 \"-\" \"curl/8\"\n");
        }

        text.Append("192.0.2.7 - - [20/Nov/2026:22:37:13 +0100] \"GET /users/17 HTTP/1.1\" 502 157 \"-\" \"curl/8\"");
        var (summary, _) = Scan(AccessLogFormat.Combined, Encoding.UTF8.GetBytes(text.ToString()), groupsMax: 50);
        Assert.InRange(summary.Groups.Count, 1, 50);
        Assert.Contains(summary.Groups, group => group is { Status: 502, Route: "/users/{id}" });
        Assert.Equal(5001, summary.Groups.Sum(group => group.Count) + summary.GroupsDropped);
    }
}
