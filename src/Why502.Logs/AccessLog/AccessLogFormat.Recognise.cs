using System.Text;

namespace Why502.Logs;

public sealed partial class AccessLogFormat
{
    private const string IngressText = CombinedText
        + " $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id";

    /// <summary>Nginx Proxy Manager's formats, proxy and standard (its nginx.conf).</summary>
    private const string ManagersTail = "$status - $request_method $scheme $host \"$request_uri\" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio]";

    /// <summary>Discourse's log_discourse up to what its versions share (config/nginx.sample.conf).</summary>
    private const string DiscourseText = "[$time_local] \"$http_host\" $remote_addr \"$request\" \"$http_user_agent\" \"${skip}\" $status $body_bytes_sent \"$http_referer\" $upstream_response_time $request_time \"${skip}\"";

    /// <summary>What stands in front of the request: a selection that begins behind it is still a row.</summary>
    private static readonly int CombinedHead = CombinedText.IndexOf("\"$request\"", StringComparison.Ordinal);

    /// <summary>Formats that many installations share, the most telling ones first.</summary>
    private static readonly string[] WellKnown =
    [
        IngressText,
        CombinedText + " \"$http_x_forwarded_for\"",
        CombinedText,
        "$host:$server_port " + CombinedText,
        "$host " + CombinedText,
        CommonText,
        "$host:$server_port " + CommonText,
        "$host " + CommonText,
        $"[$time_local] $upstream_cache_status $upstream_status {ManagersTail} [Sent-to ${{skip}}] \"$http_user_agent\" \"$http_referer\"",
        $"[$time_local] {ManagersTail} \"$http_user_agent\" \"$http_referer\"",
        DiscourseText,
        IngressText[CombinedHead..],
        CombinedText[CombinedHead..],
        "\"$request\" $status $body_bytes_sent",
    ];

    /// <summary>
    /// Finds a format that fits nine in ten of the lines: one of the well-known ones, or one derived from the first line (JSON members, key=value, times and addresses behind combined).
    /// Null when nothing fits.
    /// </summary>
    public static AccessLogFormat? Recognise(IReadOnlyList<string> firstLines)
    {
        List<byte[]> lines = [.. firstLines.Where(l => l.Length > 0).Take(64).Select(l => Encoding.Latin1.GetBytes(l))];
        if (lines.Count == 0)
        {
            return null;
        }

        AccessLogFormat? best = null;
        foreach (AccessLogFormat candidate in Candidates(firstLines))
        {
            if ((candidate.Fields & AccessFields.Status) != 0 && (best is null || Count(candidate.Fields) > Count(best.Fields)) && Fits(candidate, lines))
            {
                best = candidate;
            }
        }

        return best;
    }

    /// <summary>Whether nine in ten lines are of a format; what is not, shows after a few.</summary>
    private static bool Fits(AccessLogFormat format, List<byte[]> lines)
    {
        int others = 0;
        foreach (byte[] line in lines)
        {
            AccessRow row = default;
            if (!format.TryParse(line, ref row) && ++others * 10 > lines.Count)
            {
                return false;
            }
        }

        return others < lines.Count;
    }

    private static int Count(AccessFields fields) => System.Numerics.BitOperations.PopCount((uint)fields);

    private static IEnumerable<AccessLogFormat> Candidates(IReadOnlyList<string> lines)
    {
        foreach (string text in WellKnown)
        {
            yield return Compile(text);
        }

        // A row with an unusual request may mislead; a few rows get a say.
        HashSet<string> guessed = new(StringComparer.Ordinal);
        foreach (string line in lines.Where(l => l.Length > 0).Take(3))
        {
            if (AccessLogGuess.FromJson(line) is { } json && guessed.Add(json))
            {
                yield return Compile(json, EscapeMode.Json);
            }

            if (AccessLogGuess.FromNestedJson(line) is { } nested && guessed.Add(nested))
            {
                yield return Compile(nested, EscapeMode.Json);
            }

            if ((AccessLogGuess.FromTail(line) ?? AccessLogGuess.FromParts(line)) is { } guess && guessed.Add(guess))
            {
                yield return Compile(guess);
            }
        }
    }
}
