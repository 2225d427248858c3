using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>
/// Reads a row by its plan, with the help of the block's masks. Answers false for every row that does not go the plan's way; <see cref="ReadSlowly"/>
/// then asks the format's own parser, so that both together read exactly what it reads.
/// </summary>
internal sealed unsafe partial class RowReader
{
    private readonly RowPlan _plan;
    private readonly FieldStep[] _steps;
    private readonly TimeReader[] _times;

    private readonly UpstreamTable upstreams;

    /// <param name="upstreams">The nodes that are known so far.</param>
    public RowReader(RowPlan plan, UpstreamTable upstreams)
    {
        this.upstreams = upstreams;
        _plan = plan;
        _steps = plan.Steps;
        _times = [.. _steps.Select(_ => new TimeReader())];
    }

    public RowPlan Plan => _plan;

    /// <summary>Where the next set bit stands, at or after a position. The masks end with a number that has all bits set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Next(ulong* mask, int at)
    {
        ulong bits = ScanBuffer.Window(mask, at);
        return bits != 0 ? at + BitOperations.TrailingZeroCount(bits) : NextWord(mask, at >> 6);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int NextWord(ulong* mask, int word)
    {
        ulong bits;
        do
        {
            bits = mask[++word];
        }
        while (bits == 0);

        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }

    /// <param name="text">The block; 64 bytes before and behind it may be read.</param>
    /// <param name="start">The row's first byte.</param>
    /// <param name="end">Behind its last byte; carriage returns are no part of it.</param>
    public bool Read(byte* text, int start, int end, ulong* quotes, ulong* blanks, ref Row row)
    {
        int at = start;
        int step = _plan.First;
        row.Minute = Row.NoMinute;
        row.RequestTime = -1;
        row.Upstream = -1;
        row.Attempt = -1;
        row.ResponseTime = -2;
        if (_plan.HasCombinedHead)
        {
            at = Head(text, start, end, quotes, blanks, ref row);
            if (at < 0)
            {
                return false;
            }
        }

        return Steps(text, start, at, end, step, quotes, blanks, ref row);
    }

    private bool Steps(byte* text, int start, int at, int end, int step, ulong* quotes, ulong* blanks, ref Row row)
    {
        FieldStep[] steps = _steps;
        for (; step < steps.Length; step++)
        {
            FieldStep field = steps[step];
            int length = field.LiteralLength;
            if (((Vector256.Load(text + at) ^ field.First) & field.FirstMask) != Vector256<byte>.Zero || at + length > end || (length > Vector256<byte>.Count && !Rest(text + at, field)))
            {
                return false;
            }

            at += length;
            int form = InForm(text, start, at, end, quotes, blanks, field, ref row);
            if (form >= 0)
            {
                at = form;
                continue;
            }

            int to;
            switch (field.End)
            {
                case FieldEnd.None:
                    return at == end;
                case FieldEnd.Status:
                    to = at + 3;
                    break;
                case FieldEnd.Number:
                    to = at;
                    while (IsNumber(text[to]))
                    {
                        to++;
                    }

                    break;
                case FieldEnd.List:
                    to = List(text, at, end, blanks, field);
                    break;
                case FieldEnd.Quote:
                    to = Next(quotes, at);
                    break;
                case FieldEnd.Literal:
                    to = Literal(text, at, end, blanks, field);
                    break;
                case FieldEnd.JsonQuote:
                    to = JsonQuote(text, at, end, quotes);
                    break;
                case FieldEnd.TimeLocal:
                    to = at + 26;
                    break;
                case FieldEnd.TimeIso:
                    to = at + (at + 20 <= end && text[at + 19] == 'Z' ? 20 : 25);
                    break;
                default:
                    to = end;
                    break;
            }

            if ((uint)to > (uint)end || !Store(text, start, at, to - at, field, step, ref row))
            {
                return false;
            }

            at = to;
        }

        return false;
    }

    /// <summary>Client, user, time and request of a format that begins as combined does: quotes cannot stand in them, so the first quote opens the request.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Head(byte* text, int start, int end, ulong* quotes, ulong* blanks, ref Row row)
    {
        int open = Next(quotes, start);
        int time = open - 28;
        int client = Next(blanks, start);
        if (open >= end || time - 5 < client || client == start || client - start > 255
            || (*(uint*)(text + client) & 0xFFFFFF) != ((uint)' ' | ((uint)'-' << 8) | ((uint)' ' << 16))
            || *(ushort*)(text + time - 2) != (' ' | ('[' << 8)) || *(ushort*)(text + time + 26) != (']' | (' ' << 8)) || text[time + 2] != '/')
        {
            return -1;
        }

        int close = Next(quotes, open + 1);
        if (close >= end || !_times[2].ReadLocal(text + time, out row.Minute, out row.Second))
        {
            return -1;
        }

        row.Slices.Client = new Slice(0, client - start);
        row.Slices.Time = new Slice(time - start, 26);
        row.Slices.TimeKind = AccessVariable.TimeLocal;
        row.Slices.Request = new Slice(open + 1 - start, close - open - 1);
        return close;
    }

    private static bool Rest(byte* text, FieldStep field) => new ReadOnlySpan<byte>(text, field.LiteralLength).SequenceEqual(field.Literal);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsNumber(byte b) => (uint)(b - '0') <= 9 || b is (byte)'.' or (byte)'-';

    /// <summary>The end of an unquoted list; -1 is never answered, a wrong end fails at the next literal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int List(byte* text, int at, int end, ulong* blanks, FieldStep field)
    {
        // "10.0.0.1:8080 " in nearly every row: the first blank ends it, unless it is part of a joint, or something else ended it before.
        int blank = Next(blanks, at);
        if (blank < end && text[blank - 1] is not ((byte)',' or (byte)':') && text[blank + 1] != ':')
        {
            int i = at;
            if (blank - at <= 24)
            {
                while (i < blank && IsPlain(text[i]))
                {
                    i++;
                }
            }

            if (i == blank)
            {
                return blank;
            }
        }

        return at + UpstreamList.UnquotedLength(new ReadOnlySpan<byte>(text + at, end - at), field.Next, AccessVariables.IsNumbers(field.Variable));
    }

    /// <summary>A byte of an address or of a number that ends no list by itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(byte b) => (uint)(b - '-') <= ':' - '-' || (uint)((b | 0x20) - 'a') <= 'z' - 'a' || b == '_';

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Literal(byte* text, int at, int end, ulong* blanks, FieldStep field)
    {
        byte[] next = field.Next;
        if (next.Length == 0)
        {
            return -1;
        }

        if (next[0] == ' ')
        {
            int blank = Next(blanks, at);
            if (next.Length == 1)
            {
                return blank;
            }

            for (; blank + next.Length <= end; blank = Next(blanks, blank + 1))
            {
                if (text[blank + 1] == next[1] && new ReadOnlySpan<byte>(text + blank, next.Length).SequenceEqual(next))
                {
                    return blank;
                }
            }

            return -1;
        }

        int hit = new ReadOnlySpan<byte>(text + at, end - at).IndexOf(next);
        return hit < 0 ? -1 : at + hit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int JsonQuote(byte* text, int at, int end, ulong* quotes)
    {
        int quote = Next(quotes, at);
        return quote < end && text[quote - 1] == '\\' ? EscapedQuote(text, at, end, quotes) : quote;
    }

    /// <summary>Whether an odd number of backslashes stands in front of a quote.</summary>
    private static bool IsEscaped(byte* text, int from, int quote)
    {
        int slashes = quote;
        while (slashes > from && text[slashes - 1] == '\\')
        {
            slashes--;
        }

        return ((quote - slashes) & 1) != 0;
    }

    /// <summary>The first quote that no backslash escapes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int EscapedQuote(byte* text, int at, int end, ulong* quotes)
    {
        for (int quote = Next(quotes, at); quote < end; quote = Next(quotes, quote + 1))
        {
            if (!IsEscaped(text, at, quote))
            {
                return quote;
            }
        }

        return -1;
    }

    /// <summary>Takes a value when it is one that the format's parser would take.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Store(byte* text, int start, int at, int length, FieldStep field, int step, ref Row row)
    {
        byte* value = text + at;
        Slice slice = new(at - start, length);
        switch (field.Target)
        {
            case AccessVariable.Skip:
                return field.Variable is AccessVariable.Skip or AccessVariable.Uri || Other(value, length, slice, field, step, ref row);
            case AccessVariable.Status:
                uint hundreds = (uint)(value[0] - '0');
                uint tens = (uint)(value[1] - '0');
                uint ones = (uint)(value[2] - '0');
                row.Slices.Status = slice;
                row.Status = (int)(hundreds * 100 + tens * 10 + ones);
                return length == 3 && hundreds <= 9 && tens <= 9 && ones <= 9 && (field.End == FieldEnd.Line || !IsNumber(value[3]));
            case AccessVariable.BodyBytes:
                row.Slices.BodyBytes = slice;
                return length > 0 && (field.End == FieldEnd.Number || AreNumbers(value, length));
            case AccessVariable.RequestTime:
                row.Slices.RequestTime = slice;
                row.RequestTime = Digits.Milliseconds(value, length);
                return length > 0 && (row.RequestTime >= 0 || field.End == FieldEnd.Number || AreNumbers(value, length));
            case AccessVariable.UpstreamAddr:
                row.Slices.UpstreamAddr = slice;
                return true;
            case AccessVariable.UpstreamStatus:
                row.Slices.UpstreamStatus = slice;
                return AreListBytes(value, length, (byte)'-');
            case AccessVariable.UpstreamResponseTime:
                row.Slices.UpstreamResponseTime = slice;
                return AreListBytes(value, length, (byte)'.');
            case AccessVariable.Request:
                row.Slices.Request = slice;
                return true;
            case AccessVariable.RemoteAddr:
                row.Slices.Client = slice;
                return length is > 0 and < 256 && !HasBlank(value, length);
            default:
                return Other(value, length, slice, field, step, ref row);
        }
    }

    private bool Other(byte* value, int length, Slice slice, FieldStep field, int step, ref Row row)
    {
        ref AccessRow slices = ref row.Slices;
        switch (field.Variable)
        {
            case AccessVariable.TimeLocal:
                return length >= 26 && value[2] == '/' && (length == 26 ? _times[step].ReadLocal(value, out long minute, out int second) : Long(value, length, out minute, out second)) && Clock(field, slice, minute, second, ref row);
            case AccessVariable.TimeIso:
                return length >= 20 && value[10] == 'T' && (length == 25 ? _times[step].ReadIso(value, out minute, out second) : _times[step].SlowIso(value, length, out minute, out second)) && Clock(field, slice, minute, second, ref row);
            case AccessVariable.Msec:
                return length > 0 && AreNumbers(value, length) && Msec(value, length, field, slice, ref row);
            case AccessVariable.BodyBytes:
                return length > 0 && AreNumbers(value, length);
            case AccessVariable.Method:
                slices.Method = slice;
                return true;
            case AccessVariable.Uri:
                slices.Uri = slice;
                return true;
            case AccessVariable.Host:
                slices.Host = field.IsLaterHost && slices.Host.Length > 1 ? slices.Host : slice;
                return true;
            case AccessVariable.ServerName:
                slices.ServerName = slice;
                return true;
            case AccessVariable.Scheme:
                slices.Scheme = slice;
                return true;
            case AccessVariable.UpstreamHeaderTime:
                slices.UpstreamHeaderTime = slice;
                return AreListBytes(value, length, (byte)'.');
            case AccessVariable.UpstreamConnectTime:
                slices.UpstreamConnectTime = slice;
                return AreListBytes(value, length, (byte)'.');
            case AccessVariable.UpstreamBytesReceived:
                slices.UpstreamBytesReceived = slice;
                return AreListBytes(value, length, (byte)'.');
            default:
                return true;
        }
    }

    private static bool Long(byte* value, int length, out long minute, out int second)
    {
        (minute, second) = (0, 0);
        if (!LogTime.TryReadAccess(new ReadOnlySpan<byte>(value, length), out DateTime time, out _))
        {
            return false;
        }

        TimeReader.Split(time, out minute, out second);
        return true;
    }

    private static bool Clock(FieldStep field, Slice slice, long minute, int second, ref Row row)
    {
        if (field.IsClock)
        {
            (row.Minute, row.Second) = (minute, second);
            (row.Slices.Time, row.Slices.TimeKind) = (slice, field.Variable);
        }

        return true;
    }

    private static bool Msec(byte* value, int length, FieldStep field, Slice slice, ref Row row)
    {
        (row.Slices.Time, row.Slices.TimeKind) = (slice, AccessVariable.Msec);
        return !field.IsClock || Clocks.FromMsec(new ReadOnlySpan<byte>(value, length), ref row);
    }

    private static bool AreNumbers(byte* value, int length)
    {
        for (int i = 0; i < length; i++)
        {
            if (!IsNumber(value[i]))
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasBlank(byte* value, int length)
    {
        uint blanks = Vector256.Equals(Vector256.Load(value), Vector256.Create((byte)' ')).ExtractMostSignificantBits();
        return length <= Vector256<byte>.Count ? BitOperations.TrailingZeroCount(blanks) < length : new ReadOnlySpan<byte>(value, length).Contains((byte)' ');
    }

    /// <summary>Digits, dashes and joints, and points where times are listed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreListBytes(byte* value, int length, byte point)
    {
        for (int i = 0; i < length; i++)
        {
            byte b = value[i];
            if ((uint)(b - '0') > ':' - '0' && b != point && b is not ((byte)'-' or (byte)',' or (byte)' '))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What the format's own parser makes of the row; false when it is malformed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool ReadSlowly(ReadOnlySpan<byte> line, ref Row row)
    {
        row = default;
        (row.Minute, row.RequestTime, row.Upstream, row.Attempt, row.ResponseTime) = (Row.NoMinute, -1, -1, -1, -2);
        if (!_plan.Format.TryParse(line, ref row.Slices))
        {
            return false;
        }

        row.Status = row.Slices.StatusCode(line);
        row.RequestTime = Digits.AnyMilliseconds(row.Slices.RequestTime.Of(line));
        if (row.Slices.TimeKind == AccessVariable.Msec)
        {
            Clocks.FromMsec(row.Slices.Time.Of(line), ref row);
        }
        else if (row.Slices.TimeOf(line) is { } time)
        {
            TimeReader.Split(time.UtcDateTime, out row.Minute, out row.Second);
        }

        return true;
    }
}
