namespace Why502.Logs;

/// <summary>
/// Turns blocks of bytes into error-log records: lines across block borders, continuation lines, carriers' prefixes, wrapped and cut lines included.
/// Memory is bounded by <see cref="RecordBytesMax"/> whatever the input is; lines that are no record and belong to none are counted.
/// </summary>
public sealed partial class ErrorLogReader
{
    /// <summary>Bytes of one record, continuation included, that are kept; nginx itself writes at most 2048 (4096 in OpenResty).</summary>
    public const int RecordBytesMax = 32 * 1024;

    private readonly string _file;
    private readonly bool _exact;
    private readonly LineSplitter _lines = new(RecordBytesMax);
    private readonly Pending _pending = new();
    private int _line;
    private ErrorLogFold? _fold;
    private Action<ErrorLogRecord>? _toFold;

    /// <summary>Records that were given to <see cref="_fold"/>.</summary>
    private long _folded;

    /// <summary>The whole record is wanted, even where its fields would do.</summary>
    private bool _wantsRecord;

    public ErrorLogReader(string file, int firstLine = 1, bool lineNumbersAreExact = true, long firstOffset = 0)
    {
        _file = file;
        _line = firstLine - 1;
        _exact = lineNumbersAreExact;
        _lines.Offset = firstOffset;
    }

    /// <summary>The number of the last line seen.</summary>
    public int LastLine => _line;

    /// <summary>Lines that were neither a record nor part of one.</summary>
    public long Skipped { get; private set; }

    public void Push(ReadOnlySpan<byte> block, Action<ErrorLogRecord> onRecord) =>
        _lines.Push(block, (line, offset, cut) => OnLine(line, offset, onRecord));

    /// <summary>The input has ended: an unfinished last line counts.</summary>
    public void Complete(Action<ErrorLogRecord> onRecord)
    {
        _lines.Complete((line, offset, cut) => OnLine(line, offset, onRecord));
        Flush(onRecord);
    }

    /// <summary>Folds without making records: the same groups as by way of them, at a fraction of the cost.</summary>
    public void Push(ReadOnlySpan<byte> block, ErrorLogFold fold)
    {
        _fold = fold;
        _toFold ??= AddToFold;
        block = block[PushSeam(block)..];
        block = block[PushWhole(block)..];
        KeepSeam(block);
        _fold = null;
    }

    /// <summary>Folds what can be told without the next block, and answers how much that was.</summary>
    private int PushWhole(ReadOnlySpan<byte> block)
    {
        int taken = 0;
        while (true)
        {
            taken += CountPlain(block[taken..], out bool isAtEnd);
            ReadOnlySpan<byte> rest = block[taken..];
            int length = rest.IndexOf(LineFeed) + 1;
            if (length == 0 || (isAtEnd && rest.Length <= SeamRestMax))
            {
                return taken;
            }

            Push(rest[..length], _toFold!);
            taken += length;
        }
    }

    /// <inheritdoc cref="Complete(Action{ErrorLogRecord})"/>
    public void Complete(ErrorLogFold fold)
    {
        _fold = fold;
        _toFold ??= AddToFold;
        Push(_seam.AsSpan(0, _seamLength), _toFold);
        _seamLength = 0;
        Complete(_toFold);
        _fold = null;
    }

    private void AddToFold(ErrorLogRecord record)
    {
        _folded++;
        _fold!.Add(record);
    }

    private void OnLine(ReadOnlySpan<byte> line, long offset, Action<ErrorLogRecord> onRecord)
    {
        _line++;
        if (ErrorLogLine.StartsRecord(line))
        {
            Flush(onRecord);
            _pending.Begin(line, offset, _line, isRecord: true);
            return;
        }

        Carried carried = Carrier.Strip(line, out _);
        if (!carried.IsPresent)
        {
            Undated(line, offset, onRecord);
            return;
        }

        bool starts = ErrorLogLine.StartsRecord(carried.Payload) || carried.IsNginxJson;
        if (!starts && !carried.IsNginx)
        {
            // Another program's line in the same journal.
            Flush(onRecord);
            Skipped++;
            return;
        }

        if (starts && !_pending.IsPartial)
        {
            Flush(onRecord);
            _pending.Begin(carried.Payload, offset, _line, isRecord: true);
            _pending.From(carried);
            return;
        }

        if (_pending.IsPartial)
        {
            _pending.Append(carried.Payload, lineFeed: false);
            _pending.IsPartial = carried.IsPartial;
            return;
        }

        Undated(carried.Payload, offset, onRecord, carried);
    }

    private void Undated(ReadOnlySpan<byte> line, long offset, Action<ErrorLogRecord> onRecord, Carried carried = default)
    {
        // The end of somebody's own record without its beginning, and its request encodes a line feed: the line above it is that somebody's work.
        _pendingIsForged |= line.IndexOf(", client: "u8) >= 0 && EncodesLineFeed(line);
        if (_pending.WantsMore(line))
        {
            _pending.Append(line, lineFeed: true);
            return;
        }

        Flush(onRecord);
        if (line.Length > 0)
        {
            _pending.Begin(line, offset, _line, isRecord: false);
            _pending.From(carried);
        }
    }

    /// <summary>The common record: one dated line, recognised, complete, and nothing about it that a closer look would change.</summary>
    private bool TryFold(ErrorLogFold fold)
    {
        ReadOnlySpan<byte> line = _pending.Bytes;
        if (_pending.Source is not null || line.Contains((byte)'\n'))
        {
            return false;
        }

        ErrorLogFields fields = default;
        ErrorLogLine.ParseFields(line, ref fields);
        if (!IsComplete(fields) || !fold.TryCount(line, fields))
        {
            return false;
        }

        _pending.Clear();
        return true;
    }

    private static bool IsComplete(in ErrorLogFields fields) =>
        fields is { HasTime: true, HasContext: true, Truncated: false, OpenQuote: false } && fields.Client.Present;

    private void Flush(Action<ErrorLogRecord> onRecord)
    {
        if (_pending.Length == 0)
        {
            return;
        }

        if (_fold is not null && !_wantsRecord && _pending.IsRecord && !_pendingIsForged && _openUntil < _pending.Offset && TryFold(_fold))
        {
            return;
        }

        bool isRecord = _pending.IsRecord;
        bool forged = _pendingIsForged && _pending.IsRecord;
        _pendingIsForged = false;
        byte[] bytes = _pending.Take();
        if (!ErrorLogLine.TryParse(bytes, out ErrorLogRecord? record))
        {
            Skipped++;
            return;
        }

        bool suspect = isRecord && (IsSuspect(record, _pending.Offset, bytes.Length) || forged);
        onRecord(record with
        {
            At = new LogPosition(_file, _exact ? _pending.Line : null, _pending.Offset),
            Source = _pending.Source ?? record.Source,
            Time = record.Time ?? _pending.Time,
            Suspect = suspect,
        });
    }
}
