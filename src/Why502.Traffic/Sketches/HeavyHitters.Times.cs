using System.Runtime.CompilerServices;

namespace Why502.Traffic.Sketches;

/// <summary>The quantiles of each value's times.</summary>
internal sealed partial class HeavyHitters
{
    private readonly QuantileSketch?[]? _times;
    private readonly EntryTimes? _late;

    /// <summary>The quantiles of an entry.</summary>
    public QuantileSketch TimesOf(int index)
    {
        BringTimes();
        return _times![index]!;
    }

    /// <summary>Makes room for so many times to be added.</summary>
    public void ReserveTimes(int times)
    {
        if (!_late!.TryReserve(times))
        {
            BringTimes();
            _late.TryReserve(times);
        }
    }

    /// <summary>Adds a time for which room was made to an entry's quantiles, later.</summary>
    /// <param name="milliseconds">Up to <see cref="EntryTimes.TimeMax"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddTime(int entry, int milliseconds) => _late!.Add(entry, milliseconds);

    /// <summary>Adds a time of any length to an entry's quantiles.</summary>
    public void AddAnyTime(int entry, int milliseconds)
    {
        if (milliseconds > EntryTimes.TimeMax)
        {
            _times![entry]!.Add((uint)milliseconds);
            return;
        }

        ReserveTimes(1);
        AddTime(entry, milliseconds);
    }

    /// <summary>Prepares what was counted for another table to take it over; no time is added any more.</summary>
    public void SortTimes() => _late?.Sort();

    /// <summary>Brings the times that were added to the quantiles of their entries.</summary>
    private void BringTimes()
    {
        if (_late is not { Count: > 0 } late)
        {
            return;
        }

        late.Sort();
        for (int entry = 0; entry < Count; entry++)
        {
            late.AddTo(_times![entry]!, entry);
        }

        late.Clear();
    }

    /// <summary>Keeps all quantiles in as little room as they need, until they are added to.</summary>
    public void Pack()
    {
        BringTimes();
        for (int i = 0; i < Count; i++)
        {
            _times?[i]?.Pack();
        }
    }
}
