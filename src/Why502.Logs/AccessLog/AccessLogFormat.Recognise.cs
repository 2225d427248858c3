using System.Text;

namespace Why502.Logs;

public sealed partial class AccessLogFormat
{
    private const string IngressText = CombinedText
        + " $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id";

    /// <summary>Formats that many installations share, the most telling ones first.</summary>
    private static readonly string[] WellKnown =
    [
        IngressText,
        CombinedText + " \"$http_x_forwarded_for\"",
        CombinedText,
        "$host:$server_port " + CombinedText,
        "$host " + CombinedText,
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent",
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
            int fits = 0;
            foreach (byte[] line in lines)
            {
                AccessRow row = default;
                fits += candidate.TryParse(line, ref row) ? 1 : 0;
            }

            bool good = fits > 0 && fits * 10 >= lines.Count * 9 && (candidate.Fields & AccessFields.Status) != 0;
            if (good && (best is null || Count(candidate.Fields) > Count(best.Fields)))
            {
                best = candidate;
            }
        }

        return best;
    }

    private static int Count(AccessFields fields) => System.Numerics.BitOperations.PopCount((uint)fields);

    private static IEnumerable<AccessLogFormat> Candidates(IReadOnlyList<string> lines)
    {
        foreach (string text in WellKnown)
        {
            yield return Compile(text);
        }

        // A row with an unusual request may mislead; a few rows get a say.
        foreach (string line in lines.Where(l => l.Length > 0).Take(3))
        {
            if (AccessLogGuess.FromJson(line) is { } json)
            {
                yield return Compile(json, EscapeMode.Json);
            }

            if (AccessLogGuess.FromTail(line) is { } tail)
            {
                yield return Compile(tail);
            }
        }
    }
}
