using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Why502.Logs;

/// <summary>A 128-bit hash of parts, each with its length, so that groups are found without building strings. Not for secrets; two different groups meet by chance only.</summary>
internal struct Fingerprint : IEquatable<Fingerprint>
{
    private ulong _a;
    private ulong _b;

    public static Fingerprint New() => new() { _a = 0x9E3779B97F4A7C15, _b = 0xD6E8FEB86659FD93 };

    public void Add(ReadOnlySpan<byte> part)
    {
        AddNumber((ulong)part.Length + 1);
        ref byte start = ref MemoryMarshal.GetReference(part);
        int at = 0;
        for (; at + 8 <= part.Length; at += 8)
        {
            AddNumber(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, at)));
        }

        if (at < part.Length)
        {
            ulong rest = 0;
            for (int shift = 0; at < part.Length; at++, shift += 8)
            {
                rest |= (ulong)part[at] << shift;
            }

            AddNumber(rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddNumber(ulong value)
    {
        _a = Mix(_a ^ value, 0xA0761D6478BD642F);
        _b = Mix(_b ^ value, 0xE7037ED1A0B428DB) + 0x589965CC75374CC3;
    }

    /// <summary>A number for one part alone, for fingerprints that are put together from parts.</summary>
    public static ulong Of(ReadOnlySpan<byte> part)
    {
        Fingerprint print = New();
        print.Add(part);
        return print._a ^ BitOperationsRotate(print._b);
    }

    public readonly UInt128 Value => new(_a, _b);

    /// <summary>The two halves. What has a 128-bit number in its signature is not compiled ahead.</summary>
    public readonly ulong Upper => _a;

    /// <inheritdoc cref="Upper"/>
    public readonly ulong Lower => _b;

    public static bool operator ==(in Fingerprint one, in Fingerprint other) => ((one._a ^ other._a) | (one._b ^ other._b)) == 0;

    public static bool operator !=(in Fingerprint one, in Fingerprint other) => !(one == other);

    public readonly bool Equals(Fingerprint other) => this == other;

    public override readonly bool Equals(object? obj) => obj is Fingerprint other && this == other;

    public override readonly int GetHashCode() => (int)_b;

    private static ulong Mix(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x | 1, y, out ulong low);
        return high ^ low ^ BitOperationsRotate(x);
    }

    private static ulong BitOperationsRotate(ulong x) => System.Numerics.BitOperations.RotateLeft(x, 29);
}
