namespace Why502.Logs;

/// <summary>
/// Turns blocks of bytes into error-log records: lines across block borders, continuation lines and carriers' prefixes included.
/// Memory is bounded by <see cref="RecordBytesMax"/> whatever the input is.
/// </summary>
public sealed class ErrorLogReader
{
    /// <summary>Bytes of one record, continuation included, that are kept; nginx itself writes at most 2048 (4096 in OpenResty).</summary>
    public const int RecordBytesMax = 32 * 1024;

    private readonly string _file;
    private readonly bool _exact;
    private readonly LineSplitter _lines = new(RecordBytesMax);
    private readonly List<byte> _pending = [];
    private long _pendingOffset;
    private int _pendingLine;
    private int _line;

    public ErrorLogReader(string file, int firstLine = 1, bool lineNumbersAreExact = true)
    {
        _file = file;
        _line = firstLine - 1;
        _exact = lineNumbersAreExact;
    }

    /// <summary>Lines seen so far, plus the number of the first one less one.</summary>
    public int LastLine => _line;

    public void Push(ReadOnlySpan<byte> block, Action<ErrorLogRecord> onRecord)
    {
        _lines.Push(block, (line, offset, cut) => OnLine(line, offset, onRecord));
    }

    /// <summary>The input has ended: an unfinished last line counts.</summary>
    public void Complete(Action<ErrorLogRecord> onRecord)
    {
        _lines.Complete((line, offset, cut) => OnLine(line, offset, onRecord));
        Flush(onRecord);
    }

    private void OnLine(ReadOnlySpan<byte> line, long offset, Action<ErrorLogRecord> onRecord)
    {
        _line++;
        if (_pending.Count > 0 && !ErrorLogLine.LooksLikeRecord(line))
        {
            if (_pending.Count + line.Length < RecordBytesMax)
            {
                _pending.Add((byte)'\n');
                _pending.AddRange(line);
            }

            return;
        }

        Flush(onRecord);
        _pending.AddRange(line);
        (_pendingOffset, _pendingLine) = (offset, _line);
    }

    private void Flush(Action<ErrorLogRecord> onRecord)
    {
        if (_pending.Count == 0)
        {
            return;
        }

        byte[] bytes = [.. _pending];
        _pending.Clear();
        if (ErrorLogLine.TryParse(bytes, out ErrorLogRecord? record))
        {
            onRecord(record with { At = new LogPosition(_file, _exact ? _pendingLine : null, _pendingOffset) });
        }
    }
}
