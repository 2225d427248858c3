using System.Runtime.CompilerServices;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>
/// Times of rows that are still to be added to the quantiles of their routes. Those of a thousand routes are never near: they are sorted by route before, so that each route's memory is asked for once.
/// </summary>
internal sealed class RouteTimes
{
    private const int TimesMax = 32 * 1024;
    private const int TimeBits = 14;

    /// <summary>A number for each time: the entry above, the milliseconds below.</summary>
    private readonly uint[] _times = new uint[TimesMax];
    private readonly int[] _sorted = new int[TimesMax];
    private readonly int[] _ends = new int[HeavyTables.RoutesMax];
    private int _count;

    public int Room => TimesMax - _count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int entry, int milliseconds) => _times[_count++] = ((uint)entry << TimeBits) | (uint)milliseconds;

    /// <summary>Adds all times to the quantiles of their routes.</summary>
    public unsafe void Bring(HeavyHitters routes)
    {
        ReadOnlySpan<uint> times = _times.AsSpan(0, _count);
        int[] ends = _ends;
        Array.Clear(ends);
        foreach (uint time in times)
        {
            ends[time >> TimeBits]++;
        }

        int end = 0;
        for (int entry = 0; entry < ends.Length; entry++)
        {
            int count = ends[entry];
            ends[entry] = end;
            end += count;
        }

        foreach (uint time in times)
        {
            _sorted[ends[time >> TimeBits]++] = (int)(time & ((1 << TimeBits) - 1));
        }

        int from = 0;
        fixed (int* sorted = _sorted)
        {
            for (int entry = 0; from < _count; entry++)
            {
                if (ends[entry] > from)
                {
                    routes.TimesOf(entry).Add(sorted + from, ends[entry] - from);
                    from = ends[entry];
                }
            }
        }

        _count = 0;
    }
}
