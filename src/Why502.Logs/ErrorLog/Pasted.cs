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
    public static ReadOnlyMemory<byte> Unwrap(ReadOnlyMemory<byte> raw)
    {
        ReadOnlyMemory<byte> best = raw;
        int bestScore = Score(raw.Span);
        foreach (bool blank in (ReadOnlySpan<bool>)[true, false])
        {
            byte[] joined = Join(raw.Span, blank);
            int score = Score(joined);
            if (score > bestScore)
            {
                (best, bestScore) = (joined, score);
            }
        }

        return best;
    }

    private static byte[] Join(ReadOnlySpan<byte> text, bool blank)
    {
        List<byte> joined = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\n')
            {
                if (text[i] != '\r')
                {
                    joined.Add(text[i]);
                }

                continue;
            }

            while (i + 1 < text.Length && text[i + 1] is (byte)' ' or (byte)'\t')
            {
                i++;
            }

            if (blank && joined is [.., not (byte)' '])
            {
                joined.Add((byte)' ');
            }
        }

        return [.. joined];
    }

    private static int Score(ReadOnlySpan<byte> text)
    {
        ErrorLogFields f = default;
        ErrorLogLine.ParseFields(text, ref f);
        return (f.Known is not null ? 6 : 0) + (f.HasContext ? 2 : 0) + (f.Phase.Present ? 2 : 0) + (f.Server.Present ? 1 : 0) + (f.Request.Present ? 1 : 0)
            + (f.Upstream.Present ? 2 : 0) + (f.Host.Present ? 1 : 0) + (f.Errno is not null ? 1 : 0) + (f.ConfigFile.Present ? 1 : 0) - (f.OpenQuote ? 3 : 0)
            // The context holds no line feed of its own: one there comes from a wrap.
            - (text[f.Message.End..].Contains((byte)'\n') ? 1 : 0);
    }
}
