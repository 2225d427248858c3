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
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private bool CountStretch(ReadOnlySpan<byte> block, nint last, ref nint place, ref PlainHead head, out bool isAtEnd)
    {
        ErrorLogFold fold = _fold!;
        isAtEnd = false;
        ref var start = ref MemoryMarshal.GetReference(block);
        var at = place;
        _marks.Find(ref start, at, Math.Min(last, at + Marks.StretchMax));
        var mark = 0;
        PlainRecord record = default;
        while (_openUntil < _lines.Offset + at)
        {
            var time = _date;
            var reading = record.TryRead(ref start, at, head, _marks, ref mark);
            if (reading is Reading.Other or Reading.Unfinished)
            {
                isAtEnd = reading == Reading.Unfinished;
                var goesOn = isAtEnd && at > place && _marks.End < last;
                place = at;
                return goesOn;
            }

            var isFollowed = record.End + 1 <= last && StartsRecord(ref start, record.End + 1, out head);
            if (reading == Reading.NoContext && !(isFollowed ? IsWhole(record) : TryReadOn(ref start, ref record, last, ref mark, out isFollowed, out head)))
            {
                isAtEnd = record.End + 1 > last;
                break;
            }

            if (!isFollowed)
            {
                isAtEnd = record.End + 1 > last;
                break;
            }

            var taken = (int)(record.End + 1 - at);
            if (fold.TryCountLike(ref start, record, time, _file, _exact ? _line + 1 : null, _lines.Offset + at))
            {
                _line += record.LinesMore + 1;
            }
            else
            {
                _lines.Offset += at;
                FoldTheLongWay(block.Slice((int)at, taken), ref start, record, fold);
                _lines.Offset -= at + taken;
            }

            at += taken;
        }

        place = at;
        return false;
    }

    /// <summary>Records of nginx itself have no context. A client's record without one was cut or broken by a line feed.</summary>
    private static bool IsWhole(in PlainRecord record) => record.ConnectionLength == 0 && record.BodyLength <= PlainRecord.BodyLengthMax;

    /// <summary>Reads the lines behind that belong to the record, as far as nothing in them could be taken for something else.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadOn(ref byte start, ref PlainRecord record, nint last, ref int mark, out bool isFollowed, out PlainHead head)
    {
        (isFollowed, head) = (false, default);
        nint line;
        Reading reading;
        do
        {
            line = record.End + 1;
            if (line > last || record.BodyLength > PlainRecord.BodyLengthMax || (record.LinesMore > 0 && StartsRecord(ref start, line, out _)))
            {
                return false;
            }

            reading = record.ReadOn(ref start, _marks, ref mark);
        }
        while (reading == Reading.NoContext);

        if (reading != Reading.Plain || record.End + 1 > last || !StartsRecord(ref start, record.End + 1, out head))
        {
            return false;
        }

        isFollowed = true;
        ReadOnlySpan<byte> lastLine = Bytes.Span(ref start, line, record.TextEnd - line);
        return record.ConnectionLength > 0 && lastLine.IndexOf("%0"u8) < 0 && !Pending.LooksLikeOtherLog(lastLine) && !Carrier.Strip(lastLine, out _).IsPresent;
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
        var isSameDate = Vector128.LoadUnsafe(ref Unsafe.Add(ref start, at)) == _dateStart && Vector128.LoadUnsafe(ref Unsafe.Add(ref start, at + 3)) == _dateEnd;
        if (isSameDate && Bytes.Is(ref start, at + PlainRecord.DateLength, " [error] "u8))
        {
            head = new PlainHead(LogLevel.Error, PlainRecord.DateLength + " [error]".Length);
            return true;
        }

        return StartsOtherRecord(ref start, at, out head);
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
