using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>Reads rows of a quoted form: the quotes say where every value is, the texts between are compared as a whole, and only what is counted is looked at.</summary>
internal sealed unsafe class QuotedRows : IBatchReader
{
    private const uint ThreeBytes = 0xFF_FFFF;
    private const int IsoBytes = 25;
    private const int LocalBytes = 26;

    /// <summary>The longest client: its blanks are looked for at once.</summary>
    private const int ClientMax = 64;

    private readonly QuotedForm.Literal[] _literals;
    private readonly int[] _sizes;
    private readonly QuotedForm.Literal* _first;
    private readonly QuotedForm.Literal* _last;

    /// <summary>What makes a quote part of a value, or no byte.</summary>
    private readonly int _escape;
    private readonly int _time;
    private readonly int _timeBytes;
    private readonly int _status;
    private readonly int _request;
    private readonly int _client;
    private readonly int _host;
    private readonly AttemptValues _attempts;
    private readonly TimeReader _times = new();

    public QuotedRows(QuotedForm form, UpstreamTable upstreams)
    {
        (_literals, _sizes, _escape) = (form.Literals, form.Sizes, form.HasBackslashes ? '\\' : -1);
        fixed (QuotedForm.Literal* first = _literals)
        {
            _first = first;
            _last = first + _literals.Length - 1;
        }

        _time = Math.Max(form[AccessVariable.TimeIso], form[AccessVariable.TimeLocal]);
        _timeBytes = form[AccessVariable.TimeIso] >= 0 ? IsoBytes : LocalBytes;
        (_status, _request) = (form[AccessVariable.Status], form[AccessVariable.Request]);
        (_client, _host) = (form[AccessVariable.RemoteAddr], Math.Max(form[AccessVariable.Host], form[AccessVariable.ServerName]));
        _attempts = new AttemptValues(variable => form[variable], upstreams);
    }

    public bool Read(byte* text, int stop, ref RowCursor cursor, RowBatch batch)
    {
        ValueSpan* values = stackalloc ValueSpan[_literals.Length];
        int* asked = batch.Cells + RowBatch.Asked;
        int* row = batch.Cells;
        bool more = true;
        for (int* behindRows = row + RowBatch.RowsMax; row < behindRows; row++)
        {
            if (cursor.At >= stop)
            {
                more = false;
                break;
            }

            int* newline = Divide(text, cursor.At, cursor.Marks, values);
            if (newline == null || !TryTime(text, values[_time], out long minute, out int second))
            {
                more = false;
                break;
            }

            if (row > batch.Cells && minute != batch.Minute)
            {
                break;
            }

            batch.Minute = minute;
            if (!TryRow(text, values, row))
            {
                more = false;
                break;
            }

            row[RowBatch.Second] = second;
            *asked = (int)(row - batch.Cells);
            asked += row[RowBatch.Upstream] >= 0 ? 1 : 0;
            cursor.At = *newline + 1;
            cursor.Marks = newline + 1;
        }

        int count = (int)(row - batch.Cells);
        (batch.Count, batch.AsideCount) = (count, 0);
        batch.HasParts = _attempts.HasParts;
        batch.AskedCount = (int)(asked - batch.Cells) - RowBatch.Asked;
        return more;
    }

    /// <summary>Finds the values. A method of its own, without calls: all that the loop needs stays in registers.</summary>
    /// <param name="marks">The row's.</param>
    /// <returns>The mark of the row's newline; null when the texts between the values are others.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int* Divide(byte* text, int start, int* marks, ValueSpan* values)
    {
        int escape = _escape;
        QuotedForm.Literal* literal = _first;
        QuotedForm.Literal* last = _last;
        int* mark = marks + literal->Quotes;
        Vector256<byte> differ = (Vector256.Load(text + start) ^ literal->Text) & literal->Mask;
        int from = start + literal->Length;
        int negative = 0;
        while (literal != last)
        {
            literal++;
            while (text[*mark - 1] == escape)
            {
                // A backslash in front of it may be escaped itself, and end the value.
                if (text[*mark - 2] == escape || text[*mark] != '"')
                {
                    return null;
                }

                mark++;
            }

            int at = *mark - literal->Offset;
            differ |= (Vector256.Load(text + at) ^ literal->Text) & literal->Mask;
            values->Start = from;
            values->Length = at - from;
            negative |= at - from;
            values++;
            from = at + literal->Length;
            mark += literal->Quotes;
        }

        return differ == Vector256<byte>.Zero && negative >= 0 && from == *mark && text[from] == '\n' ? mark : null;
    }

    private bool TryTime(byte* text, ValueSpan value, out long minute, out int second)
    {
        byte* time = text + value.Start;
        (minute, second) = (0, 0);
        return value.Length == _timeBytes && (_timeBytes == IsoBytes ? time[10] == 'T' && time[19] != 'Z' && _times.ReadIso(time, out minute, out second) : time[2] == '/' && _times.ReadLocal(time, out minute, out second));
    }

    /// <summary>Judges the values that are counted, and notes them.</summary>
    private bool TryRow(byte* text, ValueSpan* values, int* row)
    {
        uint statusText = *(uint*)(text + values[_status].Start) & ThreeBytes;
        uint digits = statusText ^ 0x30_3030;
        int status = (int)((digits & 0xFF) * 100 + ((digits >> 8) & 0xFF) * 10 + (digits >> 16));
        if (values[_status].Length != 3 || (((digits + 0x76_7676) | digits) & 0x80_8080) != 0 || status >= 499)
        {
            return false;
        }

        foreach (int size in _sizes)
        {
            if (values[size].Length == 0 || Digits.Leading(text + values[size].Start) != values[size].Length)
            {
                return false;
            }
        }

        row[RowBatch.Status] = status;
        (row[RowBatch.Client], row[RowBatch.ClientLength]) = Of(values, _client);
        (row[RowBatch.Host], row[RowBatch.HostLength]) = Of(values, _host);
        (row[RowBatch.Request], row[RowBatch.RequestLength]) = Of(values, _request);
        int client = row[RowBatch.ClientLength];
        return (_client < 0 || (client is > 0 and <= ClientMax && BitOperations.TrailingZeroCount(ScanBuffer.BlanksAt(text + row[RowBatch.Client])) >= client)) && _attempts.TryNote(text, values, row, text + values[_status].Start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int Start, int Length) Of(ValueSpan* values, int value) => value < 0 ? (0, 0) : (values[value].Start, values[value].Length);
}
