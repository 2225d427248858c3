using System.Buffers.Text;

namespace Why502.Logs;

public static partial class ErrorLogLine
{
    /// <summary>Reads <c>YYYY/MM/DD HH:MM:SS</c> at the start of the line.</summary>
    public static bool TryReadDate(ReadOnlySpan<byte> line, out DateTime time)
    {
        time = default;
        if (line.Length < 19 || line[4] != '/' || line[7] != '/' || line[10] != ' ' || line[13] != ':' || line[16] != ':')
        {
            return false;
        }

        int year = Two(line, 0) * 100 + Two(line, 2);
        return LogTime.TryMake(year, Two(line, 5), Two(line, 8), Two(line, 11), Two(line, 14), Two(line, 17), out time);
    }

    /// <summary>Two digits, or a number that fails every range check.</summary>
    private static int Two(ReadOnlySpan<byte> line, int at)
    {
        uint tens = (uint)(line[at] - '0');
        uint ones = (uint)(line[at + 1] - '0');
        return tens > 9 || ones > 9 ? -10_000 : (int)(tens * 10 + ones);
    }

    /// <summary>Reads <c>[level]</c>; <paramref name="length"/> includes the brackets.</summary>
    private static bool TryReadLevel(ReadOnlySpan<byte> text, out LogLevel level, out int length)
    {
        (level, length) = (default, 0);
        if (text.Length < 6 || text[0] != '[')
        {
            return false;
        }

        ReadOnlySpan<byte> rest = text[1..];
        (LogLevel? found, int letters) = rest[0] switch
        {
            (byte)'e' => rest.StartsWith("error]"u8) ? (LogLevel.Error, 5) : rest.StartsWith("emerg]"u8) ? (LogLevel.Emerg, 5) : ((LogLevel?)null, 0),
            (byte)'a' => rest.StartsWith("alert]"u8) ? (LogLevel.Alert, 5) : (null, 0),
            (byte)'c' => rest.StartsWith("crit]"u8) ? (LogLevel.Crit, 4) : (null, 0),
            (byte)'w' => rest.StartsWith("warn]"u8) ? (LogLevel.Warn, 4) : (null, 0),
            (byte)'n' => rest.StartsWith("notice]"u8) ? (LogLevel.Notice, 6) : (null, 0),
            (byte)'i' => rest.StartsWith("info]"u8) ? (LogLevel.Info, 4) : (null, 0),
            (byte)'d' => rest.StartsWith("debug]"u8) ? (LogLevel.Debug, 5) : (null, 0),
            _ => (null, 0),
        };
        if (found is not { } known)
        {
            return false;
        }

        (level, length) = (known, letters + 2);
        return true;
    }

    /// <summary>Length of <c>nginx: </c>, which start-up messages carry on standard error (ngx_log.c; Angie writes its own name).</summary>
    private static int ProgramPrefix(ReadOnlySpan<byte> line) =>
        line.StartsWith("nginx: "u8) || line.StartsWith("angie: "u8) ? 7 : 0;

    internal static void ParseFields(ReadOnlySpan<byte> line, ref ErrorLogFields f)
    {
        int at = 0;
        if (TryReadDate(line, out DateTime time))
        {
            (f.HasTime, f.Time) = (true, time);
            at = SkipBlank(line, 19);
        }
        else
        {
            at = ProgramPrefix(line);
            if (at > 0)
            {
                f.Level = LogLevel.Stderr;
            }
        }

        if (TryReadLevel(line[at..], out LogLevel level, out int length))
        {
            f.Level = level;
            at += length;
            at = SkipBlank(line, at < line.Length && line[at] == ':' ? at + 1 : at);
        }

        at = ReadProcess(line, at, ref f);
        at = ReadConnection(line, at, ref f);
        ParseBody(line, at, ref f);
    }

    private static int SkipBlank(ReadOnlySpan<byte> line, int at) => at < line.Length && line[at] == ' ' ? at + 1 : at;

    /// <summary><c>pid#tid: </c></summary>
    private static int ReadProcess(ReadOnlySpan<byte> line, int at, ref ErrorLogFields f)
    {
        if (Utf8Parser.TryParse(line[at..], out uint pid, out int used) && at + used < line.Length && line[at + used] == '#')
        {
            int next = at + used + 1;
            if (Utf8Parser.TryParse(line[next..], out uint tid, out used) && next + used < line.Length && line[next + used] == ':')
            {
                (f.Pid, f.Tid) = ((int)Math.Min(pid, int.MaxValue), (int)Math.Min(tid, int.MaxValue));
                return SkipBlank(line, next + used + 1);
            }
        }

        return at;
    }

    /// <summary><c>*conn </c></summary>
    private static int ReadConnection(ReadOnlySpan<byte> line, int at, ref ErrorLogFields f)
    {
        if (at < line.Length && line[at] == '*' && Utf8Parser.TryParse(line[(at + 1)..], out ulong connection, out int used)
            && at + 1 + used < line.Length && line[at + 1 + used] == ' ')
        {
            f.Connection = (long)Math.Min(connection, long.MaxValue);
            return at + used + 2;
        }

        return at;
    }
}
