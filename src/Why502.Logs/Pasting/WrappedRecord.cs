using System.Text;

namespace Why502.Logs.Pasting;

/// <summary>
/// Puts a record together again that an editor, a mail or a terminal broke into lines before its message was complete, or in the middle of words. The reader of logs goes on with a record that
/// it knows by its beginning, and takes each break for a blank.
/// </summary>
public static class WrappedRecord
{
    /// <summary>A record of some 1200 characters at 80 columns.</summary>
    private const int PartsMax = 16;

    private const int PartCharsMin = 30;

    private const int PartCharsMax = 400;

    /// <summary>What an editor leaves empty at a line's end before a word that does not fit; addresses are long words.</summary>
    private const int MarginMax = 40;

    /// <summary>What stands around a line in a window, and at its start in the rows of docker compose that go on.</summary>
    private static readonly char[] Edges = [' ', '\t', '\r', '|'];

    /// <summary>How a message begins that lost its head, or all of it but a piece.</summary>
    private static readonly string[] Beginnings =
    [
        "upstream ", "no live upstreams", "no resolver", "SSL_do_handshake()", "peer closed connection", "host not found", "connect() ", "recv() ", "readv() ", "send() ", "writev() ", "sendfile() ", "open() \"", "mkdir() \"",
        "socket() ", "accept4() ", "limiting ", "auth request ", "*", "[error] ", "[crit] ", "[alert] ", "[emerg] ", "[warn] ", "nginx: [emerg] ", "error] ",
    ];

    /// <summary>Joins in place: the first line gets the whole record, and the others are left empty, so that lines keep their numbers.</summary>
    public static bool Join(IList<string> lines)
    {
        var joined = false;
        for (var first = 0; first + 1 < lines.Count; first++)
        {
            if (lines[first].Length is < PartCharsMin or > PartCharsMax || !Begins(lines[first]))
            {
                continue;
            }

            var last = Last(lines, first);
            var whole = last > first ? Whole(lines, first, last) : Spaced(lines, first, out last);
            if (whole is not null)
            {
                LineRun.Put(lines, first, last, whole);
                joined = true;
                first = last;
            }
        }

        return joined;
    }

    /// <summary>The lines as one, where that is a message of nginx; null where they are to be left as they are.</summary>
    private static string? Whole(IList<string> lines, int first, int last)
    {
        // A terminal breaks at its last column: all lines but the last are of one length.
        var column = lines[first].TrimEnd('\r').Length;
        var isHard = last > first + 1 && !lines[first].TrimEnd('\r').EndsWith("  ", StringComparison.Ordinal) && lines[last].Length <= column && Enumerable.Range(first + 1, last - first - 1).All(part => lines[part].TrimEnd('\r').Length == column);
        return isHard && Joined(lines, first, last, "") is { } tight && IsMessage(Continued(lines, first, last) ?? tight) ? Continued(lines, first, last) ?? tight
            : Framed(lines, first, last) is { } bare && Gains(lines[first], bare) ? bare
            : Joined(lines, first, last, " ") is { } spaced && Gains(lines[first], spaced) ? spaced
            : Joined(lines, first, last, "") is { } closed && Gains(lines[first], closed) ? closed
            : null;
    }

    /// <summary>An editor's or a shell's mark at each break: <c>111: Connection r\</c></summary>
    private static string? Continued(IList<string> lines, int first, int last)
        => Enumerable.Range(first, last - first).All(part => lines[part].TrimEnd('\r').EndsWith('\\'))
            ? string.Concat(Enumerable.Range(first, last - first + 1).Select(part => lines[part].TrimEnd('\r').TrimEnd('\\')))
            : null;

    /// <summary>
    /// What a window broke at its last column, and then indented or filled up with blanks. Without these the parts are of one length, but for a blank that was at the break.
    /// </summary>
    private static string? Framed(IList<string> lines, int first, int last)
    {
        if (last < first + 2)
        {
            return null;
        }

        List<string> parts = [.. Enumerable.Range(first, last - first + 1).Select(part => lines[part].Trim(Edges))];
        var column = parts[..^1].Max(part => part.Length);
        if (column < PartCharsMin || parts[^1].Length > column || parts[..^1].Exists(part => part.Length < column - 1))
        {
            return null;
        }

        var whole = new StringBuilder(parts[0]);
        var isFound = false;
        for (var part = 1; part < parts.Count; part++)
        {
            // Who is a blank short lost it at its end, or at its start where nginx writes one behind what the part before ends with.
            var lost = parts[part - 1].Length < column && !isFound;
            isFound = !lost && whole[^1] is ':' or ',' or ')' && (part < parts.Count - 1 ? parts[part].Length < column : char.IsAsciiLetter(parts[part][0]));
            whole.Append(lost || isFound ? " " : "").Append(parts[part]);
        }

        return whole.ToString();
    }

    /// <summary>The parts make a message of what was none, or give one its context.</summary>
    private static bool Gains(string first, string whole)
    {
        return Read(whole) is { Known: not null } record && (Read(first) is not { Known: not null } alone || (alone.Client is null && record.Client is not null));
    }

    private static ErrorLogRecord? Read(string line) => ErrorLogLine.Parse(line) is { Known: not null } known ? known : ErrorLogLine.Parse(PastedRecord.Repair(line));

    private static string Joined(IList<string> lines, int first, int last, string between)
    {
        var whole = new StringBuilder(lines[first].TrimEnd('\r'));
        for (var part = first + 1; part <= last; part++)
        {
            whole.Append(whole[^1] == ' ' ? "" : between).Append(lines[part].TrimEnd('\r'));
        }

        return whole.ToString();
    }

    /// <summary>Parts with a blank line between each two: who breaks a line in a form that drops single breaks makes paragraphs.</summary>
    private static string? Spaced(IList<string> lines, int first, out int last)
    {
        last = first;
        while (last + 2 < lines.Count && (last - first) / 2 < PartsMax && IsBlank(lines[last + 1]) && !IsBlank(lines[last + 2]) && lines[last + 2].Length <= PartCharsMax && !Begins(lines[last + 2]) && !IsOther(lines[last + 2]))
        {
            last += 2;
        }

        for (; last > first; last -= 2)
        {
            var whole = string.Join(' ', Enumerable.Range(0, ((last - first) / 2) + 1).Select(part => lines[first + (2 * part)].Trim(Edges)));
            if (Gains(lines[first], whole) && Read(whole)!.Client is not null)
            {
                return whole;
            }
        }

        return null;
    }

    private static bool IsBlank(string line) => line.AsSpan().Trim().IsEmpty;

    /// <summary>Where the run of parts ends: before a blank line or another record, and with the first part that is shorter than a margin.</summary>
    private static int Last(IList<string> lines, int first)
    {
        var last = first;
        while (last + 1 < lines.Count && last - first < PartsMax && lines[last].Length >= lines[first].Length - MarginMax
            && lines[last + 1].AsSpan().Trim().Length > 0 && lines[last + 1].Length <= PartCharsMax && !Begins(lines[last + 1]) && !IsOther(lines[last + 1]))
        {
            last++;
        }

        return last;
    }

    private static bool Begins(string line)
    {
        var text = line.AsSpan().TrimStart();
        foreach (var beginning in Beginnings)
        {
            if (text.StartsWith(beginning))
            {
                return true;
            }
        }

        // Apache's, of a module that goes to an upstream (log.c: do_errorlog_default).
        return (text.StartsWith("[") && (text.Contains("] [proxy:error] [pid ", StringComparison.Ordinal) || text.Contains("] [proxy_fcgi:error] [pid ", StringComparison.Ordinal) || text.Contains("] [proxy_http:error] [pid ", StringComparison.Ordinal)))
            || ErrorLogLine.LooksLikeRecord(Encoding.Latin1.GetBytes(line));
    }

    /// <summary>A command at a prompt, or a fence: nothing that a break leaves at a line's start.</summary>
    private static bool IsOther(string line) => line.AsSpan().TrimStart() is var text && (text.StartsWith("$ ") || text.StartsWith("# ") || text.StartsWith("```") || text.StartsWith("~~~"));

    private static bool IsMessage(string line) => ErrorLogLine.Parse(line) is { Known: not null };
}
