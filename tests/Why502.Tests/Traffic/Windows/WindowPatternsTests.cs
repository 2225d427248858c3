using System.IO.Compression;
using System.Text;
using Why502.Bench.Traffic;
using Why502.Cli.Given;
using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Host.Logs;
using Xunit;

namespace Why502.Tests.Traffic.Windows;

/// <summary>A diagnosis hears of the same patterns as the traffic report, over rotated files, and by the configuration's limits and groups.</summary>
public sealed class WindowPatternsTests
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private const string Timed = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\" $request_time $upstream_addr $upstream_status $upstream_response_time";

    private static async Task<AccessLogFact> Read(AccessLogWindow ask) => Assert.IsType<AccessLogFact>((await new LogAnswers(TimeProvider.System).AnswerAsync(ask, CancellationToken.None)).Fact);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Diagnosis_HearsWhatTheReportFinds(bool held)
    {
        using var folder = new TrafficFolder();
        var (file, bytes, truth) = folder.Generate(AccessLogShape.UpstreamTiming, 12_000_000, seed: 7);
        var report = TrafficFolder.Read(file);
        var ask = new AccessLogWindow(file, report.Inputs[0].Format, "default", null);
        var fact = held ? (AccessLogFact)HeldLog.Answer(ask, file, bytes, cut: false, new FileClock()).Fact! : await Read(ask);
        Assert.Equal((report.Rows, false), (fact.Summary.Rows, fact.Coverage.Sampled));
        Assert.Equal(report.Findings.Select(finding => (finding.Kind, finding.Title, finding.Count, finding.PValue)), fact.Patterns.Select(pattern => (pattern.Kind, pattern.Title, pattern.Count, pattern.PValue)));
        var notes = TrafficPatternReading.Notes(fact.Patterns).ToList();
        Assert.StartsWith($"{truth.BadNode} fails", notes[0], StringComparison.Ordinal);
        Assert.Contains(notes, note => note.Contains("before the limit of 60 s", StringComparison.Ordinal));
        Assert.All(notes, note => Assert.EndsWith(").", note, StringComparison.Ordinal));
    }

    private static string Row(int second, string upstream, int status, double took = 0.05)
        => FormattableString.Invariant($"192.0.2.{second % 7} - - [{Begin.AddSeconds(second):dd/MMM/yyyy:HH:mm:ss} +0000] \"GET /a HTTP/1.1\" {status} 5 \"-\" \"c\" {took:0.000} {upstream} {status} {took:0.000}\n");

    /// <summary>600 seconds; the one node fails only in the older half.</summary>
    private static IEnumerable<string> Rows(int from, int to)
        => Enumerable.Range(from, to - from).SelectMany(second => new[] { Row(second, "10.0.0.1:80", second < 300 && second % 4 == 0 ? 502 : 200), Row(second, "10.0.0.2:80", 200), Row(second, "10.0.0.3:80", 200) });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RotatedPredecessor_BelongsToTheWindow(bool packed)
    {
        using var folder = new TrafficFolder();
        var older = Encoding.UTF8.GetBytes(string.Concat(Rows(0, 300)));
        var file = folder.Write("access.log", Encoding.UTF8.GetBytes(string.Concat(Rows(300, 600))));
        if (packed)
        {
            using var content = new MemoryStream();
            using (var gzip = new GZipStream(content, CompressionLevel.Fastest))
            {
                gzip.Write(older);
            }

            older = content.ToArray();
        }

        var rotated = folder.Write(packed ? "access.log.1.gz" : "access.log.1", older);
        File.SetLastWriteTimeUtc(rotated, Begin.AddSeconds(300).UtcDateTime);
        var fact = await Read(new AccessLogWindow(file, Timed, "default", Begin.AddSeconds(60)));
        Assert.Equal((540L * 3, 60L, false), (fact.Summary.Rows, fact.Summary.Status[502], fact.Coverage.Sampled));
        var bad = Assert.Single(fact.Patterns, pattern => pattern.Kind == "bad-node");
        Assert.Equal(("10.0.0.1:80", 60L, 540L), (bad.Upstream, bad.Count, bad.Of));
        Assert.InRange(bad.PValue!.Value, 0, 0.001);
        Assert.DoesNotContain((await Read(new AccessLogWindow(file, Timed, "default", Begin.AddSeconds(300)))).Patterns, pattern => pattern.Kind == "bad-node");
    }

    [Fact]
    public async Task Groups_OfTheConfiguration_SayWhoIsWhosePeer()
    {
        using var folder = new TrafficFolder();
        var file = folder.Write("access.log", Encoding.UTF8.GetBytes(string.Concat(Rows(0, 600))));
        var ask = new AccessLogWindow(file, Timed, "default", null);
        Assert.Contains((await Read(ask)).Patterns, pattern => pattern.Kind == "bad-node");
        var apart = new TrafficSetup { Groups = [["10.0.0.1:80"], ["10.0.0.2:80", "10.0.0.3:80"]] };
        Assert.DoesNotContain((await Read(ask with { Setup = apart })).Patterns, pattern => pattern.Kind == "bad-node");
        foreach (var (server, peers) in new[] { ("app.example:80", true), ("app.example:81", false), ("10.0.0.9:80", false), ("[::1]:80", false) })
        {
            Assert.Equal(peers, (await Read(ask with { Setup = new() { Groups = [["10.0.0.4:80"], [server]] } })).Patterns.Any(pattern => pattern.Kind == "bad-node"));
        }

        Assert.Equal(ask with { Setup = apart }, ask with { Setup = new() { Groups = [["10.0.0.1:80"], ["10.0.0.2:80", "10.0.0.3:80"]] } });
        Assert.NotEqual(ask with { Setup = apart }, ask);
    }

    /// <summary>Two apps on the same port of two machines; the one that fails serves all that fails.</summary>
    [Theory]
    [InlineData("/b", 0)]
    [InlineData("/a", 1)]
    public async Task ServerOfItsOwnRoutes_IsNoPeer(string path, int accused)
    {
        using var folder = new TrafficFolder();
        var rows = Enumerable.Range(0, 2000).Select(i => Row(i, i % 5 < 2 ? "10.0.0.1:80" : "10.0.0.2:80", i % 20 == 0 ? 502 : 200)).Select((row, i) => i % 5 < 2 ? row.Replace("/a", path, StringComparison.Ordinal) : row);
        var ask = new AccessLogWindow(folder.Write("access.log", Encoding.UTF8.GetBytes(string.Concat(rows))), Timed, "default", null);
        Assert.Equal(accused, (await Read(ask)).Patterns.Count(pattern => pattern.Kind == "bad-node"));
    }

    /// <summary>Too few 504s for the limit to be recognised from them, as another route's answers take longer; the configuration has it.</summary>
    [Fact]
    public async Task Limits_OfTheConfiguration_AreKnown()
    {
        using var folder = new TrafficFolder();
        var rows = Enumerable.Range(0, 200).Select(i => Row(i, "10.0.0.1:80", i % 50 == 0 ? 504 : 200, i % 50 == 0 ? 7.002 : i % 10 == 3 ? 12 : 6.4 + (i % 6 * 0.1)));
        var ask = new AccessLogWindow(folder.Write("access.log", Encoding.UTF8.GetBytes(string.Concat(rows))), Timed, "default", null);
        Assert.DoesNotContain((await Read(ask)).Patterns, pattern => pattern.Kind == "near-timeout");
        var near = Assert.Single((await Read(ask with { Setup = new() { Limits = [7000] } })).Patterns, pattern => pattern.Kind == "near-timeout");
        Assert.Equal(7000, near.Limit);
    }

    [Fact]
    public void Notes_AreAFew_TheBadNodeFirst()
    {
        TrafficPattern[] patterns = [.. Enumerable.Range(0, 9).Select(i => new TrafficPattern("near-timeout", $"near {i}") { Count = 100 }), new TrafficPattern("burst", "many"), new TrafficPattern("bad-node", "10.0.0.1:80 fails") { Count = 1 }];
        var notes = TrafficPatternReading.Notes(patterns).ToList();
        Assert.Equal((4, "10.0.0.1:80 fails (access log)."), (notes.Count, notes[0]));
        Assert.DoesNotContain(notes, note => note.Contains("many", StringComparison.Ordinal));
    }
}
