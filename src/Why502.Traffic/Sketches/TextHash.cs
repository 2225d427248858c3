using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Why502.Traffic.Sketches;

/// <summary>
/// 64 well mixed bits of a short text: multiply and fold, sixteen bytes at a time, as in wyhash. The same text has the same hash on every machine and in every run,
/// so that sketches from many hosts merge.
/// </summary>
internal static class TextHash
{
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> text)
    {
        ref byte start = ref MemoryMarshal.GetReference(text);
        int length = text.Length;
        ulong a;
        ulong b;
        ulong seed = First ^ (ulong)length;
        if (length >= 8)
        {
            int at = 0;
            while (length - at > 16)
            {
                seed = Fold(Read(ref start, at) ^ Second, Read(ref start, at + 8) ^ seed);
                at += 16;
            }

            a = Read(ref start, length >= 16 ? length - 16 : 0);
            b = Read(ref start, length - 8);
        }
        else if (length >= 4)
        {
            a = Unsafe.ReadUnaligned<uint>(ref start);
            b = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, length - 4));
            (a, b) = BitConverter.IsLittleEndian ? (a, b) : (BinaryPrimitives.ReverseEndianness((uint)a), BinaryPrimitives.ReverseEndianness((uint)b));
        }
        else if (length > 0)
        {
            a = start;
            b = ((ulong)Unsafe.Add(ref start, length >> 1) << 8) | Unsafe.Add(ref start, length - 1);
        }
        else
        {
            (a, b) = (0, 0);
        }

        return Fold(Second ^ (ulong)length, Fold(a ^ Second, b ^ seed));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read(ref byte start, int at)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, at));
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
