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

    /// <summary>Rows that a format is guessed from, one by one.</summary>
    private const int RowsMax = 3;
    private const int JsonRowsMax = 16;
    private const int GuessesMax = 8;
    private const int ColumnRowsMax = 64;

    /// <summary>Of ten lines, so many have to be of the format.</summary>
    private const int FittingOfTen = 9;
    private const int MostOfTen = 6;

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
    /// Finds a format that fits nine in ten of the lines: one of the well-known ones, one derived from a line (JSON members, key=value, times and addresses behind combined), or one that many lines
    /// tell together; each also as a container engine keeps it.
    /// Null when nothing fits.
    /// </summary>
    public static AccessLogFormat? Recognise(IReadOnlyList<string> firstLines) => Recognise(firstLines, FittingOfTen);

    /// <summary>As <see cref="Recognise(IReadOnlyList{string})"/>, where up to half of the lines are no rows of it.</summary>
    public static AccessLogFormat? RecogniseMost(IReadOnlyList<string> firstLines) => Recognise(firstLines, MostOfTen);

    /// <summary>
    /// The format of lines of which it is known what nginx wrote, where somebody passed the rows on (syslog, a container engine): <paramref name="written"/> with what stands around it. Null when it is not the
    /// format of most rows inside.
    /// </summary>
    public static AccessLogFormat? PassedOn(IReadOnlyList<string> firstLines, AccessLogFormat written)
        => WrappedRows.Recognise(firstLines, rows => rows.Count(row => written.Fits(Encoding.Latin1.GetBytes(row))) * 2 > rows.Count ? written : null);

    private static AccessLogFormat? Recognise(IReadOnlyList<string> firstLines, int fittingOfTen)
    {
        List<byte[]> lines = [.. firstLines.Where(l => l.Length > 0).Take(64).Select(l => Encoding.Latin1.GetBytes(l))];
        if (lines.Count == 0)
        {
            return null;
        }

        AccessLogFormat? best = null;
        foreach (AccessLogFormat candidate in Candidates(firstLines))
        {
            if (IsBetter(candidate, best) && Fits(candidate, lines, fittingOfTen))
            {
                best = candidate;
            }
        }

        // Most logs are of a form that is known without a look at several rows.
        return best is not null && (IsWellKnown(best) || IsNamed(best)) ? best : ByColumns(firstLines, lines, best, fittingOfTen) ?? best ?? Wrapped(firstLines, lines, fittingOfTen);
    }

    private static bool IsBetter(AccessLogFormat candidate, AccessLogFormat? best) => (candidate.Fields & AccessFields.Status) != 0 && (best is null || Count(candidate.Fields) > Count(best.Fields));

    /// <summary>Without a text behind it that may be anything.</summary>
    private static bool IsWellKnown(AccessLogFormat format) => Array.IndexOf(WellKnown, format.Text) >= 0 && !format.Text.EndsWith("\"$http_x_forwarded_for\"", StringComparison.Ordinal);

    /// <summary>Common or combined with <c>name=value</c> behind it, and each name says whose value it is; "ua" and "time" do not.</summary>
    private static bool IsNamed(AccessLogFormat format)
    {
        string text = format.Text;
        int head = text.StartsWith(CombinedText, StringComparison.Ordinal) ? CombinedText.Length : text.StartsWith(CommonText, StringComparison.Ordinal) ? CommonText.Length : text.Length;
        if (head == text.Length)
        {
            return false;
        }

        foreach (string part in text[head..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!(part.StartsWith("upstream", StringComparison.Ordinal) || part.StartsWith("request", StringComparison.Ordinal)) || !part.Contains("=$", StringComparison.Ordinal) || part.Contains("skip", StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What several rows tell together is better than what one tells, where it tells as much.</summary>
    private static AccessLogFormat? ByColumns(IReadOnlyList<string> firstLines, List<byte[]> lines, AccessLogFormat? best, int fittingOfTen)
    {
        if (AccessLogColumns.From([.. firstLines.Where(l => l.Length > 0).Take(ColumnRowsMax)]) is not { } text)
        {
            return null;
        }

        AccessLogFormat format = Compile(text);
        return (best is null || Count(format.Fields) >= Count(best.Fields)) && Fits(format, lines, fittingOfTen) ? format : null;
    }

    private static AccessLogFormat? Wrapped(IReadOnlyList<string> firstLines, List<byte[]> lines, int fittingOfTen)
        => WrappedRows.Recognise(firstLines, rows => Recognise(rows, fittingOfTen)) is { } format && Fits(format, lines, fittingOfTen) ? format : null;

    /// <summary>Whether so many of ten lines are of a format; what is not, shows after a few.</summary>
    private static bool Fits(AccessLogFormat format, List<byte[]> lines, int fittingOfTen)
    {
        int others = 0;
        foreach (byte[] line in lines)
        {
            AccessRow row = default;
            bool fits = format.TryParse(line, ref row) && !row.Host.Of(line).Contains((byte)' ');
            if (!fits && ++others * 10 > lines.Count * (10 - fittingOfTen))
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

        // A row with an unusual request may mislead, and one that asked no upstream tells little of one: some rows get a say.
        HashSet<string> guessed = new(StringComparer.Ordinal);
        foreach (string line in lines.Where(l => l.Length > 0).Take(lines.Any(l => l.StartsWith('{')) ? JsonRowsMax : RowsMax))
        {
            if (guessed.Count > GuessesMax)
            {
                yield break;
            }

            if (JsonRow.Format(line) is { } json && guessed.Add(json))
            {
                yield return Compile(json, EscapeMode.Json);
            }

            if ((AccessLogGuess.FromTail(line) ?? AccessLogGuess.FromParts(line)) is { } guess && guessed.Add(guess))
            {
                yield return Compile(guess);
            }
        }
    }
}
