namespace Why502.Logs;

/// <summary>A value of a row, and what stands between it and the value before.</summary>
internal sealed class RowCell
{
    public required string Before { get; init; }

    /// <summary>Empty where there is none.</summary>
    public string Key { get; init; } = "";

    /// <summary>Between key and value.</summary>
    public string Joint { get; init; } = "";

    public required string Text { get; init; }

    public bool IsQuoted { get; init; }
}

/// <summary>
/// Takes a row of unknown format apart: at tabs, bars, semicolons or tildes where it has enough of them, else at blanks and brackets. Quotes, times, requests and nginx's lists keep together;
/// <c>key=value</c>, <c>key: value</c> and LTSV's <c>key:value</c> are told from values.
/// </summary>
internal ref struct RowCells
{
    private const int DividersMin = 3;
    private const int LocalTimeLength = 26;
    private const string Dividers = "\t|;~^\u0001";

    private readonly string _row;
    private readonly List<RowCell> _cells = [];
    private int _at;

    /// <summary>Where what stands before the next value begins.</summary>
    private int _from;

    private RowCells(string row) => _row = row;

    /// <summary>The values, and what stands behind the last one.</summary>
    public static List<RowCell> Split(string row, out string behind)
    {
        RowCells cells = new(row);
        if (DividerOf(row) is { } divider)
        {
            cells.Divide(divider);
        }
        else
        {
            cells.Walk();
        }

        behind = row[cells._from..];
        return cells._cells;
    }

    /// <summary>The one that divides most of the row; blanks do where a row has few.</summary>
    private static char? DividerOf(string row)
    {
        char? best = null;
        int most = DividersMin - 1;
        foreach (char divider in Dividers)
        {
            int count = row.AsSpan().Count(divider);
            if (count > most)
            {
                (best, most) = (divider, count);
            }
        }

        // A user agent has semicolons, too: it stands in quotes, or is one part of many.
        return best is { } found && LongestPartHolds(row, found) ? null : best;
    }

    /// <summary>Whether a time or a request stands in a part with something else beside it: then the parts are no values.</summary>
    private static bool LongestPartHolds(string row, char divider)
    {
        foreach (Range range in row.AsSpan().Split(divider))
        {
            ReadOnlySpan<char> part = row.AsSpan()[range];
            int key = KeyLength(part);
            part = part[(key > 0 ? key + 1 : 0)..].Trim(" \"[]");
            if (part.IndexOf(" HTTP/") > 0 && RequestLength(part) != part.Length)
            {
                return true;
            }
        }

        return false;
    }

    private void Divide(char divider)
    {
        bool isLabelled = IsLabelled(divider);
        while (_at <= _row.Length)
        {
            int end = _row.IndexOf(divider, _at);
            end = end < 0 ? _row.Length : end;
            Part(_at, end, isLabelled);
            _at = end + 1;
        }
    }

    /// <summary>LTSV: every part has its label.</summary>
    private readonly bool IsLabelled(char divider)
    {
        foreach (Range range in _row.AsSpan().Split(divider))
        {
            ReadOnlySpan<char> part = _row.AsSpan()[range];
            int key = KeyLength(part);
            if (key == 0 || part[key] != ':')
            {
                return false;
            }
        }

        return true;
    }

    private void Part(int from, int end, bool isLabelled)
    {
        while (from < end && _row[from] is ' ' or '[' or '(' && !IsBracketed(from))
        {
            from++;
        }

        int key = from;
        int length = KeyLength(_row.AsSpan(from, end - from));
        bool isKeyed = length > 0 && (isLabelled || _row[from + length] == '=' || AccessVariables.ByAlias(_row.Substring(from, length)) is not null);
        int joint = from + length;
        if (isKeyed)
        {
            from = joint + 1;
            while (from < end && _row[from] is ' ' or '[' or '(' && !IsBracketed(from))
            {
                from++;
            }
        }

        while (end > from && (_row[end - 1] is ' ' or ')' or '\r' || (_row[end - 1] == ']' && !IsBracketed(from))))
        {
            end--;
        }

        bool isQuoted = end - from >= 2 && _row[from] == '"' && _row[end - 1] == '"';
        Add(key, isKeyed ? joint : key, isKeyed ? from : key, isQuoted ? from + 1 : from, isQuoted ? end - 1 : end, isQuoted);
        if (!isQuoted && !isKeyed)
        {
            _cells[^1] = new RowCell { Before = _cells[^1].Before + _row[key..from], Text = _cells[^1].Text };
        }
    }

    private void Walk()
    {
        while (_at < _row.Length)
        {
            if ((IsSeparator(_row[_at]) && !IsBracketed(_at)) || (_row[_at] == ':' && _at + 1 < _row.Length && _row[_at + 1] == ' '))
            {
                _at++;
            }
            else
            {
                Value();
            }
        }
    }

    private void Value()
    {
        int key = _at;
        int length = KeyLength(_row.AsSpan(key));
        int joint = key + length;
        int from = key;
        if (length > 0 && IsJoint(joint))
        {
            from = joint + 1;
            from += _row[joint] == ':' ? 1 : 0;
            from += from < _row.Length && _row[from] is '[' or '(' && !IsBracketed(from) ? 1 : 0;
        }
        else
        {
            joint = key;
        }

        if (from < _row.Length && _row[from] == '"' && _row.IndexOf('"', from + 1) is > 0 and int close)
        {
            Add(key, joint, from, from + 1, close, isQuoted: true);
            _at = close + 1;
            return;
        }

        int end = BareEnd(from);
        Add(key, joint, from, from, end, isQuoted: false);
        _at = Math.Max(end, from + 1);
    }

    /// <summary><c>key=</c>, and <c>key: </c> with a value of its own.</summary>
    private readonly bool IsJoint(int at) => _row[at] == '=' || (at + 2 < _row.Length && _row[at + 1] == ' ' && !IsSeparator(_row[at + 2]) && AccessVariables.ByAlias(_row[_at..at]) is not null);

    private readonly int BareEnd(int from)
    {
        ReadOnlySpan<char> rest = _row.AsSpan(from);
        if (rest.Length >= LocalTimeLength && rest[2] == '/' && rest[6] == '/' && rest[11] == ':' && rest[20] == ' ')
        {
            return from + LocalTimeLength;
        }

        if (RequestLength(rest) is > 0 and int request)
        {
            return from + request;
        }

        int end = EntryEnd(from);
        while (end > from && IsEntry(_row.AsSpan(from, end - from)) && JointLength(end) is > 0 and int joint && EntryEnd(end + joint) is var next && IsEntry(_row.AsSpan(end + joint, next - end - joint)))
        {
            end = next;
        }

        return end;
    }

    private readonly int JointLength(int at) => _row.AsSpan(at).StartsWith(", ") ? 2 : _row.AsSpan(at).StartsWith(" : ") ? 3 : 0;

    /// <summary>The end of a word; a colon that ends one belongs to what follows.</summary>
    private readonly int EntryEnd(int from)
    {
        int end = from;
        if (IsBracketed(end))
        {
            end = _row.IndexOf(']', end) + 1;
        }

        while (end < _row.Length && !IsSeparator(_row[end]) && _row[end] != '"')
        {
            end++;
        }

        return end > from + 1 && _row[end - 1] == ':' ? end - 1 : end;
    }

    /// <summary>An entry of a list: a number, an address, or none.</summary>
    private static bool IsEntry(ReadOnlySpan<char> text) => text is "-" || ValueForms.AreStatuses(text) || ValueForms.AreSeconds(text) || ValueForms.AreAddresses(text) || (text.Length > 0 && text.IndexOfAnyExceptInRange('0', '9') < 0);

    /// <summary>An IPv6 address has brackets of its own.</summary>
    private readonly bool IsBracketed(int at)
    {
        if (at >= _row.Length || _row[at] != '[')
        {
            return false;
        }

        int close = _row.IndexOf(']', at);
        return close > at + 2 && close + 1 < _row.Length && _row[close + 1] == ':' && ValueForms.AreOfSix(_row.AsSpan(at + 1, close - at - 1));
    }

    private static bool IsSeparator(char letter) => letter is '[' or ']' or '(' or ')' or '<' or '>' or '{' or '}' or '|' or ';' or ',' || char.IsWhiteSpace(letter);

    public static bool IsRequest(string value) => value.Length > 0 && RequestLength(value) == value.Length;

    /// <summary>RFC 9112, 3: a method, a target and a protocol.</summary>
    internal static int RequestLength(ReadOnlySpan<char> text)
    {
        int method = 0;
        while (method < text.Length && char.IsAsciiLetterUpper(text[method]))
        {
            method++;
        }

        int protocol = method is >= 3 and <= 10 && method < text.Length && text[method] == ' ' ? text.IndexOf(" HTTP/") : -1;
        if (protocol <= method || text[..protocol].IndexOfAny("\"|\t") >= 0)
        {
            return 0;
        }

        int end = protocol + " HTTP/".Length;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }

        return end;
    }

    /// <summary>Letters, digits, and what joins words, up to an equals sign or a colon; 0: no key.</summary>
    private static int KeyLength(ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && (char.IsAsciiLetter(text[length]) || text[length] is '_' or '@' || (length > 0 && (char.IsAsciiDigit(text[length]) || text[length] is '-' or '.'))))
        {
            length++;
        }

        return length > 0 && length < text.Length && text[length] is '=' or ':' && !text.StartsWith("unix:") ? length : 0;
    }

    private void Add(int key, int joint, int from, int text, int end, bool isQuoted)
    {
        _cells.Add(new RowCell { Before = _row[_from..key], Key = _row[key..joint], Joint = _row[joint..from], Text = _row[text..end], IsQuoted = isQuoted });
        _from = isQuoted ? end + 1 : end;
    }
}
