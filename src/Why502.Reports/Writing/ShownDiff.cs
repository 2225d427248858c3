using System.Text.RegularExpressions;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Reports;

/// <summary>A unified diff of a configuration as it may be shown: its context holds lines that nobody asked for, and secrets stand in some of them.</summary>
public static partial class ShownDiff
{
    public static string Of(FileEdit edit) => string.Join('\n', edit.UnifiedDiff().TrimEnd('\n').Split('\n').Select(Line)) + "\n";

    private static string Line(string line)
    {
        if (line.StartsWith("+++", StringComparison.Ordinal) || line.StartsWith("---", StringComparison.Ordinal) || line.StartsWith("@@", StringComparison.Ordinal))
        {
            return SafeText.OneLine(line);
        }

        var written = NamedValue().Match(line);
        var hidden = written.Success && IsSecret(written.Groups["directive"].Value, written.Groups["name"].Value) && !written.Groups["value"].Value.Contains('$', StringComparison.Ordinal)
            ? $"{written.Groups["head"].Value}{Redactor.Mark}{written.Groups["tail"].Value}"
            : line;
        return SafeText.OneLine(Redactor.Text(hidden));
    }

    /// <summary>A header's or parameter's name tells whether its value is a secret; a value with variables is none by itself.</summary>
    private static bool IsSecret(string directive, string name)
        => directive.EndsWith("_secret", StringComparison.Ordinal) || Redactor.Text($"{name}: x").EndsWith(Redactor.Mark, StringComparison.Ordinal);

    [GeneratedRegex("""^(?<head>.\s*(?<directive>[\w-]+)\s+["']?(?<name>[\w$-]+)["']?\s+)(?<value>[^;]*)(?<tail>;.*)?$""", RegexOptions.CultureInvariant)]
    private static partial Regex NamedValue();
}
