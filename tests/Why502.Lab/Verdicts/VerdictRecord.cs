using System.Text.Json;

namespace Why502.Lab.Verdicts;

/// <summary>
/// Keeps the verdicts of real faults for <c>why502 calibrate</c>: with <c>WHY502_LAB_VERDICTS=FILE</c> each examination
/// appends one labelled case with its findings. On a healthy machine a fault that is over accuses nobody.
/// </summary>
internal static class VerdictRecord
{
    private static readonly Lock Gate = new();

    public static void Append(string scenario, string cause, Diagnosis answer)
    {
        if (Environment.GetEnvironmentVariable("WHY502_LAB_VERDICTS") is not { Length: > 0 } path)
        {
            return;
        }

        var line = JsonSerializer.Serialize(new
        {
            id = scenario,
            causes = new[] { cause },
            findings = answer.Findings.Where(finding => cause != "healthy" || finding.State != "recovered").Select(finding => new { cause = finding.Cause, confidence = finding.Confidence, incident = finding.Incident }),
        });
        lock (Gate)
        {
            File.AppendAllText(path, line + "\n");
        }
    }
}
