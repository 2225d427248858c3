using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>
/// The way that nearly all records of a log take: those of a client's connection, with a request. They are read many at a time, and recognised and counted afterwards: so
/// the waits for memory of all of them overlap. All marks of a record's context are accounted for, so nothing in it can be read in two ways. What differs in anything is
/// left to <see cref="ReadRow"/>.
/// </summary>
public sealed partial class ErrorLogReader
{
    private const int UsualRowsMax = 32;
    private readonly UsualRow[] _usual = new UsualRow[UsualRowsMax];

    /// <summary>Bytes in front of a request that are looked at, unchecked.</summary>
    private const int BeforeRequest = (2 * Bytes.Window) + 2;

    /// <summary>Reads records up to the first one of another form, or until there are enough, and answers where the next one begins.</summary>
    /// <param name="mark">The number of the next mark.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private nint ReadUsual(ref byte start, nint at, ref int mark, ref PlainHead itsHead, out int count)
    {
        var fold = _fold!;
        ref var shape = ref _shape;
        var head = itsHead;
        ref var last = ref Unsafe.Add(ref _marks.First, _marks.Count);
        ref var first = ref Unsafe.Add(ref _marks.First, mark);
        for (count = 0; count < UsualRowsMax; count++)
        {
            // Marks in front of the request's quote are the message's, which may go on over several lines.
            ref var own = ref first;
            int lines = 0, lastLine = 0;
            while (Bytes.Word(ref start, own - ContextTexts.RequestWordLength) != ContextTexts.RequestWord && Unsafe.IsAddressLessThan(ref own, ref last))
            {
                if (Bytes.At(ref start, own) == LineFeed)
                {
                    if (ErrorLogLine.StartsRecord(Bytes.Span(ref start, own + 1, ErrorLogLine.HeadLengthMax)))
                    {
                        break;
                    }

                    lines++;
                    lastLine = own + 1;
                }

                own = ref Unsafe.Add(ref own, 1);
            }

            nint open = own;
            nint close = Unsafe.Add(ref own, 1);
            var request = open - ", request: ".Length;
            var process = at + head.Length;
            var headLength = shape.LengthAt(ref start, process);
            var body = process + headLength;
            if (request < BeforeRequest || headLength == 0 || head.Level == LogLevel.Debug)
            {
                break;
            }

            // The last two commas in front of the request's are the server's and the client's.
            var server = PlainRecord.CommaBefore(ref start, request);
            var client = PlainRecord.CommaBefore(ref start, server);
            var bodyLength = client - body;
            var wrong = ContextTexts.Difference(ref start, client, ContextTexts.Client, ContextTexts.ServerMask)
                | ContextTexts.Difference(ref start, server, ContextTexts.Server, ContextTexts.ServerMask)
                | ContextTexts.Difference(ref start, request, ContextTexts.Request, ContextTexts.RequestMask)
                | ContextTexts.Difference(ref start, close - 9, ContextTexts.Version, ContextTexts.VersionMask);
            if (wrong != Vector128<byte>.Zero || server - client <= ", client: ".Length || (nuint)bodyLength > PlainRecord.BodyLengthMax)
            {
                break;
            }

            var upstream = close + "\", upstream: \"".Length;
            nint upstreamLength = 0;
            ref var behind = ref Unsafe.Add(ref own, 1);
            if (ContextTexts.Difference(ref start, close, ContextTexts.Upstream, ContextTexts.LongMask) == Vector128<byte>.Zero)
            {
                behind = ref Unsafe.Add(ref own, 3);
                upstreamLength = Math.Min(PlainRecord.PeerEnd(ref start, upstream, out _), behind - upstream);
            }

            // A referrer's marks are skipped without a branch, because it is there in one of two.
            nint upstreamClose = behind;
            nint hostClose = Unsafe.Add(ref behind, 2);
            nint hasReferrer = PlainRecord.One(ContextTexts.Difference(ref start, hostClose, ContextTexts.Referrer, ContextTexts.LongMask));
            behind = ref Unsafe.Add(ref behind, 3 + (2 * hasReferrer));
            nint end = behind;
            if (ContextTexts.Difference(ref start, upstreamClose, ContextTexts.Host, ContextTexts.HostMask) != Vector128<byte>.Zero || Bytes.Half(ref start, end - 1) != ContextTexts.QuoteAndLineFeed
                || (nuint)upstreamLength > PlainRecord.UpstreamLengthMax || end - process > PlainRecord.UsualLengthMax || PlainRecord.MayHaveControl(ref start, open + 1, close)
                || !Unsafe.IsAddressLessThan(ref behind, ref last)
                || (!Unsafe.AreSame(ref own, ref first) && (client < Unsafe.Add(ref own, -1) || PlainRecord.NamesClient(ref start, client + ", client: ".Length, end))))
            {
                break;
            }

            var time = _date;
            if ((lines != 0 && !IsContinued(ref start, lastLine, end)) || !StartsRecord(ref start, end + 1, out var following))
            {
                break;
            }

            ref var row = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_usual), count);
            row.Time = time;
            row.Start = (int)at;
            row.Process = (int)process + 1;
            row.Body = (int)body;
            row.BodyLength = (int)bodyLength;
            row.ServerLength = (int)(request - server) - 10;
            row.Request = (int)open + 1;
            row.Close = (int)close;
            row.UpstreamLength = (int)upstreamLength;
            row.Host = (int)upstreamClose + 10;
            row.HostLength = (int)(hostClose - upstreamClose) - 10;
            row.End = (int)end;
            var kind = PlainRecord.TextKindOf(head.Level, hasConnection: true, hasContext: true, hasRequest: true);
            row.TextKind = kind;
            row.LinesMore = (ushort)lines;
            row.Hash = PlainRecord.HashOf(ref start, body, bodyLength, server + 10, request - server - 10, upstream, upstreamLength, kind);
            fold.Prefetch(row.Hash);
            head = following;
            at = end + 1;
            first = ref Unsafe.Add(ref behind, 1);
        }

        mark = (int)(Unsafe.ByteOffset(ref _marks.First, ref first) / sizeof(int));
        itsHead = head;
        return at;
    }

    /// <summary>Counts what <see cref="ReadUsual"/> has read; false when not all of it may be taken for plain, and then <paramref name="at"/> says from where on.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool CountUsual(ReadOnlySpan<byte> block, int count, ref nint at)
    {
        var fold = _fold!;
        ref var start = ref MemoryMarshal.GetReference(block);
        ReadOnlySpan<UsualRow> rows = _usual.AsSpan(0, count);
        fold.Prefetch(rows);
        PlainPlace place = new(_file, _exact, _lines.Offset, _line);
        foreach (ref readonly var row in rows)
        {
            place.Line = _line;
            if (_openUntil < _lines.Offset + row.Start && fold.TryCountUsual(ref start, row, place))
            {
                _line += row.LinesMore + 1;
                continue;
            }

            _row = row.ToPlain(ref start);
            if (!TryCountRow(block))
            {
                at = row.Start;
                return false;
            }
        }

        return true;
    }
}
