using System.Globalization;
using System.Text;

namespace Why502.Logs;

/// <summary>
/// Walks the members of one JSON object on a log line without building anything and without exceptions: log lines are cut, forged and broken,
/// and a throwing parser would make them expensive. Nested values are passed over as they stand.
/// </summary>
internal ref struct FlatJson
{
    private readonly ReadOnlySpan<byte> _text;
    private int _at;

    public FlatJson(ReadOnlySpan<byte> text)
    {
        _text = text;
        _at = text.IndexOf((byte)'{') + 1;
    }

    /// <summary>True when the object's end was reached, so that the line is a whole one.</summary>
    public bool Ended { get; private set; }

    public bool Next(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value, out bool isString)
    {
        key = default;
        value = default;
        isString = false;
        Skip(","u8);
        if (_at >= _text.Length || _text[_at] == '}')
        {
            Ended = _at < _text.Length;
            return false;
        }

        if (!TryString(out key))
        {
            return false;
        }

        Skip(":"u8);
        if (_at >= _text.Length)
        {
            return false;
        }

        if (_text[_at] == '"')
        {
            isString = true;
            return TryString(out value);
        }

        return TryRaw(out value);
    }

    private void Skip(ReadOnlySpan<byte> also)
    {
        while (_at < _text.Length && (_text[_at] is (byte)' ' or (byte)'\t' || also.Contains(_text[_at])))
        {
            _at++;
        }
    }

    private bool TryString(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_text[_at] != '"')
        {
            return false;
        }

        int start = ++_at;
        while (_at < _text.Length)
        {
            int hit = _text[_at..].IndexOfAny((byte)'"', (byte)'\\');
            if (hit < 0)
            {
                return false;
            }

            _at += hit;
            if (_text[_at] == '"')
            {
                value = _text[start.._at++];
                return true;
            }

            _at += 2;
        }

        return false;
    }

    private bool TryRaw(out ReadOnlySpan<byte> value)
    {
        value = default;
        int start = _at;
        int depth = 0;
        for (; _at < _text.Length; _at++)
        {
            switch (_text[_at])
            {
                case (byte)'"':
                    if (!TryString(out _))
                    {
                        return false;
                    }

                    _at--;
                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    continue;
                case (byte)'}' or (byte)']' when depth > 0:
                    depth--;
                    continue;
                case (byte)'}' or (byte)',' when depth == 0:
                    value = _text[start.._at].TrimEnd((byte)' ');
                    return value.Length > 0;
                default:
                    continue;
            }
        }

        return false;
    }

    /// <summary>Resolves the escapes of a JSON string; a lone surrogate becomes U+FFFD.</summary>
    public static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'\\'))
        {
            return text.ToArray();
        }

        byte[] result = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result[length++] = text[i];
                continue;
            }

            byte escape = text[++i];
            if (escape == 'u')
            {
                length += Unicode(text, ref i, result.AsSpan(length));
                continue;
            }

            result[length++] = escape switch { (byte)'n' => (byte)'\n', (byte)'t' => (byte)'\t', (byte)'r' => (byte)'\r', (byte)'b' => 8, (byte)'f' => 12, _ => escape };
        }

        return result[..length];
    }

    private static int Unicode(ReadOnlySpan<byte> text, ref int i, Span<byte> to)
    {
        if (!TryHex4(text, i + 1, out int first))
        {
            to[0] = (byte)'u';
            return 1;
        }

        i += 4;
        Rune rune = Rune.ReplacementChar;
        if (char.IsHighSurrogate((char)first) && i + 2 < text.Length && text[i + 1] == '\\' && text[i + 2] == 'u'
            && TryHex4(text, i + 3, out int second) && char.IsLowSurrogate((char)second))
        {
            rune = new Rune((char)first, (char)second);
            i += 6;
        }
        else if (Rune.TryCreate((char)first, out Rune single))
        {
            rune = single;
        }

        return rune.EncodeToUtf8(to);
    }

    private static bool TryHex4(ReadOnlySpan<byte> text, int at, out int value)
    {
        value = 0;
        return at + 4 <= text.Length && int.TryParse(text.Slice(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
