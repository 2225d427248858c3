using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>Values of their usual form, and rows of the most frequent formats in one piece.</summary>
internal sealed unsafe partial class RowReader
{
    /// <summary>Reads a value of its usual form and answers where it ends, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int InForm(byte* text, int start, int at, int end, ulong* quotes, ulong* blanks, FieldStep field, ref Row row)
    {
        switch (field.Form)
        {
            case FieldForm.Status:
                return StatusForm(text, start, at, ref row);
            case FieldForm.Number:
                return NumberForm(text, start, at, blanks, ref row);
            case FieldForm.RequestTime:
                return RequestTimeForm(text, start, at, end, field.End == FieldEnd.Line, ref row);
            case FieldForm.Address:
                return AddressForm(text, start, at, end, blanks, ref row);
            case FieldForm.Attempt:
                return AttemptForm(text, start, at, ref row);
            case FieldForm.ResponseTime:
                return ResponseTimeForm(text, start, at, ref row);
            case FieldForm.QuotedSkip:
                int quote = Next(quotes, at);
                return quote < end ? quote : -1;
            case FieldForm.BlankSkip:
                int blank = Next(blanks, at);
                return blank < end ? blank : -1;
            case FieldForm.Request:
                int close = Next(quotes, at);
                row.Slices.Request = new Slice(at - start, close - at);
                return close < end ? close : -1;
            default:
                return -1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StatusForm(byte* text, int start, int at, ref Row row)
    {
        int status = Digits.Three(text + at);
        row.Status = status;
        row.Slices.Status = new Slice(at - start, 3);
        return status < 0 || IsNumber(text[at + 3]) ? -1 : at + 3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int NumberForm(byte* text, int start, int at, ulong* blanks, ref Row row)
    {
        int blank = Next(blanks, at);
        row.Slices.BodyBytes = new Slice(at - start, blank - at);
        return (uint)(blank - at - 1) < 8 && Digits.AreAll(text + at, blank - at) ? blank : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int RequestTimeForm(byte* text, int start, int at, int end, bool isLast, ref Row row)
    {
        int time = Digits.OneSecond(text + at);
        int stop = at + 5;
        if (time < 0 || stop > end || (isLast ? stop != end : IsNumber(text[stop])))
        {
            return -1;
        }

        row.RequestTime = time;
        row.Slices.RequestTime = new Slice(at - start, 5);
        return stop;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int AddressForm(byte* text, int start, int at, int end, ulong* blanks, ref Row row)
    {
        int blank = Next(blanks, at);
        row.Slices.UpstreamAddr = new Slice(at - start, blank - at);
        if (blank >= end || text[blank + 1] == ':')
        {
            return -1;
        }

        if (blank - at <= 1)
        {
            return text[at] == '-' ? blank : -1;
        }

        // A list was never counted as a node, so what is known is no list: no joint and no other end needs to be looked for.
        row.Upstream = upstreams.Find(text + at, blank - at);
        return row.Upstream >= 0 ? blank : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AttemptForm(byte* text, int start, int at, ref Row row)
    {
        byte* value = text + at;
        int attempt = Digits.Three(value);
        int size = attempt >= 0 ? 3 : 1;
        if ((attempt < 0 && value[0] != '-') || value[size] != ' ' || value[size + 1] == ':')
        {
            return -1;
        }

        row.Attempt = Math.Max(attempt, 0);
        row.Slices.UpstreamStatus = new Slice(at - start, size);
        return at + size;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ResponseTimeForm(byte* text, int start, int at, ref Row row)
    {
        byte* value = text + at;
        int response = Digits.OneSecond(value);
        int size = response >= 0 ? 5 : 1;
        if ((response < 0 && value[0] != '-') || value[size] != ' ' || value[size + 1] == ':')
        {
            return -1;
        }

        row.ResponseTime = response;
        row.Slices.UpstreamResponseTime = new Slice(at - start, size);
        return at + size;
    }
}
