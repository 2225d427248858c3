using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

public sealed partial class ErrorLogReader
{
    private const byte LineFeed = (byte)'\n';

    /// <summary>The date of the last dated line, its first and its last 16 bytes, and what it says.</summary>
    private Vector128<byte> _dateStart;
    private Vector128<byte> _dateEnd;
    private DateTime _date;

    private readonly Marks _marks = new();
    private HeadShape _shape = new();

    /// <summary>Records that are read before they are recognised, and recognised before they are counted: so the waits for memory of all of them overlap.</summary>
    private const int RowsMax = 32;
    private readonly PlainRow[] _rows = new PlainRow[RowsMax];

    /// <summary>
    /// Counts the records at the block's start and answers how many bytes they took. It ends at the first line that wants the long way: one of another form,
    /// and the block's last ones, because the next block may continue them.
    /// </summary>
    /// <param name="isAtEnd">The next record was not seen to its end.</param>
    private int CountPlain(ReadOnlySpan<byte> block, out bool isAtEnd)
    {
        isAtEnd = false;
        nint last = block.Length - PlainRecord.Margin;
        if (last < 0 || _lines.HasRest || _pendingIsForged || !StartsRecord(ref MemoryMarshal.GetReference(block), 0, out var head))
        {
            return 0;
        }

        Flush(_toFold!);
        nint at = 0;
        while (at < last && CountStretch(block, last, ref at, ref head, out isAtEnd))
        {
        }

        _lines.Offset += at;
        return (int)at;
    }

    /// <summary>Counts the records of a stretch; false when the next line wants the long way.</summary>
    private bool CountStretch(ReadOnlySpan<byte> block, nint last, ref nint place, ref PlainHead head, out bool isAtEnd)
    {
        ref var start = ref MemoryMarshal.GetReference(block);
        var at = place;
        _marks.Find(ref start, at, Math.Min(last, at + Marks.StretchMax));
        var mark = 0;
        bool hasRunOut;
        do
        {
            at = ReadRows(ref start, at, ref mark, ref head, out var count, out hasRunOut);
            if (!CountRows(block, count, ref at))
            {
                (place, isAtEnd) = (at, false);
                return false;
            }
        }
        while (hasRunOut && mark < _marks.Count);

        // What goes on behind this stretch is seen whole in the next one, if there is more to see.
        var goesOn = hasRunOut && at > place;
        isAtEnd = hasRunOut && !goesOn;
        place = at;
        return goesOn;
    }

    /// <summary>Reads records until there are enough, and answers where the next one begins.</summary>
    /// <param name="mark">The number of the next mark.</param>
    /// <param name="hasRunOut">Nothing was found that wants the long way.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private nint ReadRows(ref byte start, nint at, ref int mark, ref PlainHead head, out int count, out bool hasRunOut)
    {
        ref var rows = ref MemoryMarshal.GetArrayDataReference(_rows);
        ref var marks = ref _marks.First;
        nint all = _marks.Count;
        nint next = mark;
        ref var shape = ref _shape;
        var fold = _fold!;
        hasRunOut = true;
        for (count = 0; count < RowsMax; count++)
        {
            ref var row = ref Unsafe.Add(ref rows, count);
            row.Time = _date;
            var request = next;
            int lines = 0, lastLine = 0;
            while (request < all && Bytes.Word(ref start, Unsafe.Add(ref marks, request) - ContextTexts.RequestWordLength) != ContextTexts.RequestWord
                && IsOfMessage(ref start, Unsafe.Add(ref marks, request), ref lines, ref lastLine))
            {
                request++;
            }

            var length = shape.LengthAt(ref start, at + head.Length);
            var taken = PlainRecord.ReadUsual(ref start, at + head.Length, at + head.Length + length, head.Level, ref Unsafe.Add(ref marks, request), ref row);
            PlainHead following;
            if (length != 0 && taken != 0 && request + taken <= all && head.Level != LogLevel.Debug
                && (request == next || !row.Record.HasOtherClient(ref start)))
            {
                (row.Record.Start, row.Record.LinesMore, row.Record.LastLine) = ((int)at, lines, lastLine);
                hasRunOut = StartsRecord(ref start, row.Record.End + 1, out following) && (lines == 0 || IsContinued(ref start, row.Record));
                next = request + taken;
                fold.Prefetch(row);
            }
            else
            {
                hasRunOut = TryReadOther(ref start, at, head, ref row, ref next, out following);
            }

            if (!hasRunOut || next == Marks.None)
            {
                break;
            }

            head = following;
            at = row.Record.End + 1;
        }

        mark = (int)next;
        return at;
    }

    /// <summary>The mark stands inside the message; line feeds among them are counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsOfMessage(ref byte start, nint mark, ref int lines, ref int lastLine)
    {
        if (Bytes.At(ref start, mark) != LineFeed)
        {
            return true;
        }

        lines++;
        lastLine = (int)mark + 1;
        return !StartsRecord(ref start, mark + 1, out _);
    }

    /// <summary>Reads a record of a rarer form. False when it wants the long way.</summary>
    /// <param name="next">The number of its first mark, then the one behind its last; <see cref="Marks.None"/> when its end was not seen.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadOther(ref byte start, nint at, in PlainHead head, ref PlainRow row, ref nint next, out PlainHead following)
    {
        following = default;
        if (!_marks.TryFindLineFeed(ref start, ref next))
        {
            return true;
        }

        var reading = row.Record.Read(ref start, at, head, _marks[next]);
        if (reading == Reading.NoContext)
        {
            if (StartsRecord(ref start, row.Record.End + 1, out _))
            {
                reading = IsWhole(row.Record) ? Reading.Plain : Reading.Other;
            }
            else
            {
                reading = ReadOn(ref start, ref row.Record, ref next);
                if (next == Marks.None)
                {
                    return true;
                }
            }
        }

        if (reading != Reading.Plain)
        {
            return false;
        }

        row.Record.CompleteKind();
        row.Hash = row.Record.HashOf(ref start);
        next++;
        return StartsRecord(ref start, row.Record.End + 1, out following);
    }

    /// <summary>Reads the lines behind that belong to the record, as far as nothing in them could be taken for something else.</summary>
    private Reading ReadOn(ref byte start, ref PlainRecord record, ref nint next)
    {
        Reading reading;
        do
        {
            if (record.BodyLength > PlainRecord.BodyLengthMax || (record.LinesMore > 0 && StartsRecord(ref start, record.End + 1, out _)))
            {
                return Reading.Other;
            }

            next++;
            if (!_marks.TryFindLineFeed(ref start, ref next))
            {
                return Reading.Other;
            }

            reading = record.ReadOn(ref start, _marks[next]);
        }
        while (reading == Reading.NoContext);

        return reading == Reading.Plain && IsContinued(ref start, record) ? Reading.Plain : Reading.Other;
    }

    /// <summary>Records of nginx itself have no context. A client's record without one was cut or broken by a line feed.</summary>
    private static bool IsWhole(in PlainRecord record) => !record.HasConnection && record.BodyLength <= PlainRecord.BodyLengthMax;

    /// <summary>The last of several lines, which holds more than the message, is nothing but the record's end.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsContinued(ref byte start, in PlainRecord record)
    {
        ReadOnlySpan<byte> text = Bytes.Span(ref start, record.LastLine, record.TextEnd - record.LastLine);
        return record.HasConnection && text.IndexOf("%0"u8) < 0 && !Pending.LooksLikeOtherLog(text) && !Carrier.Strip(text, out _).IsPresent;
    }

    /// <summary>Counts what was read; false when not all of it may be taken for plain, and then <paramref name="at"/> says from where on.</summary>
    private bool CountRows(ReadOnlySpan<byte> block, int count, ref nint at)
    {
        ErrorLogFold fold = _fold!;
        ref var start = ref MemoryMarshal.GetReference(block);
        PlainPlace place = new(_file, _exact, _lines.Offset, _line);
        for (int done = 0; done < count;)
        {
            // Rows inside somebody's open quote are looked at one by one.
            int known = _openUntil < _lines.Offset + _rows[done].Record.Start ? fold.CountLike(ref start, _rows.AsSpan(done, count - done), ref place) : 0;
            done += known;
            _line = place.Line;
            if (done == count)
            {
                break;
            }

            PlainRecord record = _rows[done].Record;
            if (_openUntil >= _lines.Offset + record.Start)
            {
                at = record.Start;
                return false;
            }

            int taken = record.End + 1 - record.Start;
            _lines.Offset += record.Start;
            FoldTheLongWay(block.Slice(record.Start, taken), ref start, record, fold);
            _lines.Offset -= record.Start + taken;
            place.Line = _line;
            done++;
        }

        return true;
    }

    /// <summary>Folds one whole record by way of <see cref="ErrorLogRecord"/>, and has what is decided about it remembered for its like.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FoldTheLongWay(ReadOnlySpan<byte> lines, ref byte start, in PlainRecord record, ErrorLogFold fold)
    {
        long folded = _folded;
        long skipped = Skipped;
        _wantsRecord = fold.WantsToRemember(ref start, record);
        Push(lines, _toFold!);
        Flush(_toFold!);
        if (_wantsRecord && _folded == folded + 1 && Skipped == skipped)
        {
            fold.Remember(ref start, record);
        }

        _wantsRecord = false;
    }

    /// <summary>The line begins a record. Neighbours mostly share their second, which is then not read again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool StartsRecord(ref byte start, nint at, out PlainHead head)
    {
        var different = (Vector128.LoadUnsafe(ref Unsafe.Add(ref start, at)) ^ _dateStart) | (Vector128.LoadUnsafe(ref Unsafe.Add(ref start, at + 3)) ^ _dateEnd);
        if (different == Vector128<byte>.Zero && Bytes.Word(ref start, at + PlainRecord.DateLength) == ContextTexts.Error)
        {
            head = new PlainHead(LogLevel.Error, PlainRecord.DateLength + " [error]".Length);
            return true;
        }

        return different == Vector128<byte>.Zero ? ErrorLogLine.TryReadLevelBehind(Bytes.Span(ref start, at, ErrorLogLine.HeadLengthMax), out head) : StartsOtherRecord(ref start, at, out head);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool StartsOtherRecord(ref byte start, nint at, out PlainHead head)
    {
        head = default;
        ReadOnlySpan<byte> line = Bytes.Span(ref start, at, ErrorLogLine.HeadLengthMax);
        if (!ErrorLogLine.TryReadHead(line, out DateTime time, out LogLevel level, out int length))
        {
            return false;
        }

        _dateStart = Vector128.LoadUnsafe(ref Unsafe.Add(ref start, at));
        _dateEnd = Vector128.LoadUnsafe(ref Unsafe.Add(ref start, at + 3));
        _date = time;
        head = new PlainHead(level, length);
        return true;
    }
}
