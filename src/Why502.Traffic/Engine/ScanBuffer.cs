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

    private readonly byte[] _text = GC.AllocateArray<byte>(Bytes + 3 * Pad, pinned: true);
    private readonly ulong[] _masks = GC.AllocateArray<ulong>((Masks + 1) * 3, pinned: true);

    public ScanBuffer()
    {
        fixed (byte* first = _text)
        {
            Text = (byte*)(((nuint)first + Pad + Pad - 1) & ~(nuint)(Pad - 1));
        }

        fixed (ulong* first = _masks)
        {
            Newlines = first;
            Quotes = first + Masks + 1;
            Blanks = first + (Masks + 1) * 2;
        }
    }

    public byte* Text { get; }

    public ulong* Newlines { get; }

    public ulong* Quotes { get; }

    public ulong* Blanks { get; }

    /// <summary>Bytes that are filled.</summary>
    public int Length { get; set; }

    public Span<byte> Free => new(Text + Length, Bytes - Length);

    /// <summary>Computes the masks of what is filled; behind it every bit is set, so that each search ends.</summary>
    public void Mask(LineMasks.Kernel kernel)
    {
        int steps = (Length + LineMasks.Step - 1) / LineMasks.Step;
        new Span<byte>(Text + Length, steps * LineMasks.Step - Length).Clear();
        LineMasks.Find(new ReadOnlySpan<byte>(Text, steps * LineMasks.Step), new Span<ulong>(Newlines, steps), new Span<ulong>(Quotes, steps), new Span<ulong>(Blanks, steps), kernel);
        Newlines[steps] = ulong.MaxValue;
        Quotes[steps] = ulong.MaxValue;
        Blanks[steps] = ulong.MaxValue;
    }

    /// <summary>Drops what is read, and moves the rest to the front.</summary>
    public void Drop(int count)
    {
        new ReadOnlySpan<byte>(Text + count, Length - count).CopyTo(new Span<byte>(Text, Length - count));
        Length -= count;
    }
}
