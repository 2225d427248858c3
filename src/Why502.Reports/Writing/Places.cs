namespace Why502.Reports;

/// <summary>A place in a form that editors and terminals understand: file:line.</summary>
internal static class Places
{
    public static string Of(string file, int? line) => SafeText.OneLine(line is > 0 ? $"{file}:{line}" : file);
}
