using System.Text;
using Why502.Cli.Commands;
using Why502.Cli.Given;

namespace Why502.Cli.Calibration;

/// <summary>Diagnoses the files of a labelled case as <c>why502 diagnose FILE…</c> would; a recorded verdict is taken as it is.</summary>
internal static class CaseRun
{
    /// <summary>Long, because many cases share a machine; one takes milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<JudgedCase> JudgeAsync(LabelledCase labelled, CancellationToken cancellation)
    {
        if (labelled.Findings is { } recorded)
        {
            return new(labelled, recorded);
        }

        var result = await DiagnoseAsync(labelled, cancellation).ConfigureAwait(false);
        return new(labelled, [.. result.Conclusion.Findings.Select(finding => new StatedFinding(finding.Cause.Id, finding.Confidence, finding.Incident.Id, finding.Score))]);
    }

    public static Task<DiagnosisResult> DiagnoseAsync(LabelledCase labelled, CancellationToken cancellation)
        => FileDiagnosis.DiagnoseAsync(
            [.. labelled.Files.Select(file => GivenFile.OfContent(file.Key, Encoding.UTF8.GetBytes(file.Value.EndsWith('\n') ? file.Value : file.Value + "\n")))],
            since: null,
            Patience,
            _ => { },
            cancellation);
}
