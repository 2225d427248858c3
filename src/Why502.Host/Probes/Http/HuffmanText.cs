namespace Why502.Host.Probes;

/// <summary>Text in HPACK's Huffman code (RFC 7541 §5.2 and Appendix B). The code is canonical, so its lengths are all of it.</summary>
internal static class HuffmanText
{
    private const int EndOfString = 256;

    /// <summary>Bits of each symbol's code; the last is the end of the string.</summary>
    private static readonly byte[] Lengths =
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    private static readonly Dictionary<(int Bits, uint Code), int> Symbols = Codes();

    /// <returns>Null when it is no such text.</returns>
    public static string? Read(ReadOnlySpan<byte> bytes)
    {
        var text = new System.Text.StringBuilder();
        var (code, bits) = (0u, 0);
        foreach (var octet in bytes)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                (code, bits) = ((code << 1) | (uint)((octet >> bit) & 1), bits + 1);
                if (!Symbols.TryGetValue((bits, code), out var symbol))
                {
                    if (bits >= 30)
                    {
                        return null;
                    }

                    continue;
                }

                if (symbol == EndOfString)
                {
                    return null;
                }

                text.Append((char)symbol);
                (code, bits) = (0, 0);
            }
        }

        // What is left over is padding: ones, fewer than eight.
        return bits < 8 && code == (1u << bits) - 1 ? text.ToString() : null;
    }

    private static Dictionary<(int Bits, uint Code), int> Codes()
    {
        var codes = new Dictionary<(int, uint), int>();
        var (code, bits) = (0u, 0);
        foreach (var symbol in Enumerable.Range(0, Lengths.Length).OrderBy(symbol => Lengths[symbol]))
        {
            code = codes.Count == 0 ? 0 : (code + 1) << (Lengths[symbol] - bits);
            bits = Lengths[symbol];
            codes[(bits, code)] = symbol;
        }

        return codes;
    }
}
