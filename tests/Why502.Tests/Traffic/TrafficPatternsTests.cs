using System.Text;
using Why502.Bench.Traffic;
using Why502.Cli.Traffic;
using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Traffic;

/// <summary>A diagnosis hears of the same patterns as the traffic report, by the same engine.</summary>
public sealed class TrafficPatternsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Diagnosis_HearsWhatTheReportFinds(bool held)
    {
        using var folder = new TrafficFolder();
        var (file, bytes, truth) = folder.Generate(AccessLogShape.UpstreamTiming, 12_000_000, seed: 7);
        var report = TrafficFolder.Read(file);
        var format = report.Inputs[0].Format;
        var ask = new TrafficPatterns(file, format, "default", null);
        var answer = held
            ? TrafficAnswers.Held(ask, bytes, cut: false, new Provenance("", Sources.AccessLog, file, default), CancellationToken.None)
            : await new TrafficAnswers(TimeProvider.System).AnswerAsync(ask, CancellationToken.None);
        var fact = Assert.IsType<TrafficPatternsFact>(answer.Fact);
        Assert.Equal((report.Rows, false), (fact.Rows, fact.Sampled));
        Assert.Equal(report.Findings.Select(finding => (finding.Kind, finding.Title, finding.Count)), fact.Patterns.Select(pattern => (pattern.Kind, pattern.Title, pattern.Count)));
        var notes = TrafficPatternReading.Notes([fact]).ToList();
        Assert.StartsWith($"{truth.BadNode} fails", notes[0], StringComparison.Ordinal);
        Assert.Contains(notes, note => note.Contains("before the limit of 60 s", StringComparison.Ordinal));
        Assert.All(notes, note => Assert.EndsWith(").", note, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Window_IsHeld_AndWhatCannotBeReadIsSaid()
    {
        using var folder = new TrafficFolder();
        var (file, _, _) = folder.Generate(AccessLogShape.UpstreamTiming, 2_000_000, seed: 8);
        var report = TrafficFolder.Read(file);
        var answers = new TrafficAnswers(TimeProvider.System);
        var half = new TrafficPatterns(file, report.Inputs[0].Format, "default", new DateTimeOffset(2026, 9, 21, 17, 0, 0, TimeSpan.Zero));
        var fact = (TrafficPatternsFact)(await answers.AnswerAsync(half, CancellationToken.None)).Fact!;
        Assert.Equal(report.Minutes.Where(minute => minute.Minute >= half.From).Sum(minute => minute.Rows), fact.Rows);
        var missing = await answers.AnswerAsync(half with { Path = file + ".none" }, CancellationToken.None);
        Assert.Null(missing.Fact);
        Assert.NotEmpty(missing.Unobserved!);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Assert.Equal("not finished within the time limit", (await answers.AnswerAsync(half, stop.Token)).Unobserved);
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(9, false, false)]
    [InlineData(10, false, true)]
    [InlineData(0, true, true)]
    public void HealthyLog_IsNotReadTwice(long failures, bool sampled, bool worthwhile)
        => Assert.Equal(worthwhile, TrafficPatternReading.IsWorthwhile(new(new AccessLogSummary { Rows = 1000, Status = new Dictionary<int, long> { [200] = 990, [502] = failures } }, new(0, 0, sampled, []))));

    [Fact]
    public void Notes_AreAFew_TheBadNodeFirst()
    {
        TrafficPattern[] patterns = [.. Enumerable.Range(0, 9).Select(i => new TrafficPattern("near-timeout", $"near {i}") { Count = 100 }), new TrafficPattern("burst", "many"), new TrafficPattern("bad-node", "10.0.0.1:80 fails") { Count = 1 }];
        var notes = TrafficPatternReading.Notes([new(1, false, patterns)]).ToList();
        Assert.Equal((4, "10.0.0.1:80 fails (access log)."), (notes.Count, notes[0]));
        Assert.DoesNotContain(notes, note => note.Contains("many", StringComparison.Ordinal));
    }
}
