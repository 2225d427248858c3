using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// Modules that look names up with nginx's own resolver say its failures in words of their own: <c>resolver failed, "app.example" (110: Operation timed out)</c>. Number and
/// words are those of ngx_resolver_strerror(), so the line says what <c>app.example could not be resolved (110: Operation timed out)</c> does. Kong looks up with a client of its own
/// (lua-resty-dns-client), which writes the DNS's RCODE (RFC 1035, 4.1.1) or that nobody answered.
/// </summary>
internal static partial class LookedUpRecord
{
    public static string Repair(string line)
    {
        if (line.Contains("] ", StringComparison.Ordinal) && LuasFailure(line) is { } told)
        {
            return told;
        }

        if (!line.Contains("resol", StringComparison.Ordinal) || Failure().Match(line) is not { Success: true } failed || ErrorLogLine.Parse(line) is not { Known: null, Level: not null })
        {
            return line;
        }

        var name = Name().Match(line[..failed.Index]);
        var head = Head().Match(line);
        return name.Success && head.Success ? $"{line[..head.Length]}{name.Groups[1].Value} could not be resolved {failed.Value}" : line;
    }

    /// <summary>Whatever its level: a balancer whose query failed has no address, or one that is old.</summary>
    private static string? LuasFailure(string line)
    {
        if (!line.Contains("[lua] ", StringComparison.Ordinal) || Asked().Match(line) is not { Success: true } asked || Head().Match(line) is not { Success: true } head)
        {
            return null;
        }

        var failure = Rcode().Match(line) is { Success: true } rcode ? rcode.Groups[1].Value switch { "2" => "2: Server failure", "3" => "3: Host not found", "5" => "5: Operation refused", _ => null }
            : line.Contains("101 empty record received", StringComparison.Ordinal) ? "3: Host not found"
            : line.Contains("timeout", StringComparison.Ordinal) || line.Contains("failed to create a resolver", StringComparison.Ordinal) ? "110: Operation timed out"
            : null;
        return failure is null ? null : $"{Level().Replace(head.Value, "[error]")}{(asked.Groups[1].Success ? asked.Groups[1] : asked.Groups[2]).Value} could not be resolved ({failure})";
    }

    /// <summary><c>querying dns for NAME failed: …</c>, <c>failed the initial dns/balancer resolve for 'NAME' with: …</c>, <c>DNS resolution failed: … Tried: ["(short)NAME:(na) - cache-miss"</c></summary>
    [GeneratedRegex(@"(?:(?:querying dns for |dns/balancer resolve for ')([A-Za-z0-9_.-]{1,253})(?: failed|' with)|(?:DNS resolution failed|\[dns\]).{0,400}\(short\)([A-Za-z0-9_.-]{1,253}))")]
    private static partial Regex Asked();

    [GeneratedRegex(@"dns server error[:;] ([235]) ")]
    private static partial Regex Rcode();

    [GeneratedRegex(@"\[(?:warn|notice|info|debug|crit|error)\]")]
    private static partial Regex Level();

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
