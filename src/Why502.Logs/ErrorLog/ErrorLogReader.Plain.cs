namespace Why502.Logs;

public sealed partial class ErrorLogReader
{
    private const byte LineFeed = (byte)'\n';

    private readonly byte[] _date = new byte[PlainRecord.DateLength];
    private DateTime _dateTime;

    /// <summary>
    /// Counts the records at the block's start that are alike to others before them, and answers how many bytes they took. It ends at the first line that
    /// wants the long way: one of another form, one whose like was not seen yet, and the block's last, because the next block may continue it.
    /// </summary>
    private int CountPlain(ReadOnlySpan<byte> block, ErrorLogFold fold)
    {
        if (_lines.HasRest || _pendingIsForged || !Starts(block, out var time))
        {
            return 0;
        }

        var taken = 0;
        while (true)
        {
            var rest = block[taken..];
            var length = rest.IndexOf(LineFeed);
            if (length < 0 || !Starts(rest[(length + 1)..], out var nextTime) || _openUntil >= _lines.Offset + taken)
            {
                break;
            }

            var line = rest[..length];
            PlainRecord record = default;
            if (!record.TryRead(line))
            {
                break;
            }

            if (_pending.Length > 0)
            {
                Flush(_toFold!);
                if (_openUntil >= _lines.Offset + taken)
                {
                    break;
                }
            }

            if (!fold.TryCountLike(record, time, line, new LogPosition(_file, _exact ? _line + 1 : null, _lines.Offset + taken)) && !TryFold(line, record, fold))
            {
                break;
            }

            _line++;
            taken += length + 1;
            time = nextTime;
        }

        _lines.Offset += taken;
        return taken;
    }

    private static bool TryFold(ReadOnlySpan<byte> line, in PlainRecord record, ErrorLogFold fold)
    {
        ErrorLogFields fields = default;
        ErrorLogLine.ParseFields(line, ref fields);
        return IsComplete(fields) && fold.TryCount(line, fields, record);
    }

    /// <summary>The line begins a record. Neighbours mostly share their second, which is then not read again.</summary>
    private bool Starts(ReadOnlySpan<byte> line, out DateTime time)
    {
        time = _dateTime;
        if (!ErrorLogLine.StartsRecord(line, _date))
        {
            return false;
        }

        if (!line[..PlainRecord.DateLength].SequenceEqual(_date))
        {
            if (!ErrorLogLine.TryReadDate(line, out time))
            {
                return false;
            }

            line[..PlainRecord.DateLength].CopyTo(_date);
            _dateTime = time;
        }

        return true;
    }
}
