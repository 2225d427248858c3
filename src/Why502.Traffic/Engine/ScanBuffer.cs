using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>
/// A worker's block of text, and where its rows end. It stays where it is, and 64 bytes at both ends belong to nobody, so that eight bytes can be looked at from any place.
/// 256 KB: a read() loop with this size is faster than a fresh map of the file, and a file that shrinks meanwhile is no signal.
/// </summary>
internal sealed unsafe class ScanBuffer
{
    public const int Bytes = 256 * 1024;
    private const int Pad = 64;
    private const int MaskBytes = 64;

    /// <summary>Numbers behind a row's masks: all bits are set, so that each search ends, and two may be read anywhere.</summary>
    private const int MaskSpare = 2;
    private const int Masks = Bytes / MaskBytes + 1 + MaskSpare;

    /// <summary>Marks of one row that are looked at without asking whether they are there.</summary>
    public const int MarksOfRow = 256;

    private readonly byte[] _text = GC.AllocateArray<byte>(Bytes + 3 * Pad, pinned: true);
    private readonly ulong[] _masks = GC.AllocateArray<ulong>(Masks * 2, pinned: true);
    private readonly int[] _marks = GC.AllocateUninitializedArray<int>(Bytes + BytePlaces.Spare + MarksOfRow, pinned: true);

    public ScanBuffer()
    {
        fixed (byte* first = _text)
        {
            Text = (byte*)(((nuint)first + Pad + Pad - 1) & ~(nuint)(Pad - 1));
        }

        fixed (ulong* first = _masks)
        {
            Quotes = first;
            Blanks = first + Masks;
        }

        fixed (int* first = _marks)
        {
            Marks = first;
        }
    }

    public byte* Text { get; }

    /// <summary>Where newlines stand, and quotes when they were asked for, in order; behind the last one the place of a zero.</summary>
    public int* Marks { get; }

    /// <summary>Behind the last newline: the end of the last whole row.</summary>
    public int RowsEnd { get; private set; }

    /// <summary>One bit for each byte of the row that <see cref="MaskRow"/> was last called for.</summary>
    public ulong* Quotes { get; }

    public ulong* Blanks { get; }

    /// <summary>Bytes that are filled.</summary>
    public int Length { get; set; }

    public ReadOnlySpan<byte> Filled => new(Text, Length);

    public Span<byte> Free => new(Text + Length, Bytes - Length);

    /// <summary>Finds the marks of what is filled.</summary>
    public void Mark(BytePlaces.Kernel kernel, bool withQuotes)
    {
        int steps = (Length + BytePlaces.Step - 1) / BytePlaces.Step;
        int end = steps * BytePlaces.Step;
        new Span<byte>(Text + Length, end - Length + 1).Clear();
        int count = BytePlaces.Find(Text, steps, (byte)'\n', withQuotes ? (byte)'"' : (byte)'\n', 0, Marks, kernel);
        new Span<int>(Marks + count, MarksOfRow).Fill(end);
        RowsEnd = new ReadOnlySpan<byte>(Text, Length).LastIndexOf((byte)'\n') + 1;
    }

    /// <summary>Computes a row's masks. Bits behind its end mean nothing.</summary>
    /// <param name="end">Behind its last byte.</param>
    public void MaskRow(int start, int end)
    {
        int mask = start / MaskBytes;
        for (; mask <= end / MaskBytes; mask++)
        {
            byte* text = Text + mask * MaskBytes;
            Vector256<byte> low = Vector256.Load(text);
            Vector256<byte> high = Vector256.Load(text + 32);
            Quotes[mask] = Bits(low, high, (byte)'"');
            Blanks[mask] = Bits(low, high, (byte)' ');
        }

        (Quotes[mask], Blanks[mask], Quotes[mask + 1], Blanks[mask + 1]) = (ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector256<byte> low, Vector256<byte> high, byte wanted)
        => Vector256.Equals(low, Vector256.Create(wanted)).ExtractMostSignificantBits() | ((ulong)Vector256.Equals(high, Vector256.Create(wanted)).ExtractMostSignificantBits() << 32);

    /// <summary>A mask's 64 bits from any place on: most of what is looked for is so near that no loop is needed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Window(ulong* mask, int at)
    {
        mask += at >> 6;
        return (mask[0] >> at) | (mask[1] << 1 << ~at);
    }

    /// <summary>The blanks among 64 bytes from anywhere on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong BlanksAt(byte* text) => Bits(Vector256.Load(text), Vector256.Load(text + 32), (byte)' ');

    /// <summary>Drops what is read, and moves the rest to the front.</summary>
    public void Drop(int count)
    {
        new ReadOnlySpan<byte>(Text + count, Length - count).CopyTo(new Span<byte>(Text, Length - count));
        Length -= count;
    }
}
