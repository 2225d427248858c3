using System.Text.RegularExpressions;
using Why502.Logs.Commands;

namespace Why502.Cli.Given;

/// <summary>
/// A pass directive that stands alone, or that a sentence cites: <c>In the site's file is `fastcgi_pass unix:/run/app.sock;`</c>. Two different ones are what somebody tried, and which of
/// them nginx has nobody can tell.
/// </summary>
internal static partial class CitedPass
{
    /// <summary>Words of a directive that nginx has not, or has no more.</summary>
    private static readonly string[] Unmeant = ["instead", "should", "changed", "changing", "tried", "replace", "used to", " was ", "if i "];

    public static PastedLine? In(IReadOnlyList<string> lines)
    {
        PastedLine? found = null;
        for (var index = 0; index < lines.Count; index++)
        {
            if (lines[index].Contains("_pass ", StringComparison.Ordinal) && !lines[index].AsSpan().TrimStart().StartsWith("#") && Directive().Match(lines[index]) is { Success: true } cited)
            {
                var text = $"{cited.Groups["name"].Value} {cited.Groups["to"].Value};";
                if (found is { } other && other.Text != text)
                {
                    return null;
                }

                found ??= new PastedLine(index + 1, text);
                if (Unmeant.Any(word => lines[index].Contains(word, StringComparison.OrdinalIgnoreCase)))
                {
                    return null;
                }
            }
        }

        return found;
    }

    /// <summary>Ended as nginx wants it, or set as code; with a port, a socket or a scheme.</summary>
    [GeneratedRegex(@"(?<![\w$])(?<name>(?:proxy|fastcgi|uwsgi|scgi|grpc)_pass)\s+(?<to>(?:https?://|grpcs?://|unix:/|[\w.-]+:\d)[^\s;`'""{}]*)(?=;|(?<=`[^`]*)`)", RegexOptions.ExplicitCapture)]
    private static partial Regex Directive();
}
