using System.Text;
using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>Derives a format from a row when nobody tells which it is.</summary>
internal static partial class AccessLogGuess
{
    private const int LineMax = 4096;

    internal static int OffsetIn(ReadOnlySpan<byte> all, ReadOnlySpan<byte> part) =>
        (int)System.Runtime.CompilerServices.Unsafe.ByteOffset(
            ref System.Runtime.InteropServices.MemoryMarshal.GetReference(all), ref System.Runtime.InteropServices.MemoryMarshal.GetReference(part));

    /// <summary>Combined with something behind it: key=value pairs by their names, bare values by their form.</summary>
    public static string? FromTail(string line)
    {
        if (!CombinedHead.TryRead(line, out CombinedHead head) || head.Length == line.Length)
        {
            return null;
        }

        StringBuilder format = new(head.HasHost ? head.HasPort ? "$host:$server_port " : "$host " : "");
        format.Append(head.HasAgent ? AccessLogFormat.CombinedText : AccessLogFormat.CommonText);
        HashSet<string> used = [];
        string? last = null;
        TailValues values = new(line.AsSpan(head.Length));
        while (values.Next(out TailValue value))
        {
            string? variable = value.Key.Length > 0 ? AccessVariables.ByAlias(value.Key.ToString(), value.Text) : ByForm(value.Text, used, last);
            variable = variable is not null && used.Add(variable) ? variable : null;
            last = variable;
            string quote = value.IsQuoted ? "\"" : "";
            format.Append(value.Blank).Append(value.Key).Append(value.Joint).Append(quote).Append("${").Append(variable ?? "skip").Append('}').Append(quote);
        }

        return used.Count > 0 ? format.ToString() : null;
    }

    /// <summary>
    /// A row of any order that has a time, a request and a status, with blanks, bars, commas or semicolons between them and quotes or none: each value is known by its form, and the status is the
    /// number of three digits nearest behind the request, else nearest before it.
    /// </summary>
    public static string? FromParts(string line)
    {
        if (line.Length > LineMax || line.Contains('$') || Request().Match(line) is not { Success: true } request)
        {
            return null;
        }

        Match time = Time().Match(line);
        time = time.Success && !Overlaps(time, request) ? time : Match.Empty;

        List<Group> tokens = [.. Part().Matches(line).Select(token => token.Groups["value"]).Where(token => token.Length > 0 && !Overlaps(token, request) && !(time.Success && Overlaps(token, time)))];
        Group? status = tokens.Where(token => token.Index > request.Index).FirstOrDefault(IsStatus) ?? tokens.LastOrDefault(token => token.Index < request.Index && IsStatus(token));
        if (status is null)
        {
            return null;
        }

        List<(int At, int Length, string Variable)> parts = [(request.Index, request.Length, "request"), (status.Index, status.Length, "status")];
        if (time.Success)
        {
            parts.Add((time.Index, time.Length, time.Groups["iso"].Success ? "time_iso8601" : "time_local"));
        }

        HashSet<string> used = [];
        string? last = null;
        foreach (Group token in tokens.Where(token => token != status))
        {
            string? variable = Client().IsMatch(token.Value) ? "remote_addr" : token.Index > request.Index ? ByForm(token.Value, used, last) : null;
            variable = variable is not null && used.Add(variable) ? variable : null;
            last = variable;
            parts.Add((token.Index, token.Length, variable ?? "skip"));
        }

        // A request and a number alone may be anything that somebody wrote about one.
        if (!time.Success && !used.Contains("upstream_addr"))
        {
            return null;
        }

        StringBuilder format = new();
        int copied = 0;
        foreach ((int at, int length, string variable) in parts.OrderBy(part => part.At))
        {
            format.Append(line[copied..at]).Append("${").Append(variable).Append('}');
            copied = at + length;
        }

        return format.Append(line[copied..]).ToString();
    }

    private static bool Overlaps(Capture one, Capture other) => one.Index < other.Index + other.Length && other.Index < one.Index + one.Length;

    private static bool IsStatus(Group token) => token is { Length: 3, Value: [>= '1' and <= '5', >= '0' and <= '9', >= '0' and <= '9'] };

    private static string? ByForm(ReadOnlySpan<char> value, HashSet<string> used, string? last)
    {
        if (ValueForms.AreAddresses(value))
        {
            return "upstream_addr";
        }

        if (last == "upstream_addr" && ValueForms.AreStatuses(value))
        {
            return "upstream_status";
        }

        return !ValueForms.AreSeconds(value) ? null : used.Contains("request_time") ? "upstream_response_time" : "request_time";
    }

    /// <summary>RFC 9112, 3: what a client sent as its first line.</summary>
    [GeneratedRegex(@"(?<![A-Za-z])[A-Z]{3,8} /[^\s""|]* HTTP/\d(?:\.\d)?")]
    private static partial Regex Request();

    [GeneratedRegex(@"\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}|(?<iso>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[+-]\d{2}:\d{2}|Z))")]
    private static partial Regex Time();

    [GeneratedRegex(@"""(?<value>[^""]*)""|(?<value>[^\s""|;,\[\]]+)")]
    private static partial Regex Part();

    [GeneratedRegex(@"^(?:\d{1,3}\.){3}\d{1,3}$")]
    private static partial Regex Client();
}
