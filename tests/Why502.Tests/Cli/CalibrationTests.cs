using Why502.Cli.Calibration;
using Xunit;

namespace Why502.Tests.Cli;

public sealed class CalibrationTests
{
    [Fact]
    public void WilsonInterval_IsThatOfTheTextbook()
    {
        // 8 of 10: 0.4902 to 0.9433 (Brown, Cai, DasGupta 2001, formula 4).
        var share = new Share(8, 10);
        Assert.Equal(0.4902, share.Low, 3);
        Assert.Equal(0.9433, share.High, 3);
        Assert.Equal((0, 1), (new Share(0, 0).Low, new Share(0, 0).High));
    }

    [Fact]
    public void HealthyCase_IsRightWhenNobodyIsAccused()
    {
        Assert.True(Judged(["healthy"], ("upstream-down", 0.4)).Right);
        Assert.False(Judged(["healthy"], ("upstream-down", 0.6)).Right);
    }

    [Fact]
    public void FirstFinding_Decides()
    {
        Assert.True(Judged(["a", "b"], ("b", 0.6), ("c", 0.3)).Right);
        Assert.False(Judged(["a"], ("b", 0.6), ("a", 0.3)).Right);
        Assert.True(Judged(["a"], ("b", 0.6), ("a", 0.3)).RightWithin(3));
    }

    [Fact]
    public void Fit_CoolsWhatIsTooSure()
    {
        // Half of the verdicts at 0.98 are wrong: a higher temperature fits them better.
        var judged = Enumerable.Range(0, 40).Select(i => Judged([i % 2 == 0 ? "a" : "b"], $"case {i}", ("a", 0.97), ("b", 0.02))).ToList();
        var fit = Fit.Of(judged);
        Assert.NotNull(fit);
        Assert.True(fit.Temperature > 1.5);
        Assert.True(fit.HeldOut < fit.Current);
    }

    [Fact]
    public void Bins_CountEachCaseOnce()
    {
        var all = Reliability.Of([Judged(["a"], ("a", 1)), Judged(["a"], ("b", 0.5)), Judged(["a"])]);
        Assert.Equal(2, all.Bins.Sum(bin => bin.Right.Total));
        Assert.Equal(new Share(1, 3), all.First);
        Assert.Equal(new Share(1, 1), all.Sure);
    }

    private static JudgedCase Judged(string[] causes, params (string Cause, double Confidence)[] findings) => Judged(causes, "case", findings);

    private static JudgedCase Judged(string[] causes, string id, params (string Cause, double Confidence)[] findings)
        => new(new LabelledCase { Id = id, Causes = causes }, [.. findings.Select(finding => new StatedFinding(finding.Cause, finding.Confidence, "1", null))]);
}
