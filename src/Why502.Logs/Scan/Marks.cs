using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Why502.Logs;

/// <summary>
/// The places in a stretch of a log where its records can be taken apart: line feeds and quotes. They are found by vectors in one pass, before anything is read; whoever reads walks from one to the next and never searches the bytes again.
/// </summary>
internal sealed class Marks
{
    /// <summary>Bytes of one stretch: it stays in the nearest cache until its records are read.</summary>
    public const int StretchMax = 16 * 1024;

    /// <summary>Places behind the last one that may be read and mean nothing.</summary>
    public const int Beyond = 16;

    /// <summary>Stands for the number of a mark that was not found.</summary>
    public const int None = int.MaxValue;

    /// <summary>In front of the first one stands one that is before everything.</summary>
    private readonly int[] places = [-1, .. new int[StretchMax + BytePlaces.Step + BytePlaces.Spare]];

    private long bytesFound;

    public int Count { get; private set; }

    /// <summary>The places, unchecked.</summary>
    public ref int First => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(places), 1);

    public int this[nint number] => places[number + 1];

    /// <summary>Goes on to the next line feed; to <see cref="None"/> when there is none.</summary>
    public bool TryFindLineFeed(ref byte block, ref nint number)
    {
        for (; number < Count; number++)
        {
            if (Bytes.At(ref block, this[number]) == '\n')
            {
                return true;
            }
        }

        number = None;
        return false;
    }

    /// <summary>Finds those of a stretch of at most <see cref="StretchMax"/> bytes, behind which <see cref="BytePlaces.Step"/> more may be read.</summary>
    /// <param name="kernel">One that the machine has; null: the best for what was found so far.</param>
    public unsafe void Find(ref byte block, nint from, nint to, BytePlaces.Kernel? kernel = null)
    {
        var steps = (int)(to - from + BytePlaces.Step - 1) / BytePlaces.Step;
        fixed (byte* text = &Unsafe.Add(ref block, from))
        fixed (int* first = &First)
        {
            var count = BytePlaces.Find(text, steps, (byte)'\n', (byte)'"', (int)from, first, kernel ?? BytePlaces.KernelBehind(bytesFound));
            while (count > 0 && first[count - 1] >= to)
            {
                count--;
            }

            new Span<int>(first + count, Beyond).Fill((int)to);
            Count = count;
        }

        bytesFound += to - from;
    }
}
