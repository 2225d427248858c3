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

    /// <summary>Null: the widest vectors of the machine, once a log is long enough for them.</summary>
    public BytePlaces.Kernel? Kernel { get; init; }

    /// <summary>Whether rows of the usual form take their short way; the result is the same.</summary>
    public bool HasShortWay { get; init; } = true;

    /// <summary>Gets each row that is counted; what takes the short way is not shown to it.</summary>
    public IRowTable? Table { get; init; }
}

/// <summary>
/// One worker's way through text: bytes are put into <see cref="Free"/>, <see cref="Scan"/> counts the whole rows among them. It allocates nothing per row and knows no files.
/// A row belongs to the stretch in which it begins.
/// </summary>
internal sealed unsafe class TrafficScanner(ScanOptions options)
{
    private readonly ScanBuffer _buffer = new();
    private readonly RouteCache _routes = new();
    private readonly MinuteStamp _stamp = new();
    private readonly TrafficTables _tables = new();
    private readonly RowBatch _batch = new();
    private readonly bool _isBounded = options.Since != long.MinValue || options.Until != long.MaxValue;
    private Stretch? _stretch;
    private RowReader? _reader;
    private IBatchReader? _shortWay;
    private Row _row;
    private HeavyTables? _heavy;
    private bool _inLongRow;
    private bool _skipFirst;

    /// <summary>Where the buffer's first byte stands in the file.</summary>
    private long _position;

    /// <summary>What is counted so far.</summary>
    public TrafficTables Tables
    {
        get
        {
            _tables.Settle();
            return _tables;
        }
    }

    /// <summary>Gets what rows add that has an order, from now on. It is to be there while rows are counted.</summary>
    public Stretch Stretch
    {
        set => (_stretch, _heavy) = (value, options.Scope == TrafficScope.Full ? value.HoldHeavy() : null);
    }

    /// <summary>What the rows since <see cref="Stretch"/> was set have added.</summary>
    public Stretch TakeStretch()
    {
        Stretch stretch = _stretch!;
        _heavy?.Settle(_routes);
        _heavy = null;
        _stretch = null;
        return stretch;
    }

    public Span<byte> Free => _buffer.Free;

    /// <summary>What is there and not counted yet, from <see cref="CountedTo"/> on.</summary>
    public ReadOnlySpan<byte> Uncounted => _buffer.Filled;

    /// <summary>Where the next byte to be read stands.</summary>
    public long ReadAt => _position + _buffer.Length;

    /// <summary>Everything up to here was counted, or skipped.</summary>
    public long CountedTo => _position;

    /// <summary>Begins a file, or a part of it whose first row begins behind the first newline.</summary>
    public void Begin(AccessLogFormat format, long position, bool skipFirst)
    {
        Use(format);
        _buffer.Length = 0;
        (_position, _skipFirst, _inLongRow) = (position, skipFirst, false);
    }

    /// <summary>What is not counted yet is of another format.</summary>
    public void Use(AccessLogFormat format)
    {
        if (_reader?.Plan.Format != format)
        {
            _reader = new RowReader(RowPlan.Of(format), _tables.Upstreams);
            _shortWay = options.HasShortWay ? ShortWay(_reader.Plan) : null;
            _row = default;
        }

        _tables.Fields |= format.Fields;
    }

    private IBatchReader? ShortWay(RowPlan plan) => plan switch
    {
        { Usual: { } usual } => new UsualRows(usual, _stamp, _tables.Upstreams),
        { Quoted: { } quoted } => new QuotedRows(quoted, _tables.Upstreams),
        _ => null,
    };

    public void Filled(int bytes) => _buffer.Length += bytes;

    /// <summary>Counts all whole rows that begin before <paramref name="until"/>; at the end of the text also the one without a newline. False when there is no such row any more.</summary>
    public bool Scan(long until, bool atEnd)
    {
        BytePlaces.Kernel kernel = options.Kernel ?? BytePlaces.KernelBehind(_position);
        _buffer.Mark(kernel, _shortWay is not null);
        int at = Rows(until, kernel);
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
    private int Rows(long until, BytePlaces.Kernel kernel)
    {
        byte* text = _buffer.Text;
        RowCursor cursor = new() { Marks = _buffer.Marks, Kernel = kernel };
        if (_skipFirst || _inLongRow)
        {
            if (_buffer.RowsEnd == 0)
            {
                return _buffer.Length;
            }

            cursor.Pass(text);
            (_skipFirst, _inLongRow) = (false, false);
        }

        int stop = (int)Math.Min(_buffer.RowsEnd, until - _position);
        while (true)
        {
            if (_shortWay is { } shortWay)
            {
                bool more;
                do
                {
                    more = shortWay.Read(text, stop, ref cursor, _batch);
                    Count(text);
                }
                while (more);
            }

            if (cursor.At >= stop)
            {
                return cursor.At;
            }

            int start = cursor.At;
            Row(text, start, cursor.Pass(text));
        }
    }

    /// <summary>Counts the rows of the batch; those that are set aside by the format's plan, at their place among the others.</summary>
    private void Count(byte* text)
    {
        RowBatch batch = _batch;
        long lines = _stretch!.Lines;
        int read = batch.Count;
        if (_isBounded)
        {
            batch.Keep(options.Since, options.Until);
        }

        _tables.Count(batch, _reader!.Plan.Format.Fields);
        if (_heavy is { } heavy)
        {
            heavy.LookFor(text, batch, _routes);
        }

        int from = 0;
        int* cells = batch.Cells;
        for (int i = 0; i < batch.AsideCount; i++)
        {
            int row = cells[RowBatch.Aside + i];
            _heavy?.Count(text, batch, from, row, _tables, _routes);
            _stretch.Lines = lines + row;
            Row(text, cells[RowBatch.Rest + row], cells[RowBatch.End + row]);
            from = row + 1;
        }

        _heavy?.Count(text, batch, from, batch.Count, _tables, _routes);
        _stretch.Lines = lines + read;
    }

    /// <summary>Counts a row by the format's plan.</summary>
    private void Row(byte* text, int start, int end)
    {
        _stretch!.Lines++;
        while (end > start && text[end - 1] == '\r')
        {
            end--;
        }

        if (end > start)
        {
            General(text, start, end);
        }
    }

    private void General(byte* text, int start, int end)
    {
        RowReader reader = _reader!;
        _buffer.MaskRow(start, end);
        if (reader.Read(text, start, end, _buffer.Quotes, _buffer.Blanks, ref _row))
        {
            if (_shortWay is not null && _row.Minute != _stamp.Minute && _row.Slices is { TimeKind: AccessVariable.TimeLocal, Time.Length: MinuteStamp.TimeBytes })
            {
                _stamp.Remember(text + start + _row.Slices.Time.Start, _row.Minute);
            }
        }
        else if (!Slow(text + start, end - start))
        {
            return;
        }

        if (_row.Minute != Engine.Row.NoMinute && (_row.UnixTime < options.Since || _row.UnixTime > options.Until))
        {
            return;
        }

        AccessFields fields = reader.Plan.Format.Fields;
        _tables.Count(text + start, end - start, ref _row, fields);
        if (_heavy is { } heavy)
        {
            heavy.Count(text + start, end - start, ref _row, fields, _tables, _routes);
        }

        options.Table?.Count(text + start, end - start, ref _row, _stretch!.Lines);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Slow(byte* line, int length)
    {
        ReadOnlySpan<byte> text = new(line, length);
        if (_reader!.ReadSlowly(text, ref _row))
        {
            return true;
        }

        _tables.Malformed++;
        _stretch!.Note(text);
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
            _stretch!.Lines++;
            _tables.Malformed++;
            _stretch!.Note(new ReadOnlySpan<byte>(_buffer.Text, _buffer.Length));
            _inLongRow = true;
        }
    }
}
