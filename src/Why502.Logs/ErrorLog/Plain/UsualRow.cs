using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>A record of the usual form between its reading and its counting: no more than one of the processor's cache lines. Places are offsets in the block.</summary>
internal struct UsualRow
{
    /// <inheritdoc cref="PlainRow.Hash"/>
    public ulong Hash;

    /// <summary>As <see cref="LengthsOf"/>: what is compared of them at once.</summary>
    public ulong Lengths;
    public DateTime Time;
    public int Start;

    /// <inheritdoc cref="PlainRecord.LastLine"/>
    public int LastLine;
    public int Body;

    /// <summary>The request line, and the quote behind it.</summary>
    public int Request;
    public int Close;
    public int Host;
    public int End;

    /// <summary>The number of the record's first mark.</summary>
    public int Mark;
    public ushort HostLength;

    /// <summary>Marks in front of the request's.</summary>
    public ushort MessageMarks;

    /// <inheritdoc cref="PlainRecord.LinesMore"/>
    public ushort LinesMore;

    /// <summary>Of date and level.</summary>
    public byte HeadLength;

    /// <inheritdoc cref="PlainRecord.TextKind"/>
    public byte TextKind;

    /// <summary>1 when the record names an upstream.</summary>
    public byte Upstreams;

    public readonly int BodyLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (ushort)Lengths;
    }

    public readonly int ServerLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (ushort)(Lengths >> 16);
    }

    /// <summary>0 when the record names none.</summary>
    public readonly int UpstreamLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (ushort)(Lengths >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LengthsOf(nint body, nint server, nint upstream, byte textKind) =>
        (ulong)body | (ulong)server << 16 | (ulong)upstream << 32 | (ulong)textKind << 48;

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

    public readonly PlainHead Head => new((LogLevel)(TextKind & PlainRecord.LevelMask), HeadLength);

    public readonly PlainRow ToPlain(ref byte block)
    {
        PlainRecord record = new()
        {
            Start = Start,
            Process = Start + HeadLength + 1,
            Body = Body,
            BodyLength = BodyLength,
            Server = Server,
            ServerLength = ServerLength,
            Request = Request,
            RequestLength = Close - Request,
            Upstream = Upstream,
            UpstreamLength = UpstreamLength,
            SchemeLength = UpstreamLength > 0 ? PlainRecord.SchemeLengthAt(ref block, Upstream) : 0,
            Host = Host,
            HostLength = HostLength,
            End = End,
            TextEnd = End,
            LastLine = LastLine,
            TextKind = TextKind,
            LinesMore = LinesMore,
        };
        return new() { Record = record, Time = Time, Hash = Hash };
    }
}
