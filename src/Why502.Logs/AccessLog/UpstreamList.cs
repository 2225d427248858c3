using System.Buffers;
using System.Globalization;
using System.Text;

namespace Why502.Logs;

/// <summary>
/// The lists that $upstream_… variables are: attempts joined by <c>", "</c>, groups after an internal redirect by <c>" : "</c> (ngx_http_upstream.c).
/// </summary>
internal static class UpstreamList
{
    /// <summary>Attempts that are kept; a group can be tried once per server, and this is more than any sane one has.</summary>
    private const int EntriesMax = 64;

    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789.-:"u8);
    private static readonly SearchValues<byte> Stops = SearchValues.Create(" ,\"]|;\t"u8);

    public static IReadOnlyList<string> Texts(ReadOnlySpan<byte> value)
    {
        List<string> list = [];
        while (Next(ref value, out ReadOnlySpan<byte> entry) && list.Count < EntriesMax)
        {
            list.Add(Encoding.UTF8.GetString(entry));
        }

        return list;
    }

    public static IReadOnlyList<double> Seconds(ReadOnlySpan<byte> value)
    {
        List<double> list = [];
        while (Next(ref value, out ReadOnlySpan<byte> entry) && list.Count < EntriesMax)
        {
            list.Add(Number(entry));
        }

        return list;
    }

    public static IReadOnlyList<int> Statuses(ReadOnlySpan<byte> value)
    {
        List<int> list = [];
        while (Next(ref value, out ReadOnlySpan<byte> entry) && list.Count < EntriesMax)
        {
            list.Add(Number(entry) is >= 0 and < 1000 and double n ? (int)n : 0);
        }

        return list;
    }

    public static IReadOnlyList<long> Bytes(ReadOnlySpan<byte> value)
    {
        List<long> list = [];
        while (Next(ref value, out ReadOnlySpan<byte> entry) && list.Count < EntriesMax)
        {
            list.Add(Number(entry) is >= 0 and < 1e18 and double n ? (long)n : 0);
        }

        return list;
    }

    public static ReadOnlySpan<byte> Last(ReadOnlySpan<byte> value)
    {
        int at = value.LastIndexOf(", "u8);
        int group = value.LastIndexOf(" : "u8);
        return at < 0 && group < 0 ? value : at > group ? value[(at + 2)..] : value[(group + 3)..];
    }

    /// <summary>The number, or NaN for <c>-</c>.</summary>
    public static double Number(ReadOnlySpan<byte> entry) =>
        double.TryParse(entry, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? number : double.NaN;

    public static bool Next(ref ReadOnlySpan<byte> value, out ReadOnlySpan<byte> entry)
    {
        entry = default;
        if (value.Length == 0 || value is [(byte)'-'])
        {
            value = default;
            return false;
        }

        for (int at = 0; at < value.Length; at++)
        {
            if (value[at] == ',')
            {
                entry = value[..at];
                value = value[(at + 1)..].TrimStart((byte)' ');
                return true;
            }

            if (value[at] == ' ' && value[at..].StartsWith(" : "u8))
            {
                entry = value[..at];
                value = value[(at + 3)..];
                return true;
            }
        }

        entry = value;
        value = default;
        return true;
    }

    /// <summary>
    /// Length of an unquoted list at the start of the text. Numbers end with the first byte that is of no number, other values at a blank or a quote;
    /// where that is not what the format has next, they end where it stands (<c>$upstream_addr: $request</c>, <c>$upstream_addr/$upstream_status</c>).
    /// </summary>
    /// <param name="next">The literal behind the list.</param>
    public static int UnquotedLength(ReadOnlySpan<byte> text, ReadOnlySpan<byte> next, bool areNumbers)
    {
        int length = areNumbers ? NumbersLength(text) : UnquotedLength(text);
        if (next.Length == 0 || text[length..].StartsWith(next))
        {
            return length;
        }

        ReadOnlySpan<byte> within = text[..Math.Min(text.Length, length + next.Length - 1)];
        for (int from = 0; within[from..].IndexOf(next) is >= 0 and int hit; from += hit + 1)
        {
            // The colon of " : " is no end.
            if (from + hit == 0 || within[from + hit - 1] != ' ')
            {
                return from + hit;
            }
        }

        return length;
    }

    private static int NumbersLength(ReadOnlySpan<byte> text)
    {
        int end = 0;
        for (int at = 0; at < text.Length;)
        {
            int length = text[at..].IndexOfAnyExcept(NumberBytes);
            length = length < 0 ? text.Length - at : length;
            if (length == 0)
            {
                break;
            }

            end = at + length;
            int joint = text[end..].StartsWith(", "u8) ? 2 : text[end..].StartsWith(" : "u8) ? 3 : 0;
            if (joint == 0)
            {
                break;
            }

            at = end + joint;
        }

        return end;
    }

    /// <summary>Length of an unquoted list at the start of the text: entries hold no blanks, only the joints between them do.</summary>
    public static int UnquotedLength(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (true)
        {
            int stop = text[at..].IndexOfAny(Stops);
            if (stop < 0)
            {
                return text.Length;
            }

            at += stop;
            if (text[at..].StartsWith(", "u8))
            {
                at += 2;
            }
            else if (text[at..].StartsWith(" : "u8) && at + 3 < text.Length)
            {
                at += 3;
            }
            else
            {
                // An IPv6 address has its own brackets: [::1]:80.
                if (text[at] == ']' && at + 1 < text.Length && text[at + 1] == ':')
                {
                    at++;
                    continue;
                }

                return at;
            }
        }
    }
}
