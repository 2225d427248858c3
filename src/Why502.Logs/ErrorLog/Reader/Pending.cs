using System.Runtime.InteropServices;

namespace Why502.Logs;

/// <summary>The record that is being put together: whether it goes on is only known when the next line has been seen.</summary>
internal sealed class Pending
{
    private readonly List<byte> _bytes = [];

    public ReadOnlySpan<byte> Bytes => CollectionsMarshal.AsSpan(_bytes);

    public void Clear() => _bytes.Clear();

    /// <summary>The record is a trace inside an open quote, and nothing that came since can have ended it.</summary>
    private bool _isInQuote;

    public int Length => _bytes.Count;
    public bool IsRecord { get; private set; }
    public bool IsPartial { get; set; }
    public long Offset { get; private set; }
    public int Line { get; private set; }
    public string? Source { get; private set; }
    public DateTime? Time { get; private set; }

    public void Begin(ReadOnlySpan<byte> line, long offset, int lineNumber, bool isRecord)
    {
        _bytes.Clear();
        _bytes.AddRange(line);
        (Offset, Line, IsRecord, IsPartial, Source, Time) = (offset, lineNumber, isRecord, false, null, null);
        _isInQuote = false;
    }

    public void From(in Carried carried)
    {
        IsPartial = carried.IsPartial;
        Source = carried.Source;
        Time = carried.TimeIsUtc ? null : carried.Time;
    }

    public void Append(ReadOnlySpan<byte> line, bool lineFeed)
    {
        int room = ErrorLogReader.RecordBytesMax - _bytes.Count - 1;
        if (room <= 0)
        {
            return;
        }

        if (lineFeed)
        {
            _bytes.Add((byte)'\n');
        }

        _isInQuote &= lineFeed && line.Length <= room && StaysInQuote(line);
        _bytes.AddRange(line[..Math.Min(line.Length, room)]);
    }

    public byte[] Take()
    {
        byte[] bytes = [.. _bytes];
        _bytes.Clear();
        return bytes;
    }

    /// <summary>
    /// Whether a line without a head of its own continues this record: a trace inside an open quote, a message whose context has not come yet, a hard wrap.
    /// </summary>
    public bool WantsMore(ReadOnlySpan<byte> next)
    {
        if (_bytes.Count is 0 or 2047 or 4095 || LooksLikeOtherLog(next) || ErrorLogLine.StartsUndated(next))
        {
            return false;
        }

        if (_isInQuote)
        {
            return true;
        }

        ReadOnlySpan<byte> bytes = Bytes;
        ErrorLogFields f = default;
        ErrorLogLine.ParseFields(bytes, ref f);
        if (f.OpenQuote && (IsRecord || f.HasContext))
        {
            _isInQuote = IsRecord && !f.HasContext && f.Connection is not null && bytes.IndexOf(" while "u8) < 0 && bytes.IndexOf("client: "u8) < 0;
            return true;
        }

        if (ContinuesContext(bytes, next))
        {
            return true;
        }

        // A fragment is joined only where it was visibly broken: an open parenthesis, a dangling word. A paragraph, and a connection's number, begin something else.
        if (!IsRecord && (next.Trim(" \t\r"u8).IsEmpty || StartsConnection(next)))
        {
            return false;
        }

        ReadOnlySpan<byte> text = bytes.TrimEnd((byte)' ');
        bool broken = text.LastIndexOf((byte)'(') > text.LastIndexOf((byte)')') || text.EndsWith(" while"u8) || text.EndsWith(" to"u8) || text.EndsWith(" from"u8);
        return broken ? text.Length < 400 : IsRecord && !f.HasContext && next.Length > 0 && (f.Connection is not null || f.Known is null);
    }

    /// <summary>Such a line behind an open quote leaves it open, and the record without a context: what <see cref="ErrorLogLine"/> would find by reading all of it again.</summary>
    private static bool StaysInQuote(ReadOnlySpan<byte> line) =>
        line.Count((byte)'"') % 2 == 0 && line.IndexOf("client: "u8) < 0 && line.IndexOf(" while "u8) < 0
        && !(line is [.., >= (byte)'0' and <= (byte)'9']) && !line.EndsWith(" in command line"u8);

    private static bool ContinuesContext(ReadOnlySpan<byte> text, ReadOnlySpan<byte> next)
    {
        text = text.TrimEnd((byte)' ');
        next = next.TrimStart((byte)' ');
        if (text.EndsWith(","u8) || (text.EndsWith(" failed"u8) && next.StartsWith("("u8)) || text.EndsWith("server:"u8) || text.EndsWith("request:"u8) || text.EndsWith("upstream:"u8) || text.EndsWith("host:"u8) || text.EndsWith("client:"u8) || next.StartsWith(", "u8) || next.StartsWith("while "u8))
        {
            return next.Length > 0;
        }

        return next.StartsWith("client: "u8) || next.StartsWith("server: "u8) || next.StartsWith("request: \""u8) || next.StartsWith("upstream: \""u8)
            || next.StartsWith("host: \""u8) || next.StartsWith("referrer: \""u8);
    }

    /// <summary><c>*18 connect() …</c>: what stands behind the process in a record, also as code in a sentence.</summary>
    private static bool StartsConnection(ReadOnlySpan<byte> line)
    {
        line = line.TrimStart(" \t`>"u8);
        return line is [(byte)'*', >= (byte)'0' and <= (byte)'9', ..];
    }

    /// <summary>Container logs mix both logs of nginx: an access-log row, or anything with its own time, is nobody's continuation.</summary>
    public static bool LooksLikeOtherLog(ReadOnlySpan<byte> line)
    {
        if (line.IndexOf("] \""u8) is >= 0 and < 200 && line.IndexOf(" HTTP/"u8) > 0)
        {
            return true;
        }

        return line.StartsWith("/docker-entrypoint"u8) || (line.Length > 19 && LogTime.TryRead(line[..Math.Min(line.Length, 40)], out _, out _));
    }
}
