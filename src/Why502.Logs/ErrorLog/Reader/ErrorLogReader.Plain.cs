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

    private PlainRow _row;

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
            var found = FindUsual(ref start, ref at, ref mark, ref head);
            var count = ReadUsual(ref start, found);
            if (count < found)
            {
                GoBack(ref start, _usual[count], ref at, ref mark, ref head);
            }

            if (!CountUsual(block, count, ref at))
            {
                (place, isAtEnd) = (at, false);
                return false;
            }

            hasRunOut = true;
            if (count == UsualRowsMax)
            {
                continue;
            }

            var next = ReadRow(ref start, at, ref mark, ref head, out hasRunOut);
            if (next > at && !TryCountRow(block))
            {
                (place, isAtEnd) = (at, false);
                return false;
            }

            at = next;
        }
        while (hasRunOut && mark < _marks.Count);

        // What goes on behind this stretch is seen whole in the next one, if there is more to see.
        var goesOn = hasRunOut && at > place;
        isAtEnd = hasRunOut && !goesOn;
        place = at;
        return goesOn;
    }

    /// <summary>Reads a record of a rarer form, and answers where the next one begins: at its own place when it was not read.</summary>
    /// <param name="mark">The number of its first mark, then the one behind its last; <see cref="Marks.None"/> when its end was not seen.</param>
    /// <param name="hasRunOut">Nothing was found that wants the long way.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private nint ReadRow(ref byte start, nint at, ref int mark, ref PlainHead head, out bool hasRunOut)
    {
        nint next = mark;
        _row.Time = _date;
        hasRunOut = TryReadRow(ref start, at, head, ref next, out var following);
        mark = (int)next;
        if (!hasRunOut || next == Marks.None)
        {
            return at;
        }

        head = following;
        return _row.Record.End + 1;
    }

    /// <summary>False when the record wants the long way.</summary>
    private bool TryReadRow(ref byte start, nint at, in PlainHead head, ref nint next, out PlainHead following)
    {
        following = default;
        if (!_marks.TryFindLineFeed(ref start, ref next))
        {
            return true;
        }

        ref var row = ref _row;
        var reading = row.Record.Read(ref start, at, head, _marks[next]);
        if (reading == Reading.NoContext)
        {
            if (ErrorLogLine.StartsRecord(Bytes.Span(ref start, row.Record.End + 1, ErrorLogLine.HeadLengthMax)))
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

        return reading == Reading.Plain && record.HasConnection && IsContinued(ref start, record.LastLine, record.TextEnd) ? Reading.Plain : Reading.Other;
    }

    /// <summary>Records of nginx itself have no context. A client's record without one was cut or broken by a line feed.</summary>
    private static bool IsWhole(in PlainRecord record) => !record.HasConnection && record.BodyLength <= PlainRecord.BodyLengthMax;

    /// <summary>The last of several lines, which holds more than the message, is nothing but the record's end.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsContinued(ref byte start, nint lastLine, nint textEnd)
    {
        ReadOnlySpan<byte> text = Bytes.Span(ref start, lastLine, textEnd - lastLine);
        return text.IndexOf("%0"u8) < 0 && !Pending.LooksLikeOtherLog(text) && !Carrier.Strip(text, out _).IsPresent;
    }

    /// <summary>Counts what was read; false when it may not be taken for plain.</summary>
    private bool TryCountRow(ReadOnlySpan<byte> block)
    {
        ErrorLogFold fold = _fold!;
        ref var start = ref MemoryMarshal.GetReference(block);
        ref readonly var record = ref _row.Record;

        // What stands inside somebody's open quote is looked at closely.
        if (_openUntil >= _lines.Offset + record.Start)
        {
            return false;
        }

        if (fold.TryCountLike(ref start, _row, new PlainPlace(_file, _exact, _lines.Offset, _line)))
        {
            _line += record.LinesMore + 1;
            return true;
        }

        int taken = record.End + 1 - record.Start;
        _lines.Offset += record.Start;
        FoldTheLongWay(block.Slice(record.Start, taken), ref start, record, fold);
        _lines.Offset -= record.Start + taken;
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
        return different == Vector128<byte>.Zero ? StartsDated(ref start, at, out head) : StartsOtherRecord(ref start, at, out head);
    }

    /// <summary>A level stands behind the date.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool StartsDated(ref byte start, nint at, out PlainHead head)
    {
        var word = Bytes.Word(ref start, at + PlainRecord.DateLength);
        if (word == ContextTexts.Error)
        {
            head = new PlainHead(LogLevel.Error, PlainRecord.DateLength + " [error]".Length);
            return true;
        }

        return StartsOtherLevel(ref start, at, word, out head);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool StartsOtherLevel(ref byte start, nint at, ulong word, out PlainHead head)
    {
        LogLevel? level = word switch { ContextTexts.Warn => LogLevel.Warn, ContextTexts.Crit => LogLevel.Crit, ContextTexts.Info => LogLevel.Info, _ => null };
        if (level is { } known)
        {
            head = new PlainHead(known, PlainRecord.DateLength + " [warn]".Length);
            return true;
        }

        return ErrorLogLine.TryReadLevelBehind(Bytes.Span(ref start, at, ErrorLogLine.HeadLengthMax), out head);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool StartsOtherRecord(ref byte start, nint at, out PlainHead head)
    {
        head = default;
        var second = SecondAt(ref start, at);
        if ((uint)second < 60 && Vector128.LoadUnsafe(ref Unsafe.Add(ref start, at)) == _dateStart)
        {
            if (!StartsDated(ref start, at, out head))
            {
                return false;
            }

            RememberDate(ref start, at, _date.AddTicks((second - _date.Second) * TimeSpan.TicksPerSecond));
            return true;
        }

        ReadOnlySpan<byte> line = Bytes.Span(ref start, at, ErrorLogLine.HeadLengthMax);
        if (!ErrorLogLine.TryReadHead(line, out DateTime time, out LogLevel level, out int length))
        {
            return false;
        }

        RememberDate(ref start, at, time);
        head = new PlainHead(level, length);
        return true;
    }

    /// <summary>The second of a date whose minute is known; negative or too much when none is written there.</summary>
    private static int SecondAt(ref byte start, nint at)
    {
        var (tens, ones) = (Bytes.At(ref start, at + 17) - '0', Bytes.At(ref start, at + 18) - '0');
        return Bytes.At(ref start, at + 16) == ':' && (uint)tens < 6 && (uint)ones < 10 ? (tens * 10) + ones : -1;
    }

    private void RememberDate(ref byte start, nint at, DateTime time)
    {
        _dateStart = Vector128.LoadUnsafe(ref Unsafe.Add(ref start, at));
        _dateEnd = Vector128.LoadUnsafe(ref Unsafe.Add(ref start, at + 3));
        _date = time;
    }
}
