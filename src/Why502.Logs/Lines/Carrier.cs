using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Why502.Logs;

/// <summary>
/// Takes off what journald, syslog daemons, Docker, Kubernetes and compose put in front of or around a line, in any sensible nesting.
/// </summary>
internal static class Carrier
{
    private const int LayersMax = 5;

    public static Carried Strip(ReadOnlySpan<byte> line, out byte[]? rewritten)
    {
        rewritten = null;
        State state = default;
        ReadOnlySpan<byte> text = line;
        int at = 0;
        for (int layer = 0; layer < LayersMax; layer++)
        {
            ReadOnlySpan<byte> rest = text[at..];
            if (rest.Length == 0 || ErrorLogLine.StartsRecord(rest))
            {
                break;
            }

            if (rest[0] == '{' && JsonCarrier.TryUnwrap(rest, ref state, out byte[]? inner))
            {
                rewritten = inner;
                text = inner;
                at = 0;
                continue;
            }

            int length = Layer(rest, ref state);
            if (length == 0)
            {
                break;
            }

            at += length;
        }

        bool present = at > 0 || rewritten is not null;
        if (rewritten is not null && at > 0)
        {
            rewritten = rewritten[at..];
        }

        return new Carried
        {
            IsPresent = present,
            Payload = text[at..],
            PayloadStart = at,
            Source = state.Source ?? state.Program,
            Program = state.Program,
            Pid = state.Pid,
            Time = state.Time,
            TimeIsUtc = state.TimeIsUtc,
            IsNginxJson = state.IsNginxJson,
            IsPartial = state.IsPartial,
        };
    }

    internal struct State
    {
        public string? Source;
        public string? Program;
        public int? Pid;
        public DateTime? Time;
        public bool TimeIsUtc;
        public bool IsNginxJson;
        public bool IsPartial;
    }

    /// <summary>Length of one layer at the start of the text, or 0.</summary>
    private static int Layer(ReadOnlySpan<byte> text, ref State state)
    {
        switch (text[0])
        {
            case 0x1b:
                return EscapeSequence(text);
            case (byte)'<':
                return Priority(text);
            case (byte)'[':
                return Pod(text, ref state);
        }

        if (LogTime.TryReadIso(text, out DateTime time, out bool utc, out int length) || LogTime.TryReadSyslog(text, null, out time, out length))
        {
            // "2026-11-21 01:02:03,123" is how apps begin their own lines; carriers write the T.
            if (length >= text.Length || text[length] != ' ' || (text[4] == '-' && text[10] == ' '))
            {
                return 0;
            }

            state.Time ??= time.Year > 1 ? time : null;
            state.TimeIsUtc = utc;
            return length + 1 + AfterTime(text[(length + 1)..], ref state);
        }

        return Compose(text, ref state);
    }

    /// <summary>Behind a time: the container runtime's stream, or host and tag of syslog.</summary>
    private static int AfterTime(ReadOnlySpan<byte> text, ref State state)
    {
        if (text.StartsWith("stdout "u8) || text.StartsWith("stderr "u8))
        {
            // Kubernetes CRI: TIME STREAM TAG LINE, tag F (full) or P (partial).
            if (text.Length > 9 && text[7] is (byte)'F' or (byte)'P' && text[8] == ' ')
            {
                state.IsPartial = text[7] == 'P';
                return 9;
            }
        }

        if (ErrorLogLine.StartsRecord(text))
        {
            return 0;
        }

        int tag = Tag(text, ref state);
        if (tag > 0)
        {
            return tag;
        }

        int host = text.IndexOf((byte)' ');
        if (host <= 0 || host > 255 || !IsName(text[..host]) || IsLevel(text[..host]))
        {
            return 0;
        }

        ReadOnlySpan<byte> rest = text[(host + 1)..];
        if (rest.Length > 15 && (LogTime.TryReadSyslog(rest, null, out _, out _) || LogTime.TryReadIso(rest, out _, out _, out _)))
        {
            // A relay wrote its own time and host in front of the sender's.
            return host + 1;
        }

        // No host is called "-" but RFC 5424's nil; uWSGI sets one between ctime's date and its message.
        tag = text[..host] is [(byte)'-'] ? 0 : Tag(rest, ref state);
        if (tag > 0)
        {
            return host + 1 + tag;
        }

        return Rfc5424(rest, ref state) is > 0 and int length ? host + 1 + length : 0;
    }

    /// <summary><c>program[pid]: </c> or <c>program: </c></summary>
    private static int Tag(ReadOnlySpan<byte> text, ref State state)
    {
        int end = text.IndexOfAny((byte)' ', (byte)':', (byte)'[');
        if (end <= 0 || end > 128 || text[end] == ' ' || !IsName(text[..end]) || text[..end].IndexOfAnyExceptInRange((byte)'-', (byte)'9') < 0 || IsLevel(text[..end]))
        {
            return 0;
        }

        int? pid = null;
        int at = end;
        if (text[at] == '[')
        {
            if (!Utf8Parser.TryParse(text[(at + 1)..], out int number, out int used) || at + 1 + used >= text.Length || text[at + 1 + used] != ']')
            {
                return 0;
            }

            pid = number;
            at += used + 2;
        }

        if (at >= text.Length || text[at] != ':')
        {
            return 0;
        }

        state.Program = Encoding.ASCII.GetString(text[..end]);
        state.Pid = pid;
        return at + 1 < text.Length && text[at + 1] == ' ' ? at + 2 : at + 1;
    }

    /// <summary>An app's own <c>TIME LEVEL logger: …</c> has the shape of syslog's host and tag.</summary>
    private static bool IsLevel(ReadOnlySpan<byte> word) =>
        word.Length is >= 4 and <= 8 && (Ascii.EqualsIgnoreCase(word, "info"u8) || Ascii.EqualsIgnoreCase(word, "warn"u8) || Ascii.EqualsIgnoreCase(word, "warning"u8) || Ascii.EqualsIgnoreCase(word, "error"u8)
            || Ascii.EqualsIgnoreCase(word, "debug"u8) || Ascii.EqualsIgnoreCase(word, "trace"u8) || Ascii.EqualsIgnoreCase(word, "fatal"u8) || Ascii.EqualsIgnoreCase(word, "critical"u8) || Ascii.EqualsIgnoreCase(word, "notice"u8));

    /// <summary>RFC 5424 behind its host: <c>APP PROCID MSGID SD MSG</c>.</summary>
    private static int Rfc5424(ReadOnlySpan<byte> text, ref State state)
    {
        int app = text.IndexOf((byte)' ');
        if (app <= 0 || !IsName(text[..app]))
        {
            return 0;
        }

        int at = app + 1;
        int procid = text[at..].IndexOf((byte)' ');
        if (procid <= 0 || !(text.Slice(at, procid) is [(byte)'-'] || Utf8Parser.TryParse(text[at..], out int _, out int used) && used == procid))
        {
            return 0;
        }

        int? pid = Utf8Parser.TryParse(text[at..], out int number, out _) ? number : null;
        at += procid + 1;
        int msgid = text[at..].IndexOf((byte)' ');
        if (msgid <= 0)
        {
            return 0;
        }

        at += msgid + 1;
        ReadOnlySpan<byte> data = text[at..];
        int skip = data.StartsWith("- "u8) ? 2 : data.StartsWith("["u8) && data.IndexOf("] "u8) is >= 0 and int close ? close + 2 : 0;
        if (skip == 0)
        {
            return 0;
        }

        (state.Program, state.Pid) = (Encoding.ASCII.GetString(text[..app]), pid);
        return at + skip;
    }

    /// <summary><c>&lt;187&gt;</c>, and the version of RFC 5424 behind it.</summary>
    private static int Priority(ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text[1..], out byte _, out int used) || used > 3 || 1 + used >= text.Length || text[1 + used] != '>')
        {
            return 0;
        }

        int at = used + 2;
        return text[at..].StartsWith("1 "u8) ? at + 2 : at;
    }

    /// <summary><c>[pod/NAME/CONTAINER] </c> of kubectl logs --prefix.</summary>
    private static int Pod(ReadOnlySpan<byte> text, ref State state)
    {
        if (!text.StartsWith("[pod/"u8))
        {
            return 0;
        }

        int end = text.IndexOf("] "u8);
        if (end < 0 || end > 300)
        {
            return 0;
        }

        state.Source = Sanitizer.Line(text[1..end]);
        return end + 2;
    }

    /// <summary><c>service-1  | </c> of compose.</summary>
    private static int Compose(ReadOnlySpan<byte> text, ref State state)
    {
        int bar = text[..Math.Min(text.Length, 128)].IndexOf((byte)'|');
        if (bar <= 1 || text[bar - 1] != ' ')
        {
            return 0;
        }

        ReadOnlySpan<byte> name = text[..bar].TrimEnd((byte)' ');
        if (name.Length == 0 || !IsName(name))
        {
            return 0;
        }

        state.Source = Encoding.ASCII.GetString(name);
        int at = bar + 1;
        at += EscapeSequence(text[at..]);
        return at < text.Length && text[at] == ' ' ? at + 1 : at;
    }

    /// <summary>A colour sequence, <c>ESC [ … m</c>.</summary>
    private static int EscapeSequence(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[0] != 0x1b || text[1] != '[')
        {
            return 0;
        }

        int end = text[2..].IndexOfAnyExcept(ColourBytes);
        return end >= 0 && text[2 + end] == 'm' ? end + 3 : 0;
    }

    private static bool IsName(ReadOnlySpan<byte> text) =>
        text.IndexOfAnyExcept(NameBytes) < 0;

    private static readonly SearchValues<byte> ColourBytes = SearchValues.Create("0123456789;"u8);
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/@()"u8);
}
