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

    private readonly LineEnds _ends = new();

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
        _ends.Find(ref start, at, Math.Min(last, at + LineEnds.StretchMax));
        var line = 0;
        bool hasRunOut;
        do
        {
            at = ReadRows(ref start, at, ref line, ref head, out var count, out hasRunOut);
            if (!CountRows(block, count, ref at))
            {
                (place, isAtEnd) = (at, false);
                return false;
            }
        }
        while (hasRunOut && line < _ends.Count);

        // What goes on behind this stretch is seen whole in the next one, if there is more to see.
        var goesOn = hasRunOut && at > place;
        isAtEnd = hasRunOut && !goesOn;
        place = at;
        return goesOn;
    }

    /// <summary>Reads records until there are enough, and answers where the next one begins.</summary>
    /// <param name="line">The number of the next line end.</param>
    /// <param name="hasRunOut">Nothing was found that wants the long way.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private nint ReadRows(ref byte start, nint at, ref int line, ref PlainHead head, out int count, out bool hasRunOut)
    {
        ref var rows = ref MemoryMarshal.GetArrayDataReference(_rows);
        hasRunOut = true;
        for (count = 0; line < _ends.Count && count < RowsMax; count++, line++)
        {
            ref var row = ref Unsafe.Add(ref rows, count);
            row.Time = _date;
            var reading = row.Record.TryRead(ref start, at, head, Unsafe.Add(ref _ends.First, line));
            var isFollowed = reading != Reading.Other && StartsRecord(ref start, row.Record.End + 1, out head);
            if (reading == Reading.NoContext && !(isFollowed ? IsWhole(row.Record) : TryReadOn(ref start, ref row.Record, ref line, out isFollowed, out head)))
            {
                hasRunOut = line == _ends.Count;
                break;
            }

            if (!isFollowed)
            {
                hasRunOut = false;
                break;
            }

            at = row.Record.End + 1;
        }

        return at;
    }

    /// <summary>Counts what was read; false when not all of it may be taken for plain, and then <paramref name="at"/> says from where on.</summary>
    private bool CountRows(ReadOnlySpan<byte> block, int count, ref nint at)
    {
        ErrorLogFold fold = _fold!;
        ref var start = ref MemoryMarshal.GetReference(block);
        fold.Recognise(ref start, _rows.AsSpan(0, count));
        for (var i = 0; i < count; i++)
        {
            ref var row = ref _rows[i];
            ref var record = ref row.Record;
            if (_openUntil >= _lines.Offset + record.Start)
            {
                at = record.Start;
                return false;
            }

            if (fold.TryCountLike(ref start, ref row, _file, _exact ? _line + 1 : null, _lines.Offset + record.Start))
            {
                _line += record.LinesMore + 1;
            }
            else
            {
                var taken = (int)(record.End + 1 - record.Start);
                _lines.Offset += record.Start;
                FoldTheLongWay(block.Slice((int)record.Start, taken), ref start, record, fold);
                _lines.Offset -= record.Start + taken;
            }
        }

        return true;
    }

    /// <summary>Records of nginx itself have no context. A client's record without one was cut or broken by a line feed.</summary>
    private static bool IsWhole(in PlainRecord record) => record.ConnectionLength == 0 && record.BodyLength <= PlainRecord.BodyLengthMax;

    /// <summary>
    /// Reads the lines behind that belong to the record, as far as nothing in them could be taken for something else. <paramref name="line"/> is the last one
    /// that was read; one too many when the stretch ended before the record.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadOn(ref byte start, ref PlainRecord record, ref int line, out bool isFollowed, out PlainHead head)
    {
        (isFollowed, head) = (false, default);
        nint lastLine;
        Reading reading;
        do
        {
            lastLine = record.End + 1;
            if (++line == _ends.Count || record.BodyLength > PlainRecord.BodyLengthMax || (record.LinesMore > 0 && StartsRecord(ref start, lastLine, out _)))
            {
                return false;
            }

            reading = record.ReadOn(ref start, Unsafe.Add(ref _ends.First, line));
        }
        while (reading == Reading.NoContext);

        if (reading != Reading.Plain || !StartsRecord(ref start, record.End + 1, out head))
        {
            return false;
        }

        isFollowed = true;
        ReadOnlySpan<byte> text = Bytes.Span(ref start, lastLine, record.TextEnd - lastLine);
        return record.ConnectionLength > 0 && text.IndexOf("%0"u8) < 0 && !Pending.LooksLikeOtherLog(text) && !Carrier.Strip(text, out _).IsPresent;
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
