using System.Buffers;
using System.Globalization;
using System.Text;

namespace Why502.Logs;

/// <summary>
/// Makes hostile bytes fit for a terminal, a page or a JSON string: no control, escape, bidirectional or invisible characters survive,
/// and bytes that are not UTF-8 are shown as <c>\xHH</c>, so nothing is silently dropped.
/// </summary>
public static class Sanitizer
{
    public const int LineMax = 400;

    /// <summary>One line of at most <paramref name="max"/> characters, cut in the middle: both ends of a log line matter.</summary>
    public static string Line(ReadOnlySpan<byte> raw, int max = LineMax)
    {
        // A few times the limit is decoded at most, from both ends, so that a huge line costs no more than a long one.
        int bytesMax = Math.Max(max, 8) * 4;
        if (raw.Length <= bytesMax * 2)
        {
            return Cut(Escape(raw), max);
        }

        return Cut(Escape(raw[..bytesMax]) + "…" + Escape(raw[^bytesMax..]), max);
    }

    /// <summary>The same for text that was decoded before.</summary>
    public static string Line(string text, int max = LineMax) => Line(Encoding.UTF8.GetBytes(text), max);

    private static string Escape(ReadOnlySpan<byte> raw)
    {
        if (raw.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0)
        {
            return Encoding.ASCII.GetString(raw);
        }

        StringBuilder result = new(raw.Length);
        while (raw.Length > 0)
        {
            OperationStatus status = Rune.DecodeFromUtf8(raw, out Rune rune, out int length);
            if (status != OperationStatus.Done)
            {
                length = Math.Max(length, 1);
                foreach (byte b in raw[..length])
                {
                    AppendHex(result, b);
                }
            }
            else if (IsHarmless(rune))
            {
                result.Append(rune.ToString());
            }
            else if (rune.Value == '\t')
            {
                result.Append(' ');
            }
            else if (rune.Value == '\n' && length == raw.Length)
            {
                break;
            }
            else if (rune.Value < 0x80)
            {
                AppendHex(result, (byte)rune.Value);
            }
            else
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }

            raw = raw[length..];
        }

        return result.ToString();
    }

    private static void AppendHex(StringBuilder to, byte b) => to.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");

    /// <summary>Letters, digits, marks, punctuation, symbols and the plain blank; format characters (bidi, zero width), separators and unassigned ones are not.</summary>
    private static bool IsHarmless(Rune rune)
    {
        if (rune.IsAscii)
        {
            return rune.Value is >= 0x20 and < 0x7f;
        }

        return Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }

    private static string Cut(string text, int max)
    {
        max = Math.Max(max, 8);
        if (text.Length <= max)
        {
            return text;
        }

        int head = (max - 1) * 2 / 3;
        int tail = max - 1 - head;
        // A surrogate pair is never split: half of one is not a character.
        head -= char.IsHighSurrogate(text[head - 1]) ? 1 : 0;
        int from = text.Length - tail;
        from += char.IsLowSurrogate(text[from]) ? 1 : 0;
        return string.Concat(text.AsSpan(0, head), "…", text.AsSpan(from));
    }
}
