using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>
/// Reads rows of the usual form: first the heads of a batch, up to the size and the texts in quotes, then what nginx measured, in a loop of its own. All values are taken from where they usually
/// stand and judged together: what depends on the text is computed, not branched on, because a branch that is guessed wrongly costs as much as a tenth of a row. Everything else is left to
/// <see cref="RowReader"/>.
/// </summary>
internal sealed unsafe class UsualRows : IBatchReader
{
    private const int TimeBytes = 28;
    private const uint ThreeBytes = 0xFF_FFFF;

    private readonly FixedBytes _before;
    private readonly FixedBytes _behind;
    private readonly FixedBytes _alone;
    private readonly int _aloneLength;
    private readonly int _quotes;
    private readonly int _rowQuotes;
    private readonly bool _hasHost;
    private readonly bool _hasPort;
    private readonly bool _hasAddress;
    private readonly bool _endsWithHead;
    private readonly bool _hasParts;
    private readonly ValuePlace _attempt;
    private readonly ValuePlace _requestTime;
    private readonly ValuePlace _requestTimeAlone;
    private readonly ValuePlace _responseTime;
    private readonly ValuePlace _headerTime;
    private readonly ValuePlace _connectTime;
    private readonly TokenTail? _tail;
    private readonly AttemptValues? _values;
    private readonly MinuteStamp _stamp;
    private readonly UpstreamTable _upstreams;

    public UsualRows(UsualForm form, MinuteStamp stamp, UpstreamTable upstreams)
    {
        (_before, _behind, _alone) = (form.Before, form.Behind, form.WithoutUpstream ?? form.Before);
        _aloneLength = form.WithoutUpstream?.Length ?? int.MaxValue;
        (_quotes, _rowQuotes, _hasHost, _hasPort, _hasAddress) = (form.Quotes, form.RowQuotes, form.HasHost, form.HasPort, form.HasAddress);
        _tail = form.Tail;
        _values = form.Tail is { } tail ? new AttemptValues(variable => tail[variable], upstreams) : null;
        _endsWithHead = form.Tail is null && !form.HasAddress && form.Before.Length + form.Behind.Length == 0;
        (_attempt, _requestTime, _requestTimeAlone) = (new(form.Attempt), new(form.RequestTime), new(form.RequestTimeAlone));
        (_responseTime, _headerTime, _connectTime) = (new(form.ResponseTime), new(form.HeaderTime), new(form.ConnectTime));
        _hasParts = _headerTime.IsLogged || _connectTime.IsLogged;
        (_stamp, _upstreams) = (stamp, upstreams);
    }

    /// <summary>Where a value of usual width stands: counted from the beginning of what is behind the head, or from the row's end.</summary>
    private readonly struct ValuePlace(int at)
    {
        private readonly int _fromEnd = at >> 31;

        public bool IsLogged => at != UsualForm.Absent;

        /// <param name="length">From there to the row's end.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public byte* In(byte* rest, int length) => rest + (at + (length & _fromEnd));
    }

    public bool Read(byte* text, int stop, ref RowCursor cursor, RowBatch batch)
    {
        int count = Heads(text, stop, cursor, batch);
        (batch.Count, batch.AskedCount, batch.AsideCount, batch.Minute) = (count, 0, 0, _stamp.Minute);
        if (count == 0)
        {
            return false;
        }

        int start = cursor.At;
        if (_endsWithHead)
        {
            Failures(batch, start);
        }
        else if (_tail is not null)
        {
            Tokens(text, batch, start, cursor.Kernel);
        }
        else if (_hasAddress)
        {
            Attempts(text, batch, start);
        }
        else
        {
            Values(text, batch, start);
        }

        if (_rowQuotes > _quotes)
        {
            CutAtNewline(text, batch);
        }

        if (batch.Count > 0)
        {
            cursor.At = batch.Cells[RowBatch.End + batch.Count - 1] + 1;
            cursor.Marks += batch.Count * (_rowQuotes + 1);
        }

        return batch.Count == RowBatch.RowsMax;
    }

    /// <summary>A row that lacks quotes behind its head was taken for one with the rows behind it: it and those are left.</summary>
    private static void CutAtNewline(byte* text, RowBatch batch)
    {
        for (int i = 0; i < batch.AsideCount; i++)
        {
            int row = batch.Cells[RowBatch.Aside + i];
            int start = batch.Cells[RowBatch.Rest + row];
            if (new ReadOnlySpan<byte>(text + start, batch.Cells[RowBatch.End + row] - start).Contains((byte)'\n'))
            {
                batch.Cut(row);
                return;
            }
        }
    }

    /// <summary>Reads client, time, request, status and size, and passes over texts in quotes; where nothing is behind those, the row is read.</summary>
    private int Heads(byte* text, int stop, in RowCursor cursor, RowBatch batch)
    {
        MinuteStamp stamp = _stamp;
        int quotes = _quotes;
        int rowQuotes = _rowQuotes;
        int start = cursor.At;
        int* marks = cursor.Marks;
        int* row = batch.Cells;
        for (int* behindRows = row + RowBatch.RowsMax; row < behindRows && start < stop; row++)
        {
            int open = marks[0];
            int close = marks[1];
            int end = marks[rowQuotes];
            uint second = stamp.SecondOf(text + open - TimeBytes);
            ulong blanks = ScanBuffer.BlanksAt(text + start);
            row[RowBatch.HostLength] = 0;
            int client = start;
            if (_hasHost)
            {
                int host = HostLength(text + start, blanks);
                int hostEnd = BitOperations.TrailingZeroCount(blanks);
                if (host < 0)
                {
                    break;
                }

                row[RowBatch.Host] = start;
                row[RowBatch.HostLength] = host;
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
                || (behind & 0xFF00_0000_FFFF) != ('"' | (' ' << 8) | ((ulong)' ' << 40)) || (((digits + 0x76_7676) | digits) & 0x80_8080) != 0 || size == 0)
            {
                break;
            }

            int rest = close + 6 + size;
            if (quotes > 2)
            {
                if (!AreQuoted(text, text + rest, marks, quotes))
                {
                    break;
                }

                rest = marks[quotes - 1] + 1;
            }

            if (_endsWithHead && rest != end)
            {
                break;
            }

            row[RowBatch.Upstream] = -1;
            row[RowBatch.RequestTime] = -1;
            row[RowBatch.Second] = (int)second;
            row[RowBatch.Status] = status;
            row[RowBatch.Client] = client;
            row[RowBatch.ClientLength] = clientEnd - client;
            row[RowBatch.Request] = open + 1;
            row[RowBatch.RequestLength] = close - open - 1;
            row[RowBatch.Rest] = rest;
            row[RowBatch.End] = end;
            start = end + 1;
            marks += rowQuotes + 1;
        }

        return (int)(row - batch.Cells);
    }

    /// <summary>The length of a host in front of a row, or -1 when it is not of the usual form.</summary>
    private int HostLength(byte* text, ulong blanks)
    {
        int end = BitOperations.TrailingZeroCount(blanks);
        int host = _hasPort ? BitOperations.TrailingZeroCount(Vector256.Equals(Vector256.Load(text), Vector256.Create((byte)':')).ExtractMostSignificantBits()) : end;
        return end == 0 || host >= end + (_hasPort ? 0 : 1) ? -1 : host;
    }

    /// <summary>Leaves a row to be read otherwise.</summary>
    /// <param name="start">The batch's first row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int* SetAside(RowBatch batch, int* row, int start, int* aside)
    {
        row[RowBatch.Rest] = row == batch.Cells ? start : row[RowBatch.End - 1] + 1;
        *aside = (int)(row - batch.Cells);
        return aside + 1;
    }

    /// <summary>Sets rows aside that failed; there is nothing behind the heads.</summary>
    private static void Failures(RowBatch batch, int start)
    {
        int* aside = batch.Cells + RowBatch.Aside;
        int* row = batch.Cells;
        for (int* behindRows = row + batch.Count; row < behindRows; row++)
        {
            if (row[RowBatch.Status] >= 499)
            {
                aside = SetAside(batch, row, start, aside);
            }
        }

        batch.AsideCount = (int)(aside - batch.Cells) - RowBatch.Aside;
    }

    /// <summary>Reads what is behind the heads where no server is told.</summary>
    private void Values(byte* text, RowBatch batch, int start)
    {
        int* aside = batch.Cells + RowBatch.Aside;
        int* row = batch.Cells;
        for (int* behindRows = row + batch.Count; row < behindRows; row++)
        {
            byte* rest = text + row[RowBatch.Rest];
            int length = row[RowBatch.End] - row[RowBatch.Rest];
            if (row[RowBatch.Status] >= 499)
            {
                aside = SetAside(batch, row, start, aside);
            }
            else if (length == _aloneLength && _alone.IsAt(rest))
            {
                row[RowBatch.RequestTime] = Milliseconds(_requestTimeAlone, rest, length);
            }
            else if (length == _before.Length + _behind.Length && _before.IsAt(rest, _behind, rest + length - FixedBytes.Most) && IsLastAttempt(rest, length, text + row[RowBatch.Request] + row[RowBatch.RequestLength]))
            {
                row[RowBatch.RequestTime] = Milliseconds(_requestTime, rest, length);
            }
            else
            {
                aside = SetAside(batch, row, start, aside);
            }
        }

        batch.AsideCount = (int)(aside - batch.Cells) - RowBatch.Aside;
    }

    /// <summary>Reads what is behind the heads of rows that a server was asked for, or none.</summary>
    private void Attempts(byte* text, RowBatch batch, int start)
    {
        UpstreamTable upstreams = _upstreams;
        int* asked = batch.Cells + RowBatch.Asked;
        int* aside = batch.Cells + RowBatch.Aside;
        int* row = batch.Cells;
        int fixedLength = _before.Length + _behind.Length;
        for (int* behindRows = row + batch.Count; row < behindRows; row++)
        {
            byte* rest = text + row[RowBatch.Rest];
            int length = row[RowBatch.End] - row[RowBatch.Rest];
            if (length == _aloneLength && _alone.IsAt(rest) && row[RowBatch.Status] < 499)
            {
                row[RowBatch.RequestTime] = Milliseconds(_requestTimeAlone, rest, length);
                continue;
            }

            // A list was never counted as a node, so what is known is no list: no joint and no other end needs to be looked for.
            int addressLength = length - fixedLength;
            int known = -1;
            if (_before.IsAt(rest, _behind, rest + length - FixedBytes.Most) && addressLength > 1 && row[RowBatch.Status] < 499 && IsLastAttempt(rest, length, text + row[RowBatch.Request] + row[RowBatch.RequestLength]))
            {
                known = upstreams.Find(rest + _before.Length, addressLength);
            }

            if (known < 0)
            {
                aside = SetAside(batch, row, start, aside);
                continue;
            }

            row[RowBatch.Upstream] = known;
            row[RowBatch.RequestTime] = Milliseconds(_requestTime, rest, length);
            row[RowBatch.ResponseTime] = Milliseconds(_responseTime, rest, length);
            if (_hasParts)
            {
                row[RowBatch.HeaderTime] = Milliseconds(_headerTime, rest, length);
                row[RowBatch.ConnectTime] = Milliseconds(_connectTime, rest, length);
            }

            *asked++ = (int)(row - batch.Cells);
        }

        batch.HasParts = _hasParts;
        batch.AskedCount = (int)(asked - batch.Cells) - RowBatch.Asked;
        batch.AsideCount = (int)(aside - batch.Cells) - RowBatch.Aside;
    }

    /// <summary>Reads what is behind the heads where values have any width.</summary>
    private void Tokens(byte* text, RowBatch batch, int start, BytePlaces.Kernel kernel)
    {
        ValueSpan* values = stackalloc ValueSpan[_tail!.Count];
        int* blanks = stackalloc int[TokenTail.BlanksMax];
        int* asked = batch.Cells + RowBatch.Asked;
        int* aside = batch.Cells + RowBatch.Aside;
        int* row = batch.Cells;
        for (int* behindRows = row + batch.Count; row < behindRows; row++)
        {
            if (row[RowBatch.Status] >= 499 || !_tail.TryDivide(text, row[RowBatch.Rest], row[RowBatch.End], values, blanks, kernel)
                || !_values!.TryNote(text, values, row, text + row[RowBatch.Request] + row[RowBatch.RequestLength] + 2))
            {
                (row[RowBatch.Upstream], row[RowBatch.RequestTime]) = (-1, -1);
                aside = SetAside(batch, row, start, aside);
                continue;
            }

            *asked = (int)(row - batch.Cells);
            asked += row[RowBatch.Upstream] >= 0 ? 1 : 0;
        }

        batch.HasParts = _values!.HasParts;
        batch.AskedCount = (int)(asked - batch.Cells) - RowBatch.Asked;
        batch.AsideCount = (int)(aside - batch.Cells) - RowBatch.Aside;
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

    /// <summary>Whether the only attempt's status is the row's own, where it is logged.</summary>
    /// <param name="close">The quote behind the request.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsLastAttempt(byte* rest, int length, byte* close) => !_attempt.IsLogged || ((*(uint*)_attempt.In(rest, length) ^ *(uint*)(close + 2)) & ThreeBytes) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Milliseconds(ValuePlace place, byte* rest, int length)
    {
        if (!place.IsLogged)
        {
            return -1;
        }

        byte* text = place.In(rest, length);
        return text[0] * 1000 + text[2] * 100 + text[3] * 10 + text[4] - '0' * 1111;
    }
}
