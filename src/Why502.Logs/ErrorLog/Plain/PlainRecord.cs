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

    /// <summary>The stretch ends too soon.</summary>
    Unfinished,
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

    /// <summary>The upstream's scheme and peer; of no length when the record names none.</summary>
    public nint Upstream;
    public int UpstreamLength;
    public int SchemeLength;
    public nint Host;

    /// <summary>-1 when the record names none.</summary>
    public int HostLength;

    /// <summary>Reads the record whose dated head was recognised before.</summary>
    /// <param name="marks">The stretch's marks; <paramref name="mark"/> is the record's first one, and afterwards the one behind it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Reading TryRead(ref byte block, nint start, in PlainHead head, Marks marks, ref int mark)
    {
        Start = start;
        Level = head.Level;
        LinesMore = 0;
        return head.Level != LogLevel.Debug && ReadProcess(ref block, start + head.Length) ? Trusted(ReadMarked(ref block, marks, ref mark), marks, mark) : Reading.Other;
    }

    /// <summary>Goes on in the line behind, which begins no record of its own.</summary>
    public Reading ReadOn(ref byte block, Marks marks, ref int mark)
    {
        LinesMore++;
        return Trusted(ReadMarked(ref block, marks, ref mark), marks, mark);
    }

    /// <summary>What was read by way of marks at the stretch's end tells nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Reading Trusted(Reading reading, Marks marks, int mark) => reading switch
    {
        Reading.Plain when End >= marks.End => Reading.Unfinished,
        Reading.Other when mark + Marks.Ahead >= marks.Count => Reading.Unfinished,
        _ => reading,
    };

    /// <summary><c> pid#tid: *connection </c>; the connection may be absent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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

    /// <summary>Finds <c>, client: </c> behind the message and reads what follows; at a line feed it stops.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Reading ReadMarked(ref byte block, Marks marks, ref int mark)
    {
        ref var first = ref marks.First;
        for (; mark < marks.Count; mark++)
        {
            nint at = Unsafe.Add(ref first, mark);
            var found = Bytes.At(ref block, at);
            if (found == ',' && Bytes.Is(ref block, at, ", client: "u8))
            {
                BodyLength = (int)(at - Body);
                return BodyLength <= BodyLengthMax ? ReadContext(ref block, at + ", client: ".Length, marks, ref mark) : Reading.Other;
            }

            if (found == '\n')
            {
                EndAt(ref block, at);
                BodyLength = (int)(TextEnd - Body);
                HasRequest = false;
                Server = 0;
                PathLength = 0;
                UpstreamLength = 0;
                HostLength = -1;
                mark++;
                return Reading.NoContext;
            }
        }

        return Reading.Unfinished;
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
