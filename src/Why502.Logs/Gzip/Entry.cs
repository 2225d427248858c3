namespace Why502.Logs.Gzip;

/// <summary>
/// What the next bits mean, in 32 bits, as in Eric Biggers' libdeflate. Lowest byte: how many bits it takes, extra bits included. Next five bits: of a length or a distance those of its code
/// alone (the extra bits begin there), of a sub-table the bits that choose in it, of literals how many. Upper half: the base of a length or a distance, where a sub-table begins, or one literal and
/// above it the second.
/// </summary>
internal static class Entry
{
    public const uint BitsMask = 0xff;
    public const int CodeShift = 8;
    public const uint CodeMask = 0x1f;
    public const uint LiteralsMask = 3;
    public const int ValueShift = 16;

    /// <summary>One literal, or two.</summary>
    public const uint Literal = 1 << 13;

    /// <summary>Anything but literals, lengths and distances.</summary>
    public const uint Special = 1 << 14;

    public const uint SubTable = Special | (1 << 15);
    public const uint EndOfBlock = Special | (1u << ValueShift);

    /// <summary>Bits that no symbol has.</summary>
    public const uint Invalid = Special;

    /// <summary>A symbol's entry without its code.</summary>
    public static uint OfLiteral(int value) => ((uint)value << ValueShift) | Literal | (1 << CodeShift);

    /// <summary>A length's or a distance's entry without its code.</summary>
    public static uint Of(int value, int extraBits) => ((uint)value << ValueShift) | (uint)extraBits;

    /// <param name="symbol">An entry without its code.</param>
    /// <param name="codeBits">Bits of its code, or of what is left of it in a sub-table.</param>
    public static uint WithCode(uint symbol, int codeBits)
        => (symbol & Literal) != 0 ? symbol + (uint)codeBits
            : (symbol & Special) != 0 ? symbol | (uint)codeBits
            : symbol + (uint)(codeBits | (codeBits << CodeShift));
}
