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

    /// <summary>The format of most rows, or null.</summary>
    public static string? From(IReadOnlyList<string> lines)
    {
        List<RowCell[]> rows = Alike(lines, out string behind);
        if (rows.Count == 0)
        {
            return null;
        }

        RowColumn[] columns = new RowColumn[rows[0].Length];
        for (int i = 0; i < columns.Length; i++)
        {
            string[] values = new string[rows.Count];
            for (int row = 0; row < values.Length; row++)
            {
                values[row] = rows[row][i].Text;
            }

            columns[i] = new RowColumn(values, rows[0][i]);
        }

        ByKey(columns);
        ByForm(columns);
        bool hasRequest = Has(columns, "request") || (Has(columns, "request_method") && Has(columns, "request_uri"));
        bool hasTime = Has(columns, "time_local") || Has(columns, "time_iso8601") || Has(columns, "msec");
        return Has(columns, "status") && hasRequest && (hasTime || (rows.Count > 1 && Has(columns, "upstream_addr"))) ? Text(columns, behind) : null;
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
        => column.Is(CellForms.LocalTime) ? "time_local" : column.Is(CellForms.IsoTime) ? "time_iso8601" : column.Is(CellForms.Msec) ? "msec" : null;

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
            for (int i = 0; i + 1 < columns.Length; i++)
            {
                if (IsFree(columns[i], CellForms.Method) && columns[i + 1].Variable is null && columns[i + 1].IsMostly(CellForms.Target))
                {
                    (columns[i].Variable, columns[i + 1].Variable) = ("request_method", "request_uri");
                    break;
                }
            }
        }

        if (!Has(columns, "time_local") && !Has(columns, "time_iso8601") && !Has(columns, "msec"))
        {
            Take(columns, "time_local", column => column.Is(CellForms.LocalTime));
            if (!Has(columns, "time_local"))
            {
                Take(columns, "time_iso8601", column => column.Is(CellForms.IsoTime));
            }

            if (!Has(columns, "time_local") && !Has(columns, "time_iso8601"))
            {
                Take(columns, "msec", column => column.Is(CellForms.Msec));
            }
        }

        Take(columns, "remote_addr", column => column.Is(CellForms.Client));
        Take(columns, "upstream_addr", column => column.Is(CellForms.Addresses));
        Status(columns);
        UpstreamStatus(columns);
        Times(columns);
    }

    private static bool IsFree(RowColumn column, CellForms form) => column.Variable is null && column.Key.Length == 0 && column.Is(form);

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

    /// <summary>The first place behind the request where three digits stand, else the last one before it.</summary>
    private static void Status(RowColumn[] columns)
    {
        if (Has(columns, "status"))
        {
            return;
        }

        int request = Math.Max(Find(columns, "request"), Find(columns, "request_uri"));
        int found = -1;
        for (int i = 0; i < columns.Length; i++)
        {
            if (IsFree(columns[i], CellForms.Status) && columns[i].HasNever(CellForms.Empty))
            {
                found = i;
                if (i > request)
                {
                    break;
                }
            }
        }

        if (found >= 0)
        {
            columns[found].Variable = "status";
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
                if (column.HasNever(CellForms.Empty) && column.HasNever(CellForms.List) && (longest is null || !IsBelow(column, longest)))
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

        // $upstream_connect_time, $upstream_header_time, $upstream_response_time: in this order people write them, and so they follow each other.
        if (times.Count == 3 && IsBelow(times[0], times[1]) && IsBelow(times[1], times[2]))
        {
            (times[0].Variable, times[1].Variable) = ("upstream_connect_time", "upstream_header_time");
            times[2].Variable = "upstream_response_time";
            return;
        }

        RowColumn response = times[0];
        foreach (RowColumn column in times)
        {
            response = IsBelow(column, response) ? response : column;
        }

        response.Variable = "upstream_response_time";
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
