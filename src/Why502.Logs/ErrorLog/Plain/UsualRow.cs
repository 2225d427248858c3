using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>A record of the usual form between its reading and its counting: no more than one of the processor's cache lines. Places are offsets in the block.</summary>
internal struct UsualRow
{
    /// <inheritdoc cref="PlainRow.Hash"/>
    public ulong Hash;
    public DateTime Time;
    public int Start;
    public int Process;
    public int Body;
    public int BodyLength;
    public int ServerLength;

    /// <summary>The request line, and the quote behind it.</summary>
    public int Request;
    public int Close;

    /// <summary>Of no length when the record names none.</summary>
    public int UpstreamLength;
    public int Host;
    public int HostLength;
    public int End;

    /// <inheritdoc cref="PlainRecord.TextKind"/>
    public byte TextKind;

    /// <inheritdoc cref="PlainRecord.LinesMore"/>
    public ushort LinesMore;

    public readonly int Server
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Request - ", request: \"".Length - ServerLength;
    }

    public readonly int Upstream
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Close + "\", upstream: \"".Length;
    }

    public readonly PlainRow ToPlain(ref byte block)
    {
        PlainRecord record = new()
        {
            Start = Start,
            Process = Process,
            Body = Body,
            BodyLength = BodyLength,
            Server = Server,
            ServerLength = ServerLength,
            Request = Request,
            RequestLength = Close - Request,
            Upstream = Upstream,
            UpstreamLength = UpstreamLength,
            Host = Host,
            HostLength = HostLength,
            End = End,
            TextEnd = End,
            TextKind = TextKind,
            LinesMore = LinesMore,
        };
        if (UpstreamLength > 0)
        {
            PlainRecord.PeerEnd(ref block, Upstream, out record.SchemeLength);
        }

        return new() { Record = record, Time = Time, Hash = Hash };
    }
}
