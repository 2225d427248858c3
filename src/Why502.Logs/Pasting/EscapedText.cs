namespace Why502.Logs.Pasting;

/// <summary>
/// Text that a tool printed as a string of JSON or of a program (Ansible's results, CI's annotations): line feeds and quotes are escaped, and several lines of nginx
/// stand in one. Undone only where a line of nginx's comes out that was none before.
/// </summary>
public static class EscapedText
{
    private const int LineCharsMax = 64 * 1024;

    private const int PartsMax = 500;

    public static string[] Part(string[] lines) => lines.Any(IsEscaped) ? [.. lines.SelectMany(line => IsEscaped(line) && Unescaped(line) is { } parts ? parts : [line])] : lines;

    private static bool IsEscaped(string line) => line.Length is > 20 and < LineCharsMax && line.Contains("\\n", StringComparison.Ordinal) && line.Contains("\\\"", StringComparison.Ordinal);

    private static string[]? Unescaped(string line)
    {
        var parts = line.Split("\\n", PartsMax);
        for (var part = 0; part < parts.Length; part++)
        {
            parts[part] = parts[part].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal);
        }

        return !IsMessage(line) && parts.Any(IsMessage) ? parts : null;
    }

    private static bool IsMessage(string line)
        => ErrorLogLine.Parse(line) is { Known: not null } || (line.IndexOf("nginx: [", StringComparison.Ordinal) is >= 0 and var at && ErrorLogLine.Parse(line[at..]) is { Known: not null });
}
