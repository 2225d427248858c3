using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Why502.Logs.Gzip;

/// <summary>The checksum of RFC 1952: CRC-32 with the polynomial 0xEDB88320, bits reflected.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int FoldBytes = 64;

    private static readonly uint[] Table = MakeTable();

    /// <param name="crc">Of the bytes before; 0 in the beginning.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var state = ~crc;
        if (Pclmulqdq.IsSupported && bytes.Length >= 2 * FoldBytes)
        {
            var folded = bytes.Length & ~(FoldBytes - 1);
            state = Fold(state, bytes[..folded]);
            bytes = bytes[folded..];
        }

        return ~ByTable(state, bytes);
    }

    /// <summary>Byte by byte: what all other ways are held to.</summary>
    internal static uint ByTable(uint state, ReadOnlySpan<byte> bytes)
    {
        var table = Table;
        foreach (var value in bytes)
        {
            state = table[(byte)(state ^ value)] ^ (state >> 8);
        }

        return state;
    }

    /// <summary>
    /// Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ" (Intel, 2009): four registers are folded over 64 bytes at a time. What is left are 16 bytes that have the
    /// same remainder as all that went in.
    /// </summary>
    /// <param name="bytes">One or more whole steps of 64.</param>
    private static uint Fold(uint state, ReadOnlySpan<byte> bytes)
    {
        // x^(512+32), x^(512-32), then x^(128+32), x^(128-32) modulo the polynomial, reflected.
        var by512 = Vector128.Create(0x1_5444_2bd4L, 0x1_c6e4_1596L);
        var by128 = Vector128.Create(0x1_7519_97d0L, 0x0_ccaa_009eL);

        var blocks = MemoryMarshal.Cast<byte, Vector128<long>>(bytes);
        var a = blocks[0] ^ Vector128.CreateScalar(state).AsInt64();
        var b = blocks[1];
        var c = blocks[2];
        var d = blocks[3];
        for (blocks = blocks[4..]; blocks.Length >= 4; blocks = blocks[4..])
        {
            a = Over(a, by512) ^ blocks[0];
            b = Over(b, by512) ^ blocks[1];
            c = Over(c, by512) ^ blocks[2];
            d = Over(d, by512) ^ blocks[3];
        }

        b ^= Over(a, by128);
        c ^= Over(b, by128);
        d ^= Over(c, by128);
        return ByTable(0, MemoryMarshal.AsBytes(new ReadOnlySpan<Vector128<long>>(in d)));
    }

    private static Vector128<long> Over(Vector128<long> value, Vector128<long> by)
        => Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint value = 0; value < table.Length; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * Polynomial);
            }

            table[value] = crc;
        }

        return table;
    }
}
