using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Why502.Traffic.Engine;

/// <summary>Up to 64 bytes of known text with digits at known places, compared at once.</summary>
internal readonly unsafe struct FixedBytes
{
    public const int Most = 2 * 32;

    private readonly Vector256<byte> _first;
    private readonly Vector256<byte> _second;

    /// <summary>How far a byte may be from the one expected: 0 in a literal, 9 from a digit zero, 255 where nothing is expected.</summary>
    private readonly Vector256<byte> _firstSpread;
    private readonly Vector256<byte> _secondSpread;

    /// <param name="form">A zero for each digit.</param>
    /// <param name="isDigit">Which bytes are digits.</param>
    /// <param name="atEnd">The text ends where the 64 bytes do, else it begins with them.</param>
    public FixedBytes(ReadOnlySpan<byte> form, ReadOnlySpan<bool> isDigit, bool atEnd)
    {
        Span<byte> text = stackalloc byte[Most];
        Span<byte> spread = stackalloc byte[Most];
        text.Clear();
        spread.Fill(byte.MaxValue);
        int from = atEnd ? Most - form.Length : 0;
        for (int i = 0; i < form.Length; i++)
        {
            text[from + i] = form[i];
            spread[from + i] = (byte)(isDigit[i] ? 9 : 0);
        }

        (_first, _second) = (Vector256.Create<byte>(text), Vector256.Create<byte>(text[32..]));
        (_firstSpread, _secondSpread) = (Vector256.Create<byte>(spread), Vector256.Create<byte>(spread[32..]));
        Length = form.Length;
    }

    public int Length { get; }

    /// <summary>Whether the 64 bytes here are as expected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAt(byte* text) => Differ(text) == Vector256<byte>.Zero;

    /// <summary>Whether these bytes and those of another are as expected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAt(byte* text, in FixedBytes other, byte* otherText) => (Differ(text) | other.Differ(otherText)) == Vector256<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<byte> Differ(byte* text) => Beyond(Vector256.Load(text) ^ _first, _firstSpread) | Beyond(Vector256.Load(text + 32) ^ _second, _secondSpread);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Beyond(Vector256<byte> distance, Vector256<byte> spread) => Vector256.SubtractSaturate(distance, spread);
}
