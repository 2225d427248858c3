using System.Text;

namespace Why502.Logs;

/// <summary>
/// Derives a format from several rows when nobody tells which it is: rows are taken apart, and each place is known by its key or by what stands there in all rows. What one row leaves open, others tell:
/// a dash where no upstream was asked, a list where there were retries, times that are never longer than others.
/// </summary>
internal static class AccessLogColumns
{
    private const int LineMax = 4096;
    private const double TimeSlack = 0.0015;

    /// <summary>The times of an attempt: connection, header, answer. In this order people write them.</summary>
    private const int RowTimes = 3;

    /// <summary>The format of most rows, or null.</summary>
    public static string? From(IReadOnlyList<string> lines)
    {
        List<RowCell[]> rows = Alike(lines, out string behind);
        if (rows.Count == 0)
        {
            return null;
        }

        RowColumn[] columns = [.. Enumerable.Range(0, rows[0].Length).SelectMany(i => Split(new RowColumn([.. rows.Select(row => row[i].Text)], rows[0][i])))];
        ByKey(columns);
        ByForm(columns);
        bool hasRequest = Has(columns, "request") || (Has(columns, "request_method") && Has(columns, "request_uri"));
        bool hasTime = Has(columns, "time_local") || Has(columns, "time_iso8601") || Has(columns, "msec");
        return Has(columns, "status") && hasRequest && (hasTime || (rows.Count > 1 && Has(columns, "upstream_addr"))) ? Text(columns, behind) : null;
    }

    /// <summary>Two values with a slash between them, <c>$upstream_addr/$upstream_status</c>, as two columns.</summary>
    private static RowColumn[] Split(RowColumn column)
    {
        if (column.First.IsQuoted || !column.Values[0].Contains('/'))
        {
            return [column];
        }

        string[] first = new string[column.Values.Length];
        string[] second = new string[column.Values.Length];
        for (int row = 0; row < first.Length; row++)
        {
            string value = column.Values[row];
            int slash = value.LastIndexOf('/');
            (first[row], second[row]) = slash < 0 ? (value, "") : (value[..slash], value[(slash + 1)..]);
        }

        RowCell cell = column.First;
        RowColumn one = new(first, new RowCell { Before = cell.Before, Key = cell.Key, Joint = cell.Joint, Text = first[0] });
        RowColumn other = new(second, new RowCell { Before = "/", Text = second[0] });
        bool areNumbers = other.Is(CellForms.Seconds) || other.Is(CellForms.Statuses);
        return areNumbers && (one.Is(CellForms.Addresses) || one.Is(CellForms.Seconds)) ? [one, other] : [column];
    }

    /// <summary>The rows that are made as most are.</summary>
    private static List<RowCell[]> Alike(IReadOnlyList<string> lines, out string behind)
    {
        Dictionary<string, List<RowCell[]>> groups = new(StringComparer.Ordinal);
        List<RowCell[]> most = [];
        behind = "";
        StringBuilder made = new();
        foreach (string line in lines)
        {
            if (line.Length is 0 or > LineMax || line[0] == '{' || line.Contains('$'))
            {
                continue;
            }

            RowCell[] cells = [.. RowCells.Split(line, out string rest)];
            made.Clear();
            foreach (RowCell cell in cells)
            {
                made.Append(cell.Before).Append(cell.Key).Append(cell.Joint).Append(cell.IsQuoted ? '"' : 'v');
            }

            string key = made.Append(rest).ToString();
            if (!groups.TryGetValue(key, out List<RowCell[]>? group))
            {
                groups[key] = group = [];
            }

            group.Add(cells);
            if (group.Count > most.Count)
            {
                (most, behind) = (group, rest);
            }
        }

        return most;
    }

    private static bool Has(RowColumn[] columns, string variable) => Find(columns, variable) >= 0;

    private static int Find(RowColumn[] columns, string variable)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i].Variable == variable)
            {
                return i;
            }
        }

        return -1;
    }

    private static void ByKey(RowColumn[] columns)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            // Some write the variable's name as a word of its own: "request_time 0.012".
            string key = columns[i].Key.Length > 0 ? columns[i].Key : i > 0 && columns[i - 1].Key.Length == 0 && columns[i - 1].IsConstant() ? columns[i - 1].Values[0] : "";
            string? variable = key.Length == 0 || columns[i].First.IsQuoted && columns[i].Key.Length == 0 ? null : AccessVariables.ByAlias(key);
            variable = variable == "time_iso8601" ? TimeOf(columns[i]) : variable;
            variable = variable == "host" && columns[i].Is(CellForms.Client) ? "remote_addr" : variable;
            if (variable is not null && !Has(columns, variable) && Holds(columns[i], variable))
            {
                columns[i].Variable = variable;
            }
        }
    }

    private static string? TimeOf(RowColumn column)
        => column.Is(CellForms.LocalTime) ? "time_local" : column.Is(CellForms.IsoTime) ? "time_iso8601" : column.Is(CellForms.Msec) ? "msec" : column.Is(CellForms.Seconds) ? "request_time" : null;

    /// <summary>Whether a column can be what its name says: "ua" is the upstream's address to some, and the user agent to others.</summary>
    private static bool Holds(RowColumn column, string variable) => variable switch
    {
        "status" => column.Is(CellForms.Status),
        "upstream_addr" => column.Is(CellForms.Addresses) || (column.Filled == 0 && column.Key.StartsWith("up", StringComparison.OrdinalIgnoreCase)) || column.Is(CellForms.Word),
        "upstream_status" => column.Filled == 0 || column.Is(CellForms.Statuses),
        "request_time" => column.Is(CellForms.Seconds) && column.HasNever(CellForms.Empty),
        "upstream_response_time" or "upstream_header_time" or "upstream_connect_time" => column.Filled == 0 || column.Is(CellForms.Seconds),
        "time_local" => column.Is(CellForms.LocalTime),
        "msec" => column.Is(CellForms.Msec),
        "request" => column.IsMostly(CellForms.Request),
        "request_method" => column.Is(CellForms.Method),
        "request_uri" => column.IsMostly(CellForms.Target),
        "remote_addr" => column.Is(CellForms.Client),
        _ => column.Filled == 0 || column.Is(CellForms.Word),
    };

    private static void ByForm(RowColumn[] columns)
    {
        Take(columns, "request", column => column.IsMostly(CellForms.Request));
        if (!Has(columns, "request") && !Has(columns, "request_uri"))
        {
            MethodAndTarget(columns);
        }

        if (!Has(columns, "time_local") && !Has(columns, "time_iso8601") && !Has(columns, "msec"))
        {
            Time(columns);
        }

        Client(columns);
        Take(columns, "upstream_addr", column => column.Is(CellForms.Addresses));
        if (!Has(columns, "upstream_addr") && Array.Find(columns, IsMisnamedAddress) is { } address)
        {
            address.Variable = "upstream_addr";
        }

        Status(columns);
        UpstreamStatus(columns);
        Times(columns);
        Host(columns);
    }

    /// <summary>The first address; behind something else in front it may be the server's own, which is the same in all rows.</summary>
    private static void Client(RowColumn[] columns)
    {
        if (columns.Length > 0 && !IsFree(columns[0], CellForms.Client))
        {
            Take(columns, "remote_addr", column => column.Is(CellForms.Client) && !column.IsConstant());
        }

        Take(columns, "remote_addr", column => column.Is(CellForms.Client));
    }

    /// <summary>The target stands behind the method, as a rule at once, else nearest before it; a referrer is no target.</summary>
    private static void MethodAndTarget(RowColumn[] columns)
    {
        int method = Array.FindIndex(columns, column => IsFree(column, CellForms.Method));
        if (method < 0)
        {
            return;
        }

        int target = Array.FindIndex(columns, method, IsTarget);
        target = target < 0 ? Array.FindLastIndex(columns, method, IsTarget) : target;
        target = target < 0 && method + 1 < columns.Length && columns[method + 1].IsMostly(CellForms.Target) ? method + 1 : target;
        if (target >= 0)
        {
            (columns[method].Variable, columns[target].Variable) = ("request_method", "request_uri");
        }
    }

    private static bool IsTarget(RowColumn column) => column.Variable is null && column.IsMostly(CellForms.Target) && !column.IsMostly(CellForms.Url);

    private static bool IsFree(RowColumn column, CellForms form) => column.Variable is null && column.Key.Length == 0 && column.Is(form);

    /// <summary>A time is known by its form, under whatever name.</summary>
    private static void Time(RowColumn[] columns)
    {
        foreach (bool isKeyless in (ReadOnlySpan<bool>)[true, false])
        {
            foreach ((string variable, CellForms form) in (ReadOnlySpan<(string, CellForms)>)[("time_local", CellForms.LocalTime), ("time_iso8601", CellForms.IsoTime), ("msec", CellForms.Msec)])
            {
                if (Array.Find(columns, column => column.Variable is null && (!isKeyless || column.Key.Length == 0) && column.Is(form)) is { } time)
                {
                    time.Variable = variable;
                    return;
                }
            }
        }
    }

    private static void Take(RowColumn[] columns, string variable, Predicate<RowColumn> fits)
    {
        for (int i = 0; i < columns.Length && !Has(columns, variable); i++)
        {
            if (columns[i].Variable is null && columns[i].Key.Length == 0 && fits(columns[i]))
            {
                columns[i].Variable = variable;
            }
        }
    }

    /// <summary>Under a name of its own ("ut"), and with nginx's dash where no upstream was asked, or a list: no other address is written so.</summary>
    private static bool IsMisnamedAddress(RowColumn column) => column is { Variable: null, Key.Length: > 0 } && column.Is(CellForms.Addresses) && (!column.HasNever(CellForms.Empty) || !column.HasNever(CellForms.List) || column.Key[0] is 'u' or 'U');

    /// <summary>A name that several rows tell apart, else one that is the same in all of them: the logging host's own is such, too.</summary>
    private static void Host(RowColumn[] columns)
    {
        if (Has(columns, "host") || Has(columns, "server_name"))
        {
            return;
        }

        RowColumn? host = Array.Find(columns, column => IsFree(column, CellForms.HostName) && !column.IsConstant()) ?? Array.Find(columns, column => IsFree(column, CellForms.HostName));
        if (host is not null)
        {
            host.Variable = "host";
        }
    }

    /// <summary>
    /// The first place behind the request where three digits stand, else the last one before it. Where there are several, the one beside the upstream's address is the upstream's
    /// (<c>$upstream_addr ($upstream_status) => $status</c>).
    /// </summary>
    private static void Status(RowColumn[] columns)
    {
        if (Has(columns, "status"))
        {
            return;
        }

        int request = Math.Max(Find(columns, "request"), Find(columns, "request_uri"));
        int address = Find(columns, "upstream_addr");
        List<int> places = [.. Enumerable.Range(0, columns.Length).Where(i => columns[i].Variable is null && columns[i].Is(CellForms.Status) && columns[i].HasNever(CellForms.Empty) && columns[i].HasNever(CellForms.List))];
        places = places.Exists(i => columns[i].Key.Length == 0) ? places.FindAll(i => columns[i].Key.Length == 0) : places;
        List<int> own = address < 0 ? places : places.FindAll(i => Math.Abs(i - address) > 1);
        places = own.Count > 0 ? own : places;
        if (places.Count > 0)
        {
            int behind = places.FindIndex(i => i > request);
            columns[places[behind < 0 ? ^1 : behind]].Variable = "status";
        }
    }

    /// <summary>What says the same as the status in nearly all rows that asked an upstream.</summary>
    private static void UpstreamStatus(RowColumn[] columns)
    {
        int status = Find(columns, "status");
        for (int i = 0; status >= 0 && i < columns.Length && !Has(columns, "upstream_status"); i++)
        {
            RowColumn column = columns[i];
            if (!IsFree(column, CellForms.Statuses))
            {
                continue;
            }

            int same = 0;
            for (int row = 0; row < column.Values.Length; row++)
            {
                same += column.Values[row].EndsWith(columns[status].Values[row], StringComparison.Ordinal) ? 1 : 0;
            }

            // "abc 502 502" in one row alone could be anything; beside an upstream it is not.
            if (same * 10 >= column.Filled * 8 && (Has(columns, "upstream_addr") || column.Values.Length > 3))
            {
                column.Variable = "upstream_status";
            }
        }
    }

    /// <summary>Times without a key: the request's own is in every row, is no list, and is never shorter than what an upstream took.</summary>
    private static void Times(RowColumn[] columns)
    {
        List<RowColumn> times = [];
        foreach (RowColumn column in columns)
        {
            if (IsFree(column, CellForms.Seconds))
            {
                times.Add(column);
            }
        }

        if (!Has(columns, "request_time"))
        {
            RowColumn? longest = null;
            foreach (RowColumn column in times)
            {
                if (column.HasNever(CellForms.Empty) && column.HasNever(CellForms.List) && (longest is null || IsLonger(column, longest)))
                {
                    longest = column;
                }
            }

            if (longest is not null)
            {
                longest.Variable = "request_time";
                times.Remove(longest);
            }
        }

        if (Has(columns, "upstream_response_time") || times.Count == 0)
        {
            return;
        }

        // Longest first: what came before the end of the answer is the header, and before that the connection.
        RowColumn response = times[0];
        foreach (RowColumn column in times)
        {
            response = IsLonger(column, response) || (times.Count == RowTimes && IsBelow(response, column) && !IsLonger(response, column)) ? column : response;
        }

        if (times.Count == 1 && HasDashBesideAddress(response, columns))
        {
            int request = Find(columns, "request_time");
            response.Variable = request < 0 || ShareOf(response, columns[request]) >= 0.5 ? "upstream_header_time" : "upstream_connect_time";
            return;
        }

        response.Variable = "upstream_response_time";
        times.Remove(response);
        times.RemoveAll(column => !IsBelow(column, response));
        if (times.Count == 1)
        {
            times[0].Variable = ShareOf(times[0], response) >= 0.5 ? "upstream_header_time" : "upstream_connect_time";
        }
        else if (times.Count == 2)
        {
            bool isFirst = IsLonger(times[0], times[1]);
            (times[0].Variable, times[1].Variable) = isFirst ? ("upstream_header_time", "upstream_connect_time") : ("upstream_connect_time", "upstream_header_time");
        }
    }

    /// <summary>Whether a time is a dash where an upstream was asked: every attempt has a response time, and one that failed may have no header and no connection.</summary>
    private static bool HasDashBesideAddress(RowColumn time, RowColumn[] columns)
    {
        int address = Find(columns, "upstream_addr");
        for (int row = 0; address >= 0 && row < time.Values.Length; row++)
        {
            if (time.Values[row].Contains('-') && columns[address].Values[row].Contains(':'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How much of one time another takes, in the rows that have both; one that timed out has no header.</summary>
    private static double ShareOf(RowColumn part, RowColumn whole)
    {
        (double parts, double all) = (0, 0);
        for (int row = 0; row < whole.Values.Length; row++)
        {
            (double one, double other) = (Seconds(part.Values[row]), Seconds(whole.Values[row]));
            bool areBoth = double.IsFinite(one + other);
            parts += areBoth ? one : 0;
            all += areBoth ? other : 0;
        }

        return all > 0 ? parts / all : 0;
    }

    /// <summary>Whether one time is longer than another in some row; where nginx's clock makes a millisecond of difference, whether it is in more rows than it is shorter.</summary>
    private static bool IsLonger(RowColumn one, RowColumn other)
    {
        int longer = 0;
        for (int row = 0; row < one.Values.Length; row++)
        {
            double difference = Seconds(one.Values[row]) - Seconds(other.Values[row]);
            longer += double.IsNaN(difference) ? 0 : Math.Sign(Math.Round(difference, 3));
        }

        return !IsBelow(one, other) || (IsBelow(other, one) && longer > 0);
    }

    /// <summary>Whether no row says that a time is longer than another.</summary>
    private static bool IsBelow(RowColumn one, RowColumn other)
    {
        for (int row = 0; row < one.Values.Length; row++)
        {
            if (Seconds(one.Values[row]) > Seconds(other.Values[row]) + TimeSlack)
            {
                return false;
            }
        }

        return true;
    }

    private static double Seconds(string value) => double.TryParse(value, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out double seconds) ? seconds : double.NaN;

    private static string Text(RowColumn[] columns, string behind)
    {
        string[] names = Names(columns);
        StringBuilder format = new();
        for (int i = 0; i < columns.Length; i++)
        {
            RowCell cell = columns[i].First;
            string quote = cell.IsQuoted ? "\"" : "";
            format.Append(Before(columns, i)).Append(cell.Key).Append(cell.Joint).Append(quote).Append(names[i]).Append(quote);
        }

        return format.Append(behind).ToString();
    }

    /// <summary>Two blanks between words are a day of one digit (syslog's): other rows have one.</summary>
    private static string Before(RowColumn[] columns, int i)
    {
        string before = columns[i].First.Before;
        bool areWords = i > 0 && columns[i].Variable is null && columns[i - 1].Variable is null && !columns[i].First.IsQuoted && columns[i].Key.Length == 0;
        return areWords && before.Length > 1 && before.AsSpan().Trim(' ').IsEmpty ? " " : before;
    }

    /// <summary>As nginx's configuration would say it: what begins as combined does gets combined's names.</summary>
    private static string[] Names(RowColumn[] columns)
    {
        string[] names = new string[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            names[i] = $"${{{columns[i].Variable ?? "skip"}}}";
        }

        int client = Find(columns, "remote_addr");
        ReadOnlySpan<string> befores = [" ", " ", " [", "] ", " ", " "];
        for (int i = 0; i < befores.Length; i++)
        {
            if (client < 0 || client + i + 1 >= columns.Length || columns[client + i + 1].First.Before != befores[i] || columns[client + i + 1].Key.Length > 0)
            {
                return names;
            }
        }

        if (!columns[client + 1].IsAlways(CellForms.Empty) || Find(columns, "time_local") != client + 3 || Find(columns, "request") != client + 4 || Find(columns, "status") != client + 5 || !columns[client + 4].First.IsQuoted)
        {
            return names;
        }

        (names[client], names[client + 1], names[client + 2], names[client + 3]) = ("$remote_addr", "-", "$remote_user", "$time_local");
        (names[client + 4], names[client + 5], names[client + 6]) = ("$request", "$status", "$body_bytes_sent");
        return names;
    }
}
