using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Why502.Traffic.Engine;

/// <summary>
/// Reads rows of the usual form. All values are taken from where they usually stand and judged together: what depends on the text is computed, not branched on, because
/// a branch that is guessed wrongly costs as much as a tenth of a row. Everything else is left to <see cref="RowReader"/>.
/// </summary>
internal sealed unsafe class UsualRows(UsualForm form, MinuteStamp stamp, UpstreamTable upstreams)
{
    private const int TimeBytes = 28;

    private readonly FixedBytes _before = form.Before;
    private readonly FixedBytes _behind = form.Behind;
    private readonly FixedBytes _alone = form.WithoutUpstream ?? form.Before;
    private readonly int _aloneLength = form.WithoutUpstream is { } alone ? alone.Length : int.MaxValue;
    private readonly int _quotes = form.Quotes;
    private readonly bool _hasHost = form.HasHost;
    private readonly bool _hasPort = form.HasPort;
    private readonly bool _hasAddress = form.HasAddress;
    private readonly int _attempt = form.Attempt;
    private readonly int _requestTime = form.RequestTime;
    private readonly int _requestTimeAlone = form.RequestTimeAlone;
    private readonly int _responseTime = form.ResponseTime;
    private readonly int _headerTime = form.HeaderTime;
    private readonly int _connectTime = form.ConnectTime;
    private readonly MinuteStamp _stamp = stamp;
    private readonly AddressIndex _addresses = upstreams.Short;
    private readonly UpstreamTable _upstreams = upstreams;

    /// <summary>Reads rows until one is not of the usual form, or <paramref name="most"/> are read, and answers how many; the cursor stands behind them.</summary>
    /// <param name="text">The block; 64 bytes before and behind it may be read.</param>
    /// <param name="blanks">The mask of the block's blanks.</param>
    /// <param name="stop">No row that begins here or behind is read.</param>
    /// <param name="rows">Room for <paramref name="most"/> rows.</param>
    public int Read(byte* text, ulong* blanks, int stop, ref RowCursor cursor, UsualRow* rows, int most)
    {
        int start = cursor.At;
        int* ends = cursor.Ends;
        int* quotes = cursor.Quotes;
        UsualRow* row = rows;
        UsualRow* behindRows = rows + most;
        for (; row < behindRows && start < stop; row++)
        {
            int end = *ends;
            while (*quotes < start)
            {
                quotes++;
            }

            int open = quotes[0];
            int close = quotes[1];
            int last = quotes[_quotes - 1];
            if (last >= end)
            {
                break;
            }

            byte* time = text + open - TimeBytes;
            uint second = _stamp.SecondOf(time);
            ulong marks = ScanBuffer.Window(blanks, start);
            int client = start;
            int host = 0;
            if (_hasHost)
            {
                int hostEnd = BitOperations.TrailingZeroCount(marks);
                host = _hasPort ? BitOperations.TrailingZeroCount(Vector256.Equals(Vector256.Load(text + start), Vector256.Create((byte)':')).ExtractMostSignificantBits()) : hostEnd;
                if (hostEnd == 0 || host >= hostEnd + (_hasPort ? 0 : 1))
                {
                    break;
                }

                client += hostEnd + 1;
                marks &= marks - 1;
            }

            int clientEnd = start + BitOperations.TrailingZeroCount(marks);

            // A quote, a blank, the status, a blank, the size.
            ulong behind = *(ulong*)(text + close);
            uint digits = ((uint)(behind >> 16) & 0xFF_FFFF) ^ 0x30_3030;
            int status = (int)((digits & 0xFF) * 100 + ((digits >> 8) & 0xFF) * 10 + (digits >> 16));
            int sizeAt = close + 6;
            int size = BitOperations.TrailingZeroCount(ScanBuffer.Window(blanks, sizeAt));
            if (second >= 60 || clientEnd + 5 > open - TimeBytes || clientEnd == client || (*(uint*)(text + clientEnd) & 0xFF_FFFF) != (' ' | ('-' << 8) | (' ' << 16))
                || (behind & 0xFF00_0000_FFFF) != ('"' | (' ' << 8) | ((ulong)' ' << 40)) || (((digits + 0x76_7676) | digits) & 0x80_8080) != 0 || status >= 499)
            {
                break;
            }

            byte* rest = text + last + 1;
            if (_quotes == 2)
            {
                // The size ends with the row where nothing is behind it.
                size = Math.Min(size, end - sizeAt);
                rest = text + sizeAt + size;
            }
            else if (!AreQuoted(text, sizeAt + size, quotes, _quotes))
            {
                break;
            }

            if ((uint)(size - 1) >= 8 || !Digits.AreAll(text + sizeAt, size))
            {
                break;
            }

            byte* rowEnd = text + end;
            row->Upstream = UpstreamTable.None;
            if (rowEnd - rest == _aloneLength && _alone.IsAt(rest))
            {
                row->RequestTime = _requestTimeAlone == UsualForm.Absent ? -1 : Milliseconds(rest + _requestTimeAlone);
            }
            else
            {
                byte* address = rest + _before.Length;
                int length = (int)(rowEnd - address) - _behind.Length;
                if (!_before.IsAt(rest, _behind, rowEnd - FixedBytes.Most) || (_hasAddress ? length <= 1 : length != 0)
                    || (_attempt != UsualForm.Absent && Status(Place(rest, rowEnd, _attempt)) != status))
                {
                    break;
                }

                if (_hasAddress)
                {
                    // A list was never counted as a node, so what is known is no list: no joint and no other end needs to be looked for.
                    int known = length <= AddressIndex.BytesMax ? _addresses.Find(address, length) : _upstreams.IndexOfLong(address, length);
                    if (known < 0)
                    {
                        break;
                    }

                    row->Upstream = known;
                    row->ResponseTime = _responseTime == UsualForm.Absent ? -1 : Milliseconds(Place(rest, rowEnd, _responseTime));
                    row->HeaderTime = _headerTime == UsualForm.Absent ? -1 : Milliseconds(Place(rest, rowEnd, _headerTime));
                    row->ConnectTime = _connectTime == UsualForm.Absent ? -1 : Milliseconds(Place(rest, rowEnd, _connectTime));
                }

                row->RequestTime = _requestTime == UsualForm.Absent ? -1 : Milliseconds(Place(rest, rowEnd, _requestTime));
            }

            row->Minute = _stamp.Minute;
            row->Second = (int)second;
            row->Status = status;
            row->Host = start;
            row->HostLength = host;
            row->Client = client;
            row->ClientLength = clientEnd - client;
            row->Request = open + 1;
            row->RequestLength = close - open - 1;
            start = end + 1;
            ends++;
            quotes += _quotes;
        }

        cursor.At = start;
        cursor.Ends = ends;
        cursor.Quotes = quotes;
        return (int)(row - rows);
    }

    /// <summary>Whether texts in quotes follow, with one blank between them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreQuoted(byte* text, int sizeEnd, int* quotes, int count)
    {
        int differ = quotes[2] ^ (sizeEnd + 1);
        for (int i = 4; i < count; i += 2)
        {
            differ |= (quotes[i] - quotes[i - 1] - 2) | (text[quotes[i] - 1] ^ ' ');
        }

        return differ == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Place(byte* rest, byte* stop, int at) => (at < 0 ? stop : rest) + at;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Status(byte* text) => text[0] * 100 + text[1] * 10 + text[2] - '0' * 111;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Milliseconds(byte* text) => text[0] * 1000 + text[2] * 100 + text[3] * 10 + text[4] - '0' * 1111;
}
