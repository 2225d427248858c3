using System.Numerics;
using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>What <see cref="PlainRecord.TryRead"/> found.</summary>
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
    public nint Start;

    /// <summary>Message, errno and phase.</summary>
    public nint Body;
    public int BodyLength;

    /// <summary>The line feed that ends the record.</summary>
    public nint End;

    /// <summary>The end without a carriage return.</summary>
    public nint TextEnd;
    public nint Process;

    /// <summary>The connection's number; of no length in records of nginx itself.</summary>
    public nint Connection;
    public int ConnectionLength;

    /// <summary>Line feeds inside the record.</summary>
    public int LinesMore;
    public LogLevel Level;

    /// <summary>0 when the record names none.</summary>
    public nint Server;
    public int ServerLength;

    /// <summary>The request line is there: else only client and server are, as before a request was read.</summary>
    public bool HasRequest;

    /// <summary>The method's letters as a number, eight at most.</summary>
    public ulong Method;
    public nint Uri;
    public int UriLength;

    /// <summary>How much of the URI decides about its route: the path's first segments and the slash behind them. 0 when that was not found in one look.</summary>
    public int PathLength;

    /// <summary>What <see cref="RouteSketch"/> says about the request, where the path was found in one look.</summary>
    public ulong Sketch;

    /// <summary>The upstream's scheme and peer; of no length when the record names none.</summary>
    public nint Upstream;
    public int UpstreamLength;
    public int SchemeLength;
    public nint Host;

    /// <summary>-1 when the record names none.</summary>
    public int HostLength;

    /// <summary>Reads the record whose dated head was recognised before.</summary>
    /// <param name="lineFeed">The next one behind <paramref name="start"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Reading TryRead(ref byte block, nint start, in PlainHead head, nint lineFeed)
    {
        if (TryReadUsual(ref block, start, head, lineFeed))
        {
            return Reading.Plain;
        }

        return ReadOther(ref block, start, head, lineFeed);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Reading ReadOther(ref byte block, nint start, in PlainHead head, nint lineFeed)
    {
        Start = start;
        Level = head.Level;
        LinesMore = 0;
        return head.Level != LogLevel.Debug && ReadProcess(ref block, start + head.Length) ? ReadLine(ref block, Body, lineFeed) : Reading.Other;
    }

    /// <summary>Goes on in the line behind, which begins no record of its own.</summary>
    public Reading ReadOn(ref byte block, nint lineFeed)
    {
        LinesMore++;
        return ReadLine(ref block, End + 1, lineFeed);
    }

    /// <summary><c> pid#tid: *connection </c>; the connection may be absent.</summary>
    private bool ReadProcess(ref byte block, nint at)
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
        (Process, ConnectionLength, Body) = (process, 0, at);
        if (Bytes.At(ref block, at) != '*')
        {
            return true;
        }

        var length = BitOperations.TrailingZeroCount(~Bytes.Digits(ref block, at + 1));
        (Connection, ConnectionLength, Body) = (at + 1, length, at + length + 2);
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
        HasRequest = false;
        Server = 0;
        PathLength = 0;
        UpstreamLength = 0;
        HostLength = -1;
        return BodyLength >= 0 ? Reading.NoContext : Reading.Other;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndAt(ref byte block, nint lineFeed)
    {
        End = lineFeed;
        TextEnd = Bytes.At(ref block, lineFeed - 1) == '\r' ? lineFeed - 1 : lineFeed;
    }

    public readonly long ConnectionNumber(ref byte block) => Number(Bytes.Span(ref block, Connection, ConnectionLength));

    public readonly int ProcessNumber(ref byte block)
    {
        var digits = Bytes.Span(ref block, Process, ProcessDigitsMax + 1);
        return (int)Number(digits[..digits.IndexOf((byte)'#')]);
    }

    private static long Number(ReadOnlySpan<byte> digits)
    {
        var number = 0L;
        foreach (var digit in digits)
        {
            number = (number * 10) + (digit - '0');
        }

        return number;
    }
}

/// <summary>A record's level, and the length of date and level: <c>2026/11/20 22:00:00 [error]</c>.</summary>
internal readonly record struct PlainHead(LogLevel Level, int Length);
