using System.Numerics;
using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>What <see cref="PlainRecord.Read"/> found.</summary>
internal enum Reading
{
    /// <summary>A record of the plain form.</summary>
    Plain,

    /// <summary>Something else, or something that could be read in two ways: <see cref="ErrorLogLine"/> knows all forms.</summary>
    Other,

    /// <summary>The line ends without a context: a record of nginx itself, or the first line of several.</summary>
    NoContext,
}

/// <summary>
/// The places of the parts of the records that nginx writes over and over: dated, with process and connection, the http context in its usual order, and
/// nothing in it that could be read in two ways. Places are offsets in the block.
/// </summary>
internal partial struct PlainRecord
{
    /// <summary><c>YYYY/MM/DD HH:MM:SS</c>.</summary>
    public const int DateLength = 19;

    /// <summary>Bytes that must follow a stretch: what is looked at behind a mark, unchecked.</summary>
    public const int Margin = 256;

    /// <summary>Longer messages are read the long way.</summary>
    public const int BodyLengthMax = 1536;

    /// <summary>ngx_pid_t and the thread's number fit; more digits are no process.</summary>
    private const int ProcessDigitsMax = 9;
    private const int ConnectionDigitsMax = 18;

    /// <summary>Where the record begins.</summary>
    public int Start;

    /// <summary>Where process and connection begin: behind date and level.</summary>
    public int Process;

    /// <summary>Message, errno and phase.</summary>
    public int Body;
    public int BodyLength;

    /// <summary>The line feed that ends the record.</summary>
    public int End;

    /// <summary>The end without a carriage return.</summary>
    public int TextEnd;

    /// <summary>Line feeds inside the record.</summary>
    public int LinesMore;

    /// <summary>Where the record's last line begins, if it has several.</summary>
    public int LastLine;

    /// <summary>The same message is another one at another level, without a connection, without a context and without a request.</summary>
    public byte TextKind;

    /// <summary>The message's own place when the record names none.</summary>
    public int Server;
    public int ServerLength;

    /// <summary>The request line, of no length when only client and server are there, as before a request was read.</summary>
    public int Request;
    public int RequestLength;

    /// <summary>The upstream's scheme and peer; of no length when the record names none.</summary>
    public int Upstream;
    public int UpstreamLength;
    public int SchemeLength;
    public int Host;

    /// <summary>-1 when the record names none.</summary>
    public int HostLength;

    public readonly bool HasServer => Server != Body;

    public readonly bool HasRequest => RequestLength > 0;

    /// <summary>A client's connection is named, as in all records but those of nginx itself.</summary>
    public readonly bool HasConnection => (TextKind & ConnectionBit) != 0;

    private const byte ConnectionBit = 16;

    /// <summary>In <see cref="TextKind"/>: the level.</summary>
    public const byte LevelMask = ConnectionBit - 1;

    /// <summary>All parts were read.</summary>
    public void CompleteKind() => TextKind = TextKindOf((LogLevel)(TextKind & LevelMask), HasConnection, HasServer, HasRequest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte TextKindOf(LogLevel level, bool hasConnection, bool hasContext, bool hasRequest) =>
        (byte)((int)level | (hasConnection ? ConnectionBit : 0) | (hasContext ? 32 : 0) | (hasRequest ? 64 : 0));

    /// <summary>Reads a record whose dated head was recognised before, and that has not the usual form.</summary>
    /// <param name="lineFeed">The next one behind <paramref name="start"/>.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public Reading Read(ref byte block, nint start, in PlainHead head, nint lineFeed)
    {
        Start = (int)start;
        LinesMore = 0;
        return head.Level != LogLevel.Debug && ReadProcess(ref block, start + head.Length, head.Level) ? ReadLine(ref block, Body, lineFeed) : Reading.Other;
    }

    /// <summary>Goes on in the line behind, which begins no record of its own.</summary>
    public Reading ReadOn(ref byte block, nint lineFeed)
    {
        LinesMore++;
        LastLine = End + 1;
        return ReadLine(ref block, LastLine, lineFeed);
    }

    /// <summary><c> pid#tid: *connection </c>; the connection may be absent.</summary>
    private bool ReadProcess(ref byte block, nint at, LogLevel level)
    {
        var process = at + 1;
        var digits = Bytes.Digits(ref block, process);
        var pid = BitOperations.TrailingZeroCount(~digits);
        var tid = BitOperations.TrailingZeroCount(~(digits >> (pid + 1)));
        at = process + pid + tid + 1;
        if (pid is 0 or > ProcessDigitsMax || tid is 0 or > ProcessDigitsMax || Bytes.At(ref block, process + pid) != '#' || Bytes.At(ref block, process - 1) != ' '
            || !Bytes.Is(ref block, at, ": "u8))
        {
            return false;
        }

        at += 2;
        (Process, TextKind, Body) = ((int)process, (byte)level, (int)at);
        if (Bytes.At(ref block, at) != '*')
        {
            return true;
        }

        var length = BitOperations.TrailingZeroCount(~Bytes.Digits(ref block, at + 1));
        (TextKind, Body) = ((byte)(TextKind | ConnectionBit), (int)at + length + 2);
        return length is > 0 and <= ConnectionDigitsMax && Bytes.At(ref block, at + length + 1) == ' ';
    }

    /// <summary>Finds <c>, client: </c> behind the message and reads what follows.</summary>
    private Reading ReadLine(ref byte block, nint from, nint lineFeed)
    {
        var at = from + Bytes.First(Bytes.Mask(ref block, from, (byte)','), Bytes.Mask(ref block, from + Bytes.Window, (byte)','));
        if (!Bytes.Is(ref block, at, ", client: "u8))
        {
            at = ClientBehind(ref block, from, lineFeed);
        }

        if (at >= lineFeed)
        {
            return WithoutContext(ref block, lineFeed);
        }

        BodyLength = (int)(at - Body);
        EndAt(ref block, lineFeed);
        return BodyLength <= BodyLengthMax ? ReadContext(ref block, at + ", client: ".Length) : Reading.Other;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint ClientBehind(ref byte block, nint from, nint lineFeed)
    {
        var found = from < lineFeed ? Bytes.Span(ref block, from, lineFeed - from).IndexOf(", client: "u8) : -1;
        return found < 0 ? lineFeed : from + found;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Reading WithoutContext(ref byte block, nint lineFeed)
    {
        EndAt(ref block, lineFeed);
        BodyLength = (int)(TextEnd - Body);
        RequestLength = 0;
        (Server, ServerLength) = (Body, 0);
        (Upstream, UpstreamLength) = (Body, 0);
        HostLength = -1;
        return BodyLength >= 0 ? Reading.NoContext : Reading.Other;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndAt(ref byte block, nint lineFeed)
    {
        End = (int)lineFeed;
        TextEnd = Bytes.At(ref block, lineFeed - 1) == '\r' ? End - 1 : End;
    }

    public readonly int ProcessNumber(ref byte block)
    {
        var digits = Bytes.Span(ref block, Process, ProcessDigitsMax + 1);
        return Number(digits[..digits.IndexOf((byte)'#')]);
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            number = (number * 10) + (digit - '0');
        }

        return number;
    }
}

/// <summary>A record's level, and the length of date and level: <c>2026/11/20 22:00:00 [error]</c>.</summary>
internal readonly struct PlainHead(LogLevel level, int length)
{
    /// <summary>One number, because what is written in two parts and read as one makes the processor wait.</summary>
    private readonly int both = ((int)level << 8) | length;

    public LogLevel Level => (LogLevel)(both >> 8);

    public int Length => both & 0xFF;
}
