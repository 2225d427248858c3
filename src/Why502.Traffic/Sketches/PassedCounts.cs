using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Why502.Traffic.Sketches;

/// <summary>
/// How often values came that a table has no room for: never less than the truth, and seldom much more. A count-min sketch (Cormode, Muthukrishnan 2005) of two rows with
/// conservative update (Estan, Varghese 2002), two bytes a cell.
/// </summary>
internal sealed class PassedCounts
{
    private const int CellsPerPlace = 16;

    private readonly ushort[] _cells;
    private readonly int _mask;

    /// <param name="capacity">Places of the table: with sixteen cells for each, a value is overestimated by little more than a tenth of what decides whether it is held.</param>
    public PassedCounts(int capacity)
    {
        _cells = new ushort[BitOperations.RoundUpToPowerOf2((uint)capacity * CellsPerPlace)];
        _mask = _cells.Length - 1;
    }

    /// <summary>What <see cref="Add"/> answers when a cell is full: the value came so often, or more.</summary>
    public const int Full = ushort.MaxValue;

    /// <summary>Counts a value once more and answers how often it came at most.</summary>
    public int Add(ulong key)
    {
        ref ushort first = ref _cells[First(key)];
        ref ushort second = ref _cells[Second(key)];
        int count = Math.Min(Math.Min(first, second) + 1, Full);
        first = (ushort)Math.Max(first, count);
        second = (ushort)Math.Max(second, count);
        return count;
    }

    /// <summary>Asks for the memory of values' cells.</summary>
    public unsafe void Prefetch(ulong* keys, int count)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        ref ushort cells = ref MemoryMarshal.GetArrayDataReference(_cells);
        for (int i = 0; i < count; i++)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref cells, First(keys[i]))));
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref cells, Second(keys[i]))));
        }
    }

    public int this[ulong key] => Math.Min(_cells[First(key)], _cells[Second(key)]);

    /// <summary>Takes over a value that came so often at most; false when that is more than a cell holds.</summary>
    public bool Raise(ulong key, long count)
    {
        if (count >= Full)
        {
            return false;
        }

        ref ushort first = ref _cells[First(key)];
        ref ushort second = ref _cells[Second(key)];
        first = (ushort)Math.Max(first, count);
        second = (ushort)Math.Max(second, count);
        return true;
    }

    public void Clear() => Array.Clear(_cells);

    private int First(ulong key) => (int)(key >> 48) & _mask;

    private int Second(ulong key) => (int)(key >> 32) & _mask;
}
