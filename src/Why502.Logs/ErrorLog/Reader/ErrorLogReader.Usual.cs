using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>
/// The way that nearly all records of a log take: those of a client's connection, with a request. Many of them are found by their marks, then taken apart, then
/// recognised and counted: each of these is a short loop over rows that do not wait for each other. All marks of a record's context are accounted for, so nothing in it
/// can be read in two ways. What differs in anything is left to <see cref="ReadRow"/>.
/// </summary>
public sealed partial class ErrorLogReader
{
    private const int UsualRowsMax = 32;
    private readonly UsualRow[] _usual = new UsualRow[UsualRowsMax];

    /// <summary>Bytes in front of a request that are looked at, unchecked.</summary>
    private const int BeforeRequest = (2 * Bytes.Window) + 2;

    /// <summary>Finds records by their marks up to the first one of another form, or until there are enough, and answers how many there are.</summary>
    /// <param name="place">Where the next record begins.</param>
    /// <param name="mark">The number of the next mark.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindUsual(ref byte start, ref nint place, ref int mark, ref PlainHead itsHead)
    {
        var (at, head) = (place, itsHead);
        ref var marks = ref _marks.First;
        ref var last = ref Unsafe.Add(ref marks, _marks.Count);
        ref var first = ref Unsafe.Add(ref marks, mark);
        var count = 0;
        for (; count < UsualRowsMax; count++)
        {
            ref var row = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_usual), count);
            (row.MessageMarks, row.LinesMore) = (0, 0);
            ref var own = ref first;
            if (!PlainRecord.OpensRequest(ref start, own))
            {
                var passed = PassMessage(ref start, ref first, ref last, ref row);
                if (passed < 0)
                {
                    break;
                }

                own = ref Unsafe.Add(ref first, passed);
            }

            // Where the next record begins must not wait for what is compared in this one: what is there is guessed, by branches.
            nint open = own;
            nint close = Unsafe.Add(ref own, 1);
            ref var behind = ref Unsafe.Add(ref own, 1);
            row.Upstreams = 0;
            if (ContextTexts.Difference(ref start, close, ContextTexts.Upstream, ContextTexts.LongMask) == Vector128<byte>.Zero)
            {
                row.Upstreams = 1;
                behind = ref Unsafe.Add(ref own, 3);
            }

            nint upstreamClose = behind;
            nint hostClose = Unsafe.Add(ref behind, 2);
            behind = ref Unsafe.Add(ref behind, 3);
            if (ContextTexts.Difference(ref start, hostClose, ContextTexts.Referrer, ContextTexts.LongMask) == Vector128<byte>.Zero)
            {
                behind = ref Unsafe.Add(ref behind, 2);
            }

            nint end = behind;
            if (ContextTexts.Difference(ref start, upstreamClose, ContextTexts.Host, ContextTexts.HostMask) != Vector128<byte>.Zero
                || Bytes.Half(ref start, end - 1) != ContextTexts.QuoteAndLineFeed || !Unsafe.IsAddressLessThan(ref behind, ref last)
                || end - at > PlainRecord.UsualLengthMax || head.Level == LogLevel.Debug)
            {
                break;
            }

            row.Time = _date;
            if ((row.LinesMore != 0 && !IsContinued(ref start, row.LastLine, end)) || !StartsRecord(ref start, end + 1, out var following))
            {
                break;
            }

            row.Start = (int)at;
            row.HeadLength = (byte)head.Length;
            row.TextKind = PlainRecord.TextKindOf(head.Level, hasConnection: true, hasContext: true, hasRequest: true);
            row.Request = (int)open + 1;
            row.Close = (int)close;
            row.Host = (int)upstreamClose + 10;
            row.HostLength = (ushort)(hostClose - upstreamClose - 10);
            row.End = (int)end;
            row.Mark = (int)(Unsafe.ByteOffset(ref marks, ref first) / sizeof(int));
            head = following;
            at = end + 1;
            first = ref Unsafe.Add(ref behind, 1);
        }

        mark = (int)(Unsafe.ByteOffset(ref marks, ref first) / sizeof(int));
        (place, itsHead) = (at, head);
        return count;
    }

    /// <summary>
    /// How many marks stand in front of the first one that opens a request: they are the message's, which may go on over several lines. Negative when none does.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int PassMessage(ref byte start, ref int first, ref int last, ref UsualRow row)
    {
        ref var own = ref first;
        var lines = 0;
        while (!PlainRecord.OpensRequest(ref start, own))
        {
            if (!Unsafe.IsAddressLessThan(ref own, ref last))
            {
                return -1;
            }

            if (Bytes.At(ref start, own) == LineFeed)
            {
                if (ErrorLogLine.StartsRecord(Bytes.Span(ref start, own + 1, ErrorLogLine.HeadLengthMax)))
                {
                    return -1;
                }

                lines++;
                row.LastLine = own + 1;
            }

            own = ref Unsafe.Add(ref own, 1);
        }

        var passed = (int)(Unsafe.ByteOffset(ref first, ref own) / sizeof(int));
        (row.MessageMarks, row.LinesMore) = ((ushort)passed, (ushort)lines);
        return passed;
    }

    /// <summary>Takes apart the records that were found, and answers how many of them have the usual form in everything.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadUsual(ref byte start, int count)
    {
        var memo = _fold!.Memo;
        ref var shape = ref _shape;
        ref var rows = ref MemoryMarshal.GetArrayDataReference(_usual);
        for (nint number = 0; number < count; number++)
        {
            ref var row = ref Unsafe.Add(ref rows, number);
            nint process = row.Start + row.HeadLength;
            var headLength = shape.LengthAt(ref start, process);
            nint request = row.Request - ", request: \"".Length;
            if (headLength == 0 || request < BeforeRequest)
            {
                return (int)number;
            }

            // The last two commas in front of the request's are the server's and the client's.
            var commas = Bytes.Mask(ref start, request - Bytes.Window, (byte)',');
            var nearest = BitOperations.LeadingZeroCount(commas);
            var server = request - 1 - nearest;
            commas &= (ulong)long.MaxValue >> nearest;
            var client = commas != 0 ? request - 1 - BitOperations.LeadingZeroCount(commas) : PlainRecord.CommaBefore(ref start, server);
            var body = process + headLength;
            var bodyLength = client - body;
            nint close = row.Close;
            var wrong = ContextTexts.Difference(ref start, client, ContextTexts.Client, ContextTexts.ServerMask)
                | ContextTexts.Difference(ref start, server, ContextTexts.Server, ContextTexts.ServerMask)
                | ContextTexts.Difference(ref start, close - 9, ContextTexts.Version, ContextTexts.VersionMask);
            if (wrong != Vector128<byte>.Zero || server - client <= ", client: ".Length || (nuint)bodyLength > PlainRecord.BodyLengthMax
                || PlainRecord.MayHaveControl(ref start, row.Request, close) || (row.MessageMarks != 0 && HasOtherClient(ref start, row, client)))
            {
                return (int)number;
            }

            nint upstream = row.Upstream;
            var upstreamLength = Math.Min(PlainRecord.PeerEnd(ref start, upstream), row.Host - 10 - upstream) & -(nint)row.Upstreams;
            if ((nuint)upstreamLength > PlainRecord.UpstreamLengthMax)
            {
                return (int)number;
            }

            row.Body = (int)body;
            row.Lengths = UsualRow.LengthsOf(bodyLength, request - server - 10, upstreamLength, row.TextKind);
            row.Hash = PlainRecord.HashOf(ref start, body, bodyLength, server + 10, request - server - 10, upstream, upstreamLength, row.TextKind);
            memo.Prefetch(row.Hash);
        }

        return count;
    }

    /// <summary>A client that the message names may be taken for nginx's.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool HasOtherClient(ref byte start, in UsualRow row, nint client) =>
        client < _marks[row.Mark + row.MessageMarks - 1] || PlainRecord.NamesClient(ref start, client + ", client: ".Length, row.End);

    /// <summary>Goes back to a record that has not the usual form after all.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GoBack(ref byte start, in UsualRow row, ref nint at, ref int mark, ref PlainHead head)
    {
        at = row.Start;
        mark = row.Mark;
        head = row.Head;
        RememberDate(ref start, at, row.Time);
    }

    /// <summary>Counts what <see cref="ReadUsual"/> has read; false when not all of it may be taken for plain, and then <paramref name="at"/> says from where on.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool CountUsual(ReadOnlySpan<byte> block, int count, ref nint at)
    {
        ref var start = ref MemoryMarshal.GetReference(block);
        ReadOnlySpan<UsualRow> rows = _usual.AsSpan(0, count);
        while (true)
        {
            // What stands inside somebody's open quote is looked at closely.
            if (rows.Length > 0 && _openUntil < _lines.Offset + rows[0].Start)
            {
                PlainPlace place = new(_file, _exact, _lines.Offset, _line);
                rows = rows[_fold!.CountUsual(ref start, rows, ref place)..];
                _line = place.Line;
            }

            if (rows.Length == 0)
            {
                return true;
            }

            _row = rows[0].ToPlain(ref start);
            if (!TryCountRow(block))
            {
                at = rows[0].Start;
                return false;
            }

            rows = rows[1..];
        }
    }
}
