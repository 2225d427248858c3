using System.Runtime.CompilerServices;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>
/// A worker's block of text with its masks. It stays where it is, and 64 bytes at both ends belong to nobody, so that eight bytes can be looked at from any place.
/// 256 KB: a read() loop with this size is faster than a fresh map of the file, and a file that shrinks meanwhile is no signal.
/// </summary>
internal sealed unsafe class ScanBuffer
{
    public const int Bytes = 256 * 1024;
    private const int Pad = 64;
    private const int Masks = Bytes / LineMasks.Step;

    /// <summary>Numbers behind the masks: one full of bits that ends each search, and one so that two may be read anywhere.</summary>
    private const int MaskSpare = 2;

    private readonly byte[] _text = GC.AllocateArray<byte>(Bytes + 3 * Pad, pinned: true);
    private readonly ulong[] _masks = GC.AllocateArray<ulong>((Masks + MaskSpare) * 3, pinned: true);
    private readonly int[] _places = GC.AllocateUninitializedArray<int>((Bytes + LineMasks.PlacesSpare + QuotesOfRow) * 2, pinned: true);

    /// <summary>Quotes of one row that are looked at without asking whether they are there.</summary>
    public const int QuotesOfRow = 8;

    public ScanBuffer()
    {
        fixed (byte* first = _text)
        {
            Text = (byte*)(((nuint)first + Pad + Pad - 1) & ~(nuint)(Pad - 1));
        }

        fixed (ulong* first = _masks)
        {
            Newlines = first;
            Quotes = first + Masks + MaskSpare;
            Blanks = first + (Masks + MaskSpare) * 2;
        }

        fixed (int* first = _places)
        {
            RowEnds = first;
            QuotePlaces = first + Bytes + LineMasks.PlacesSpare + QuotesOfRow;
        }
    }

    public byte* Text { get; }

    public ulong* Newlines { get; }

    public ulong* Quotes { get; }

    public ulong* Blanks { get; }

    /// <summary>Where the newlines stand, in order; <see cref="int.MaxValue"/> behind the last.</summary>
    public int* RowEnds { get; }

    /// <summary>The last newline, or -1.</summary>
    public int LastRowEnd { get; private set; }

    /// <summary>Where the quotes stand, as <see cref="RowEnds"/>; only when they were asked for.</summary>
    public int* QuotePlaces { get; }

    /// <summary>Bytes that are filled.</summary>
    public int Length { get; set; }

    public Span<byte> Free => new(Text + Length, Bytes - Length);

    /// <summary>Computes the masks of what is filled, and the places; behind it every bit is set, so that each search ends.</summary>
    public void Mask(LineMasks.Kernel kernel, bool quotePlaces)
    {
        int steps = (Length + LineMasks.Step - 1) / LineMasks.Step;
        new Span<byte>(Text + Length, steps * LineMasks.Step - Length).Clear();
        LineMasks.Find(new ReadOnlySpan<byte>(Text, steps * LineMasks.Step), new Span<ulong>(Newlines, steps), new Span<ulong>(Quotes, steps), new Span<ulong>(Blanks, steps), kernel);
        int rows = Places(kernel, (byte)'\n', Newlines, steps, RowEnds);
        RowEnds[rows] = int.MaxValue;
        LastRowEnd = rows == 0 ? -1 : RowEnds[rows - 1];
        new Span<int>(QuotePlaces + (quotePlaces ? Places(kernel, (byte)'"', Quotes, steps, QuotePlaces) : 0), QuotesOfRow).Fill(int.MaxValue);

        Newlines[steps] = ulong.MaxValue;
        Quotes[steps] = ulong.MaxValue;
        Blanks[steps] = ulong.MaxValue;
    }

    private int Places(LineMasks.Kernel kernel, byte wanted, ulong* mask, int steps, int* to)
        => kernel == LineMasks.Kernel.Vector512 && LineMasks.HasPlacesOf ? LineMasks.PlacesOf(wanted, Text, steps, to) : LineMasks.Places(mask, steps, to);

    /// <summary>A mask's 64 bits from any place on: most of what is looked for is so near that no loop is needed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Window(ulong* mask, int at)
    {
        mask += at >> 6;
        return (mask[0] >> at) | (mask[1] << 1 << ~at);
    }

    /// <summary>Drops what is read, and moves the rest to the front.</summary>
    public void Drop(int count)
    {
        new ReadOnlySpan<byte>(Text + count, Length - count).CopyTo(new Span<byte>(Text, Length - count));
        Length -= count;
    }
}
