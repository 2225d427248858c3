using System.Numerics;
using System.Runtime.CompilerServices;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>What a scan counts, and between which seconds.</summary>
internal sealed record ScanOptions
{
    public TrafficScope Scope { get; init; } = TrafficScope.Full;

    /// <summary>Seconds since 1970; rows without a time always count.</summary>
    public long Since { get; init; } = long.MinValue;

    public long Until { get; init; } = long.MaxValue;

    public LineMasks.Kernel Kernel { get; init; } = LineMasks.Best;
}

/// <summary>
/// One worker's way through text: bytes are put into <see cref="Free"/>, <see cref="Scan"/> counts the whole rows among them. It allocates nothing per row and knows no files.
/// A row belongs to the stretch in which it begins.
/// </summary>
internal sealed unsafe class TrafficScanner(ScanOptions options)
{
    private readonly ScanBuffer _buffer = new();
    private readonly RouteCache _routes = new();
    private RowReader? _reader;
    private Row _row;
    private bool _inLongRow;
    private bool _skipFirst;

    /// <summary>Where the buffer's first byte stands in the file.</summary>
    private long _position;

    public TrafficTables Tables { get; } = new();

    public Stretch Stretch { get; set; } = new();

    public Span<byte> Free => _buffer.Free;

    /// <summary>Where the next byte to be read stands.</summary>
    public long ReadAt => _position + _buffer.Length;

    /// <summary>Everything up to here was counted, or skipped.</summary>
    public long CountedTo => _position;

    /// <summary>Begins a file, or a part of it whose first row begins behind the first newline.</summary>
    public void Begin(AccessLogFormat format, long position, bool skipFirst)
    {
        if (_reader?.Plan.Format != format)
        {
            _reader = new RowReader(RowPlan.Of(format), Tables.Upstreams);
            _row = default;
        }

        Tables.Fields |= format.Fields;
        _buffer.Length = 0;
        (_position, _skipFirst, _inLongRow) = (position, skipFirst, false);
    }

    public void Filled(int bytes) => _buffer.Length += bytes;

    /// <summary>Counts all whole rows that begin before <paramref name="until"/>; at the end of the text also the one without a newline. False when there is no such row any more.</summary>
    public bool Scan(long until, bool atEnd)
    {
        _buffer.Mask(options.Kernel);
        int at = Rows(until);
        bool more = _position + at < until;
        if (more && atEnd && at < _buffer.Length)
        {
            Last(at);
            at = _buffer.Length;
        }
        else if (more && at == 0 && _buffer.Length == ScanBuffer.Bytes)
        {
            LongRow();
            at = _buffer.Length;
        }

        _buffer.Drop(at);
        _position += at;
        return more;
    }

    /// <summary>Answers behind which byte it stopped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Rows(long until)
    {
        byte* text = _buffer.Text;
        ulong* newlines = _buffer.Newlines;
        int length = _buffer.Length;
        int stop = (int)Math.Min(length, until - _position);
        int at = 0;
        if (_skipFirst || _inLongRow)
        {
            at = SkipRest();
            if (at < 0)
            {
                return length;
            }
        }

        int word = at >> 6;
        ulong bits = newlines[word] & (ulong.MaxValue << (at & 63));
        while (at < stop)
        {
            while (bits == 0)
            {
                bits = newlines[++word];
            }

            int end = (word << 6) + BitOperations.TrailingZeroCount(bits);
            if (end >= length)
            {
                break;
            }

            bits &= bits - 1;
            Row(text, at, end);
            at = end + 1;
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Row(byte* text, int start, int end)
    {
        Stretch.Lines++;
        while (end > start && text[end - 1] == '\r')
        {
            end--;
        }

        if (end == start)
        {
            return;
        }

        if (!_reader!.Read(text, start, end, _buffer.Quotes, _buffer.Blanks, ref _row) && !Slow(text + start, end - start))
        {
            return;
        }

        if (_row.Minute != Engine.Row.NoMinute && (_row.UnixTime < options.Since || _row.UnixTime > options.Until))
        {
            return;
        }

        AccessFields fields = _reader.Plan.Format.Fields;
        Tables.Count(text + start, end - start, ref _row, fields);
        if (options.Scope == TrafficScope.Full)
        {
            Stretch.Heavy.Count(text + start, end - start, ref _row, fields, Tables, _routes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Slow(byte* line, int length)
    {
        ReadOnlySpan<byte> text = new(line, length);
        if (_reader!.ReadSlowly(text, ref _row))
        {
            return true;
        }

        Tables.Malformed++;
        Stretch.Note(text);
        return false;
    }

    private void Last(int at)
    {
        if (_skipFirst || _inLongRow)
        {
            _skipFirst = false;
            return;
        }

        Row(_buffer.Text, at, _buffer.Length);
    }

    /// <summary>No newline in a whole buffer: nginx's header buffers allow no such row. It is counted once, and the rest of it is passed over.</summary>
    private void LongRow()
    {
        if (!_inLongRow && !_skipFirst)
        {
            Stretch.Lines++;
            Tables.Malformed++;
            Stretch.Note(new ReadOnlySpan<byte>(_buffer.Text, _buffer.Length));
            _inLongRow = true;
        }
    }

    /// <summary>Where the first row begins, or -1 when there is no newline yet.</summary>
    private int SkipRest()
    {
        int newline = new ReadOnlySpan<byte>(_buffer.Text, _buffer.Length).IndexOf((byte)'\n');
        if (newline >= 0)
        {
            (_skipFirst, _inLongRow) = (false, false);
        }

        return newline < 0 ? -1 : newline + 1;
    }
}
