using System.Text;

namespace Why502.Logs;

/// <summary>Derives a format from one JSON row: its members at any depth, in their order, those with telling names as variables.</summary>
internal sealed class JsonRow
{
    private const int LineMax = 4096;
    private const int MembersMax = 96;
    private const int DepthMax = 6;

    /// <summary>Members of telling names without which an object is no row.</summary>
    private const int KnownMin = 2;

    private readonly byte[] _row;
    private readonly List<Member> _members = [];

    /// <param name="IsUpstream">The member stands in an object that is an upstream's.</param>
    /// <param name="Depth">Objects around the member, the row's own left out.</param>
    private readonly record struct Member(int At, int Length, string Key, string Parent, bool IsUpstream, int Depth)
    {
        /// <summary>In <c>"upstream":{"status":…}</c> it is not the request's.</summary>
        public string? Alias(string value) => IsUpstream ? AccessVariables.ByAlias("upstream_" + Key, value)
            : (Parent.Length > 0 ? AccessVariables.ByAlias(Parent + "_" + Key, value) : null) ?? AccessVariables.ByAlias(Key, value);
    }

    private JsonRow(byte[] row) => _row = row;

    /// <summary>The format of a row, or null when it is none.</summary>
    public static string? Format(string line)
    {
        if (!line.StartsWith('{') || line.Length > LineMax || line.Contains('$'))
        {
            return null;
        }

        JsonRow row = new(Encoding.Latin1.GetBytes(line));
        return row.Walk(row._row, parent: "", isUpstream: false, depth: 0) ? row.Text() : null;
    }

    private bool Walk(ReadOnlySpan<byte> text, string parent, bool isUpstream, int depth)
    {
        FlatJson json = new(text);
        while (_members.Count < MembersMax && json.Next(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value, out bool isString))
        {
            string name = Encoding.Latin1.GetString(key);
            if (isString || value is not [(byte)'{', ..] || depth == DepthMax)
            {
                _members.Add(new Member(AccessLogGuess.OffsetIn(_row, value), value.Length, name, parent, isUpstream, depth));
            }
            else if (!Walk(value, name, isUpstream || name.StartsWith("upstream", StringComparison.OrdinalIgnoreCase), depth + 1))
            {
                return false;
            }
        }

        return json.Ended;
    }

    private string? Text()
    {
        Dictionary<Member, string> variables = [];
        HashSet<string> used = [];
        foreach (Member member in _members.OrderBy(member => member.Depth).ThenBy(Rank))
        {
            string value = Value(member);
            if (Variable(member.Alias(value), value) is { } variable && !(variable == "time_local" && used.Contains("time_iso8601")) && used.Add(variable))
            {
                variables[member] = variable;
            }
        }

        if (!used.Contains("request") && !used.Contains("request_uri") && _members.Find(member => RowCells.IsRequest(Value(member))) is { Length: > 0 } request && variables.TryAdd(request, "request"))
        {
            used.Add("request");
        }

        return used.Count < KnownMin ? null : Text(variables);
    }

    /// <summary>A sender's own <c>host</c> stands beside the <c>Host</c> that the client asked for (GELF).</summary>
    private static int Rank(Member member) => member.Key == "host" ? 1 : 0;

    private string Value(Member member) => Encoding.Latin1.GetString(_row, member.At, member.Length);

    /// <summary>The variable that a value can be of, whatever its name says.</summary>
    private static string? Variable(string? variable, string value) => variable switch
    {
        "time_iso8601" => value is [_, _, '/', ..] ? "time_local" : value is [_, _, _, _, _, _, _, _, _, _, 'T', ..] ? variable : IsNumber(value) ? "msec" : null,
        "status" => value.Length == 3 && IsNumber(value) ? variable : null,
        "upstream_status" => value.Length == 0 || ValueForms.AreStatuses(value) ? variable : null,
        "upstream_response_time" or "upstream_header_time" or "upstream_connect_time" => ValueForms.AreTimes(value) ? variable : null,
        _ => variable,
    };

    private static bool IsNumber(string value) => double.TryParse(value, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out _);

    private string Text(Dictionary<Member, string> variables)
    {
        StringBuilder format = new();
        int copied = 0;
        foreach (Member member in _members)
        {
            format.Append(Encoding.Latin1.GetString(_row, copied, member.At - copied)).Append("${").Append(variables.GetValueOrDefault(member) ?? "skip").Append('}');
            copied = member.At + member.Length;
        }

        return format.Append(Encoding.Latin1.GetString(_row, copied, _row.Length - copied)).ToString();
    }
}
