using System.Buffers.Binary;

namespace Why502.Logs.Gzip;

/// <summary>
/// The packed bytes that are there, read as bytes or bit by bit from the lowest. Whoever lacks some says so and comes again when there are more, so nobody waits for bytes while others are
/// good already.
/// </summary>
internal sealed class PackedInput(Stream source)
{
    /// <summary>Bits that are there after <see cref="Refill"/>, unless the bytes end before.</summary>
    public const int RefillBits = 56;

    private const int BufferBytes = 64 * 1024;

    public byte[] Buffer { get; } = new byte[BufferBytes];

    /// <summary>The next byte that is not among the bits.</summary>
    public int At { get; set; }

    public int End { get; private set; }

    /// <summary>The next bits, the first one lowest; none behind <see cref="BitCount"/>.</summary>
    public ulong Bits { get; set; }

    public int BitCount { get; set; }

    public ReadOnlySpan<byte> Bytes => Buffer.AsSpan(At, End - At);

    /// <summary>Waits for more bytes behind those that are there, which are fewer than the buffer holds.</summary>
    /// <returns>False at the end.</returns>
    public bool Fill()
    {
        Bytes.CopyTo(Buffer);
        (At, End) = (0, End - At);
        var count = source.Read(Buffer.AsSpan(End));
        End += count;
        return count > 0;
    }

    /// <summary>As many whole bytes among the bits as there is room for.</summary>
    public void Refill()
    {
        while (BitCount < RefillBits && At < End)
        {
            Bits |= (ulong)Buffer[At++] << BitCount;
            BitCount += 8;
        }
    }

    public void Drop(int count)
    {
        Bits >>= count;
        BitCount -= count;
    }

    /// <summary>Whole bytes among the bits are bytes again.</summary>
    public void Unread()
    {
        At -= BitCount >> 3;
        BitCount &= 7;
        Bits &= (1UL << BitCount) - 1;
    }

    /// <summary>On to the next whole byte.</summary>
    public void Align()
    {
        Unread();
        (Bits, BitCount) = (0, 0);
    }

    /// <summary>Up to 16 bits; false, and nothing taken, when there are fewer.</summary>
    public bool TryTake(int count, out int value)
    {
        Refill();
        value = (int)Bits & ((1 << count) - 1);
        if (BitCount < count)
        {
            return false;
        }

        Drop(count);
        return true;
    }

    /// <summary>Two bytes, the lower first.</summary>
    public static int Word(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
