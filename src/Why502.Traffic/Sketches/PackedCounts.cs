namespace Why502.Traffic.Sketches;

/// <summary>The counts of a sketch in as few bytes as they need: for each bucket that has one the distance to the one before and the count, seven bits a byte, the last byte of a number without the high bit.</summary>
internal static class PackedCounts
{
    private const int NumberBytesMax = 10;
    private const int Bits = 7;
    private const int More = 1 << Bits;

    public static byte[] Of(int buckets, Func<int, long> countAt)
    {
        Span<byte> number = stackalloc byte[NumberBytesMax];
        List<byte> packed = [];
        int last = -1;
        for (int i = 0; i < buckets; i++)
        {
            if (countAt(i) is > 0 and long count)
            {
                packed.AddRange(number[..Write(i - last, number)]);
                packed.AddRange(number[..Write(count, number)]);
                last = i;
            }
        }

        return [.. packed];
    }

    public static void Read(ReadOnlySpan<byte> packed, Action<int, long> onCount)
    {
        int index = -1;
        while (!packed.IsEmpty)
        {
            index += (int)Next(ref packed);
            onCount(index, Next(ref packed));
        }
    }

    private static int Write(long value, Span<byte> to)
    {
        int length = 0;
        for (; value >= More; value >>= Bits)
        {
            to[length++] = (byte)(value | More);
        }

        to[length++] = (byte)value;
        return length;
    }

    private static long Next(ref ReadOnlySpan<byte> packed)
    {
        long value = 0;
        for (int shift = 0; ; shift += Bits)
        {
            byte next = packed[0];
            packed = packed[1..];
            value |= (long)(next & (More - 1)) << shift;
            if (next < More)
            {
                return value;
            }
        }
    }
}
