using System.Buffers;
using System.Text;

namespace Why502.Logs;

/// <summary>What happens to log lines on their way through chats, tickets and terminals: decorations, HTML entities, typographic quotes, hard wraps.</summary>
internal static class Pasted
{
    private const int PrefixMax = 200;

    /// <summary>Takes decorations off the front; the head of a record inside a line is found only when no quote stands before it.</summary>
    public static ReadOnlyMemory<byte> Normalise(ReadOnlyMemory<byte> raw)
    {
        ReadOnlySpan<byte> text = raw.Span;
        int at = 0;
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' or (byte)'>' or (byte)'`' or (byte)'\'' or (byte)'|')
        {
            at++;
        }

        int head = RecordInside(text);
        return raw[(head >= 0 ? head : at)..];
    }

    private static int RecordInside(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> window = text[..Math.Min(text.Length, PrefixMax + 24)];
        int quote = window.IndexOf((byte)'"');
        for (int from = 0; ;)
        {
            int hit = window[from..].IndexOf(" ["u8);
            if (hit < 0)
            {
                return -1;
            }

            from += hit;
            int start = from - 19;
            if (start >= 0 && (quote < 0 || quote > start) && ErrorLogLine.StartsRecord(text[start..]))
            {
                return start;
            }

            from += 2;
        }
    }

    /// <summary>Puts plain quotes back where a blog or a chat replaced all of them; a line that still has nginx's own quotes is left as it is.</summary>
    public static bool TryRestoreQuotes(ReadOnlySpan<byte> text, out byte[] restored)
    {
        restored = [];
        if (text.IndexOf(": \""u8) >= 0 || (text.IndexOf(": &quot;"u8) < 0 && text.IndexOf(": &#34;"u8) < 0 && text.IndexOf(": “"u8) < 0 && text.IndexOf(": ”"u8) < 0))
        {
            return false;
        }

        restored = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text)
            .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&#34;", "\"", StringComparison.Ordinal)
            .Replace('“', '"').Replace('”', '"').Replace('„', '"')
            .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal));
        return true;
    }

    /// <summary>Chooses between the lines as they are (a stack trace) and the lines joined (a hard wrap): whichever parses further.</summary>
    /// <param name="fields">What the chosen text holds.</param>
    public static ReadOnlyMemory<byte> Unwrap(ReadOnlyMemory<byte> raw, ref ErrorLogFields fields)
    {
        ErrorLogLine.ParseFields(raw.Span, ref fields);
        return HasAll(raw.Span, fields) ? raw : Choose(raw, ref fields);
    }

    internal static ReadOnlyMemory<byte> Choose(ReadOnlyMemory<byte> raw, ref ErrorLogFields fields)
    {
        ReadOnlyMemory<byte> best = raw;
        int bestScore = Score(raw.Span, fields);
        foreach (bool blank in (ReadOnlySpan<bool>)[true, false])
        {
            byte[] joined = Join(raw.Span, blank);
            ErrorLogFields others = default;
            ErrorLogLine.ParseFields(joined, ref others);
            int score = Score(joined, others);
            if (score > bestScore)
            {
                (best, bestScore, fields) = (joined, score, others);
            }
        }

        return best;
    }

    /// <summary>Nothing can parse further: all that counts is there, and joined lines make no errno either.</summary>
    private static bool HasAll(ReadOnlySpan<byte> text, in ErrorLogFields f) =>
        f.Known is not null && f.HasContext && !f.OpenQuote && f.Phase.Present && f.Server.Present && f.Request.Present && f.Upstream.Present && f.Host.Present
        && !text[f.Message.End..].Contains((byte)'\n') && (f.Errno is not null || !MayHaveErrno(text));

    /// <summary>A number stands behind an opening parenthesis and in front of a colon, whatever blanks and lines are between them.</summary>
    private static bool MayHaveErrno(ReadOnlySpan<byte> text)
    {
        for (int open = text.IndexOf((byte)'('); open >= 0; open = text.IndexOf((byte)'('))
        {
            text = text[(open + 1)..];
            int number = text.IndexOfAnyExcept(NumberBytes);
            if (number > 0 && text[number] == ':')
            {
                return true;
            }
        }

        return false;
    }

    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create(" \t\r\n+-0123456789"u8);

    private static byte[] Join(ReadOnlySpan<byte> text, bool blank)
    {
        byte[] joined = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\n')
            {
                if (text[i] != '\r')
                {
                    joined[length++] = text[i];
                }

                continue;
            }

            while (i + 1 < text.Length && text[i + 1] is (byte)' ' or (byte)'\t')
            {
                i++;
            }

            if (blank && length > 0 && joined[length - 1] != ' ')
            {
                joined[length++] = (byte)' ';
            }
        }

        return joined[..length];
    }

    private static int Score(ReadOnlySpan<byte> text, in ErrorLogFields f) =>
        (f.Known is not null ? 6 : 0) + (f.HasContext ? 2 : 0) + (f.Phase.Present ? 2 : 0) + (f.Server.Present ? 1 : 0) + (f.Request.Present ? 1 : 0)
        + (f.Upstream.Present ? 2 : 0) + (f.Host.Present ? 1 : 0) + (f.Errno is not null ? 1 : 0) + (f.ConfigFile.Present ? 1 : 0) - (f.OpenQuote ? 3 : 0)
        // The context holds no line feed of its own: one there comes from a wrap.
        - (text[f.Message.End..].Contains((byte)'\n') ? 1 : 0);
}
