using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Every cause's example is found, and its near miss is not mistaken for it.</summary>
public sealed class CauseCaseTests
{
    public static TheoryData<string> Ids => [.. CauseRegistry.All.Select(cause => cause.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Example_IsNamedFirst(string id)
    {
        var cause = CauseRegistry.Find(id)!;
        var found = Scene.Run(cause.Info.Example);
        Assert.True(found.Findings.Count > 0, "nothing found");
        Assert.True(found.Findings[0].Cause.Id == id && found.Findings[0].Confidence >= Conclusion.NamedFrom, Show(found));
        Assert.Equal(Verdict.Faulty, found.Verdict);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void NearMiss_IsAnotherCause(string id)
    {
        var cause = CauseRegistry.Find(id)!;
        var found = Scene.Run(cause.Info.NearMiss);
        if (cause.Info.NearMiss.Expect is { } expected)
        {
            Assert.True(found.Findings.Count > 0 && found.Findings[0].Cause.Id == expected, Show(found));
        }

        Assert.DoesNotContain(found.Findings, finding => finding.Cause.Id == id && finding.Confidence >= Conclusion.NamedFrom);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Confidences_OfOneIncidentSumToAtMostOne(string id)
    {
        var found = Scene.Run(CauseRegistry.Find(id)!.Info.Example);
        Assert.All(found.Findings.GroupBy(finding => finding.Incident.Id), incident => Assert.True(incident.Sum(finding => finding.Confidence) <= 1 + 1e-9));
    }

    [Fact]
    public void Registry_ListsEveryCauseThatExists()
    {
        var types = typeof(Cause).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Cause)) && !type.IsAbstract).Select(type => type.FullName).Order();
        Assert.Equal(types, CauseRegistry.All.Select(cause => cause.GetType().FullName).Order());
        Assert.Equal(CauseRegistry.All.Count, CauseRegistry.All.Select(cause => cause.Id).Distinct().Count());
    }

    private static string Show(Conclusion found) => string.Join('\n', found.Findings.Select(finding =>
        $"{finding.Cause.Id} {finding.Confidence:0.00} {finding.Incident.State}\n" + string.Join('\n', finding.Evidence.Select(evidence => $"    {(evidence.Supports ? '+' : '-')} {evidence.LogOdds:0.0} {evidence.Text}"))))
        + $"\nunexplained: {string.Join('\n', found.Unexplained)}\nnotes: {string.Join('\n', found.Notes)}";
}
