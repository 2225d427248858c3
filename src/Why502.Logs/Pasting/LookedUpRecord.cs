using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// Modules that look names up with nginx's own resolver say its failures in words of their own: <c>resolver failed, "app.example" (110: Operation timed out)</c>. Number and
/// words are those of ngx_resolver_strerror(), so the line says what <c>app.example could not be resolved (110: Operation timed out)</c> does.
/// </summary>
internal static partial class LookedUpRecord
{
    public static string Repair(string line)
    {
        if (!line.Contains("resol", StringComparison.Ordinal) || Failure().Match(line) is not { Success: true } failed || ErrorLogLine.Parse(line) is not { Known: null, Level: not null })
        {
            return line;
        }

        var name = Name().Match(line[..failed.Index]);
        var head = Head().Match(line);
        return name.Success && head.Success ? $"{line[..head.Length]}{name.Groups[1].Value} could not be resolved {failed.Value}" : line;
    }

    /// <summary>ngx_resolver.c, ngx_resolver_errors, and NGX_RESOLVE_TIMEDOUT.</summary>
    [GeneratedRegex(@"\((?:1: Format error|2: Server failure|3: Host not found|4: Unimplemented|5: Operation refused|110: Operation timed out)\)")]
    private static partial Regex Failure();

    /// <summary>The last quoted word before the failure that can be a host's name.</summary>
    [GeneratedRegex("[\"']([A-Za-z0-9_.-]{1,253})[\"']", RegexOptions.RightToLeft)]
    private static partial Regex Name();

    /// <summary>Date, level, process and connection.</summary>
    [GeneratedRegex(@"^[^\[]{0,40}\[[a-z]{4,6}\] (?:[\d#]+: )?(?:\*\d+ )?")]
    private static partial Regex Head();
}
