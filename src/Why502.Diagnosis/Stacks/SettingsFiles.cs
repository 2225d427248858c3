using System.Text.RegularExpressions;

namespace Why502.Diagnosis.Stacks;

/// <summary>
/// Plain settings in a Python file (gunicorn.conf.py): <c>name = "text"</c>, <c>name = 3</c>, <c>name = ["a", "b"]</c>.
/// Values that are computed are not known.
/// </summary>
public static partial class PythonSettings
{
    [GeneratedRegex("""^(?<name>[a-z_]+)[ \t]*=[ \t]*(?<value>\[[^\]\n]*\]|"[^"\n]*"|'[^'\n]*'|\d+)[ \t]*(?:#.*)?\r?$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Assignment { get; }

    [GeneratedRegex("""\"(?<text>[^"\n]*)\"|'(?<text>[^'\n]*)'|(?<text>\d+)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Literal { get; }

    public static List<string> Strings(string text, string name)
    {
        var found = new List<string>();
        foreach (Match match in Assignment.Matches(text))
        {
            if (match.Groups["name"].Value == name)
            {
                // The last assignment wins.
                found = [.. Literal.Matches(match.Groups["value"].Value).Select(literal => literal.Groups["text"].Value)];
            }
        }

        return found;
    }

    public static string? String(string text, string name) => Strings(text, name) is { Count: > 0 } values ? values[0] : null;
}

/// <summary>Plain calls in a Ruby file (unicorn.rb): <c>listen "/run/x.sock", backlog: 64</c>.</summary>
public static partial class RubySettings
{
    [GeneratedRegex("""^[ \t]*(?<name>[a-z_]+)[ \t(]+(?<value>"[^"#\n]*"|'[^'\n]*'|\d+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 200)]
    private static partial Regex Call { get; }

    public static List<string> Strings(string text, string name)
        => [.. Call.Matches(text).Where(match => match.Groups["name"].Value == name).Select(match => match.Groups["value"].Value.Trim('"', '\''))];
}
