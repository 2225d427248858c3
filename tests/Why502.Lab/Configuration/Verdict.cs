using System.Text.Json;
using System.Text.RegularExpressions;

namespace Why502.Lab.Configuration;

/// <summary>The first error of a configuration: where and what; no message when it is accepted.</summary>
internal sealed partial record Verdict(string? File, int Line, string? Message)
{
    public bool Accepted => Message is null;

    public override string ToString() => Accepted ? "accepted" : $"{Message} in {File}:{Line}";

    /// <summary>From what <c>nginx -t</c> wrote: the first record above a warning.</summary>
    public static Verdict OfNginx(string output, int exitCode)
    {
        foreach (Match match in Record().Matches(output))
        {
            if (match.Groups["level"].Value is "emerg" or "alert" or "crit" or "error" && exitCode != 0)
            {
                var line = match.Groups["line"];
                return new Verdict(line.Success ? match.Groups["file"].Value : null, line.Success ? int.Parse(line.Value, null) : 0, match.Groups["message"].Value);
            }
        }

        return exitCode == 0 ? new Verdict(null, 0, null) : new Verdict(null, 0, "(no message)");
    }

    /// <summary>From one line of <c>config check --format json</c>.</summary>
    public static Verdict OfTool(string json)
    {
        using var document = JsonDocument.Parse(json);
        foreach (var error in document.RootElement.GetProperty("errors").EnumerateArray())
        {
            var file = error.TryGetProperty("file", out var path) ? path.GetString() : null;
            var line = error.TryGetProperty("line", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetInt32() : 0;
            return new Verdict(file, line, error.GetProperty("message").GetString());
        }

        return new Verdict(null, 0, null);
    }

    // The message may hold anything, line ends among it: a record ends where the next one begins.
    [GeneratedRegex(@"^(?:nginx: |\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )\[(?<level>\w+)\] (?:\d+#\d+: )?(?<message>.*?)(?: in (?<file>/\S+):(?<line>\d+))?\r?\n(?=nginx: |\d{4}/\d\d/|\z)", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Record();
}
