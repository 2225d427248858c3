using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>Reads a fix for output: its commands in order, its edits as diffs, and the command that proves it.</summary>
internal static class FixPlan
{
    public static IReadOnlyList<string> Commands(Fix fix) => [.. fix.Steps.Where(step => step.Command is { Length: > 0 }).Select(step => step.Command!)];

    /// <summary>Null when the fix already says how it is checked.</summary>
    public static string? VerifyCommand(Finding finding)
    {
        if (finding.Fix is { } fix && fix.Steps.Any(step => step.Command?.StartsWith("why502 verify", StringComparison.Ordinal) == true))
        {
            return null;
        }

        return Scope.VerifyUrl(finding.Incident) is { } url ? $"why502 verify {Shell.Quote(url)}" : null;
    }
}
