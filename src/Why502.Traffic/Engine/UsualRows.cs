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
    private const uint ThreeBytes = 0xFF_FFFF;

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

    /// <summary>Reads rows until one is not of the usual form or of this minute, or the batch is full, and answers how many; the cursor stands behind them.</summary>
    /// <param name="text">The block; 64 bytes before and behind it may be read.</param>
    /// <param name="stop">No row that begins here or behind is read.</param>
    public int Read(byte* text, int stop, ref RowCursor cursor, RowBatch batch)
    {
        int start = cursor.At;
        int* marks = cursor.Marks;
        int* rows = batch.Cells;
        int* asked = rows + RowBatch.Asked;
        int* row = rows;
        int* behindRows = rows + RowBatch.RowsMax;
        for (; row < behindRows && start < stop; row++)
        {
            int open = marks[0];
            int close = marks[1];
            int last = marks[_quotes - 1];
            int end = marks[_quotes];
            uint second = _stamp.SecondOf(text + open - TimeBytes);
            ulong blanks = ScanBuffer.BlanksAt(text + start);
            int client = start;
            int host = 0;
            if (_hasHost)
            {
                int hostEnd = BitOperations.TrailingZeroCount(blanks);
                host = _hasPort ? BitOperations.TrailingZeroCount(Vector256.Equals(Vector256.Load(text + start), Vector256.Create((byte)':')).ExtractMostSignificantBits()) : hostEnd;
                if (hostEnd == 0 || host >= hostEnd + (_hasPort ? 0 : 1))
                {
                    break;
                }

                client += hostEnd + 1;
                blanks &= blanks - 1;
            }

            int clientEnd = start + BitOperations.TrailingZeroCount(blanks);

            // A quote, a blank, the status, a blank, the size.
            ulong behind = *(ulong*)(text + close);
            uint statusText = (uint)(behind >> 16) & ThreeBytes;
            uint digits = statusText ^ 0x30_3030;
            int status = (int)((digits & 0xFF) * 100 + ((digits >> 8) & 0xFF) * 10 + (digits >> 16));
            byte* sizeAt = text + close + 6;
            int size = Digits.Leading(sizeAt);
            if (second >= 60 || text[end] != '\n' || clientEnd + 5 > open - TimeBytes || clientEnd == client || (*(uint*)(text + clientEnd) & ThreeBytes) != (' ' | ('-' << 8) | (' ' << 16))
                || (behind & 0xFF00_0000_FFFF) != ('"' | (' ' << 8) | ((ulong)' ' << 40)) || (((digits + 0x76_7676) | digits) & 0x80_8080) != 0 || status >= 499 || size == 0)
            {
                break;
            }

            byte* rest = sizeAt + size;
            if (_quotes > 2)
            {
                if (!AreQuoted(text, rest, marks, _quotes))
                {
                    break;
                }

                rest = text + last + 1;
            }

            byte* rowEnd = text + end;
            if (rowEnd - rest == _aloneLength && _alone.IsAt(rest))
            {
                row[RowBatch.Upstream] = -1;
                row[RowBatch.RequestTime] = _requestTimeAlone == UsualForm.Absent ? -1 : Milliseconds(rest + _requestTimeAlone);
            }
            else
            {
                byte* address = rest + _before.Length;
                int length = (int)(rowEnd - address) - _behind.Length;
                if (!_before.IsAt(rest, _behind, rowEnd - FixedBytes.Most) || (_hasAddress ? length <= 1 : length != 0)
                    || (_attempt != UsualForm.Absent && (*(uint*)Place(rest, rowEnd, _attempt) & ThreeBytes) != statusText))
                {
                    break;
                }

                row[RowBatch.Upstream] = -1;
                if (_hasAddress)
                {
                    // A list was never counted as a node, so what is known is no list: no joint and no other end needs to be looked for.
                    int known = length <= AddressIndex.BytesMax ? _addresses.Find(address, length) : _upstreams.IndexOfLong(address, length);
                    if (known < 0)
                    {
                        break;
                    }

                    row[RowBatch.Upstream] = known;
                    row[RowBatch.ResponseTime] = _responseTime == UsualForm.Absent ? -1 : Milliseconds(Place(rest, rowEnd, _responseTime));
                    row[RowBatch.HeaderTime] = _headerTime == UsualForm.Absent ? -1 : Milliseconds(Place(rest, rowEnd, _headerTime));
                    row[RowBatch.ConnectTime] = _connectTime == UsualForm.Absent ? -1 : Milliseconds(Place(rest, rowEnd, _connectTime));
                    *asked++ = (int)(row - rows);
                }

                row[RowBatch.RequestTime] = _requestTime == UsualForm.Absent ? -1 : Milliseconds(Place(rest, rowEnd, _requestTime));
            }

            row[RowBatch.Second] = (int)second;
            row[RowBatch.Status] = status;
            row[RowBatch.Host] = start;
            row[RowBatch.HostLength] = host;
            row[RowBatch.Client] = client;
            row[RowBatch.ClientLength] = clientEnd - client;
            row[RowBatch.Request] = open + 1;
            row[RowBatch.RequestLength] = close - open - 1;
            start = end + 1;
            marks += _quotes + 1;
        }

        cursor.At = start;
        cursor.Marks = marks;
        batch.Minute = _stamp.Minute;
        batch.Count = (int)(row - rows);
        batch.AskedCount = (int)(asked - rows) - RowBatch.Asked;
        return batch.Count;
    }

    /// <summary>Whether texts in quotes follow behind a blank, with one blank between them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreQuoted(byte* text, byte* sizeEnd, int* marks, int count)
    {
        long differ = (text + marks[2] - sizeEnd - 1) | (uint)(*(ushort*)sizeEnd ^ (' ' | ('"' << 8))) | (uint)(text[marks[count - 1]] ^ '"');
        for (int i = 4; i < count; i += 2)
        {
            differ |= (uint)(marks[i] - marks[i - 1] - 2) | ((*(uint*)(text + marks[i - 1]) & ThreeBytes) ^ ('"' | (' ' << 8) | ('"' << 16)));
        }

        return differ == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Place(byte* rest, byte* stop, int at) => (at < 0 ? stop : rest) + at;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Milliseconds(byte* text) => text[0] * 1000 + text[2] * 100 + text[3] * 10 + text[4] - '0' * 1111;
}
