using System.Runtime.CompilerServices;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>Where a value stands in a block.</summary>
internal struct ValueSpan
{
    public int Start;
    public int Length;
}

/// <summary>Notes what rows of values without a fixed width say of the request's time and of the one server that was asked, or none.</summary>
/// <param name="places">The number of a variable's value in the row, or below zero.</param>
internal sealed unsafe class AttemptValues(Func<AccessVariable, int> places, UpstreamTable upstreams)
{
    private const uint ThreeBytes = 0xFF_FFFF;

    private readonly int _requestTime = places(AccessVariable.RequestTime);
    private readonly int _address = places(AccessVariable.UpstreamAddr);
    private readonly int _status = places(AccessVariable.UpstreamStatus);
    private readonly int _response = places(AccessVariable.UpstreamResponseTime);
    private readonly int _header = places(AccessVariable.UpstreamHeaderTime);
    private readonly int _connect = places(AccessVariable.UpstreamConnectTime);

    public bool HasParts => _header >= 0 || _connect >= 0;

    /// <summary>False when a value is of another form.</summary>
    /// <param name="row">Gets upstream and times.</param>
    /// <param name="status">Where the row's own status stands, three digits.</param>
    public bool TryNote(byte* text, ValueSpan* values, int* row, byte* status)
    {
        row[RowBatch.RequestTime] = -1;
        row[RowBatch.Upstream] = -1;
        if (_requestTime >= 0 && (row[RowBatch.RequestTime] = Milliseconds(text, values[_requestTime])) < 0)
        {
            return false;
        }

        bool isAsked = _address >= 0 && !IsNone(text, values[_address]);
        if (_status >= 0)
        {
            ValueSpan attempt = values[_status];
            if (isAsked ? attempt.Length != 3 || ((*(uint*)(text + attempt.Start) ^ *(uint*)status) & ThreeBytes) != 0 : !IsNone(text, attempt))
            {
                return false;
            }
        }

        if (!TryTime(text, values, _response, isAsked, out row[RowBatch.ResponseTime]) || !TryTime(text, values, _header, isAsked, out row[RowBatch.HeaderTime])
            || !TryTime(text, values, _connect, isAsked, out row[RowBatch.ConnectTime]))
        {
            return false;
        }

        if (!isAsked)
        {
            return true;
        }

        // A list was never counted as a node, so what is known is no list.
        ValueSpan address = values[_address];
        row[RowBatch.Upstream] = address.Length > 1 ? upstreams.Find(text + address.Start, address.Length) : -1;
        return row[RowBatch.Upstream] >= 0;
    }

    /// <summary>A time of the attempt, where it is logged; there is none without an attempt.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTime(byte* text, ValueSpan* values, int value, bool isAsked, out int time)
    {
        time = -1;
        if (value < 0)
        {
            return true;
        }

        if (!isAsked)
        {
            return IsNone(text, values[value]);
        }

        time = Milliseconds(text, values[value]);
        return time >= 0;
    }

    /// <summary>nginx logs nothing, or a dash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNone(byte* text, ValueSpan value) => value.Length == 0 || (value.Length == 1 && text[value.Start] == '-');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Milliseconds(byte* text, ValueSpan value) => value.Length == 5 ? Digits.OneSecond(text + value.Start) : -1;
}
