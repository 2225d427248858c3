using System.Globalization;
using Why502.Cli.Calibration;
using Why502.Tests.Architecture;
using Xunit;

namespace Why502.Tests.Cases;

/// <summary>Every labelled case of tests/Cases, by the code of <c>why502 diagnose FILE…</c>.</summary>
public sealed class LabelledCaseTests
{
    private static readonly Lazy<IReadOnlyDictionary<string, LabelledCase>> All = new(() => Directory
        .EnumerateFiles(Path.Combine(Checkout.Root, "tests/Cases"), "*.jsonl")
        .SelectMany(LabelledCase.Read)
        .ToDictionary(labelled => labelled.Id, StringComparer.Ordinal));

    public static TheoryData<string> Ids => [.. All.Value.Keys.Order(StringComparer.Ordinal)];

    [SkippableTheory]
    [MemberData(nameof(Ids))]
    public async Task Files_LeadToTheirCause(string id)
    {
        var labelled = All.Value[id];
        var judged = await CaseRun.JudgeAsync(labelled, CancellationToken.None);
        Skip.If(labelled.Open is not null && !judged.Right, labelled.Open);
        Assert.True(judged.Right, $"{id}: {string.Join(" or ", labelled.Causes)}; said: {Said(judged)}");
    }

    [Fact]
    public void Causes_AreOnesThatExist()
        => Assert.Empty(All.Value.Values.Where(labelled => labelled.Open is null).SelectMany(labelled => labelled.Causes.Take(1)).Distinct().Where(cause => cause != LabelledCase.Healthy && Why502.Diagnosis.CauseRegistry.Find(cause) is null));

    private static string Said(JudgedCase judged) => judged.Findings.Count == 0 ? "nothing" : string.Join(", ", judged.Findings.Select(finding => string.Create(CultureInfo.InvariantCulture, $"{finding.Cause} {finding.Confidence:0.00}")));
}
