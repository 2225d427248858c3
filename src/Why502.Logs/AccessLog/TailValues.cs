namespace Why502.Logs;

/// <summary>A value behind a row's known beginning: what stands before it, its key where it has one, and whether quotes were around it.</summary>
internal readonly ref struct TailValue
{
    /// <summary>Blanks, bars, commas and brackets.</summary>
    public ReadOnlySpan<char> Blank { get; init; }

    /// <summary>Empty where there is none.</summary>
    public ReadOnlySpan<char> Key { get; init; }

    /// <summary>Between key and value.</summary>
    public ReadOnlySpan<char> Joint { get; init; }

    public ReadOnlySpan<char> Text { get; init; }

    public bool IsQuoted { get; init; }
}

/// <summary>Reads what stands behind a row's known beginning, value by value: <c>key=value</c>, <c>key: value</c>, bare values and quoted ones. A bare value goes on behind nginx's joints of lists.</summary>
internal ref struct TailValues(ReadOnlySpan<char> rest)
{
    private readonly ReadOnlySpan<char> _rest = rest;
    private int _at;

    public bool Next(out TailValue value)
    {
        value = default;
        while (_at < _rest.Length)
        {
            int blank = _at;
            while (_at < _rest.Length && IsBlank(_rest[_at]))
            {
                _at++;
            }

            if (_at > blank && (TryKeyed(blank, out value) || TryValue(blank, _at, key: default, joint: default, out value)))
            {
                return true;
            }

            // What is no value here is passed over, up to the next blank.
            while (_at < _rest.Length && !IsBlank(_rest[_at]))
            {
                _at++;
            }
        }

        return false;
    }

    private bool TryKeyed(int blank, out TailValue value)
    {
        value = default;
        int at = _at;
        if (at == _rest.Length || !(char.IsAsciiLetter(_rest[at]) || _rest[at] == '_'))
        {
            return false;
        }

        while (at < _rest.Length && (char.IsLetterOrDigit(_rest[at]) || _rest[at] is '_' or '.' or '-'))
        {
            at++;
        }

        ReadOnlySpan<char> key = _rest[_at..at];
        int joint = at;
        if (at == _rest.Length || _rest[at] is not ('=' or ':'))
        {
            return false;
        }

        at++;
        at += _rest[joint] == ':' && at < _rest.Length && char.IsWhiteSpace(_rest[at]) ? 1 : 0;
        return TryValue(blank, at, key, _rest[joint..at], out value);
    }

    private bool TryValue(int blank, int at, ReadOnlySpan<char> key, ReadOnlySpan<char> joint, out TailValue value)
    {
        value = default;
        int from = at;
        bool isQuoted = at < _rest.Length && _rest[at] == '"';
        if (isQuoted)
        {
            from++;
            int close = _rest[from..].IndexOf('"');
            if (close < 0)
            {
                return false;
            }

            at = from + close;
        }
        else
        {
            at = BehindBare(at);
            while (at > from && at + 2 < _rest.Length && JointOf(at) is > 0 and int length && BehindBare(at + length) is var next && next > at + length)
            {
                at = next;
            }

            if (at == from)
            {
                return false;
            }
        }

        value = new TailValue { Blank = _rest[blank.._at], Key = key, Joint = joint, Text = _rest[from..at], IsQuoted = isQuoted };
        _at = at + (isQuoted ? 1 : 0);
        return true;
    }

    /// <summary>How long the joint of a list is that stands here; 0: none.</summary>
    private readonly int JointOf(int at) => _rest[at..].StartsWith(", ") ? 2 : _rest[at..].StartsWith(" : ") ? 3 : 0;

    private readonly int BehindBare(int at)
    {
        while (at < _rest.Length && !IsBlank(_rest[at]) && _rest[at] != '"')
        {
            at++;
        }

        return at;
    }

    private static bool IsBlank(char letter) => letter is '|' or '[' or ']' or ',' || char.IsWhiteSpace(letter);
}
