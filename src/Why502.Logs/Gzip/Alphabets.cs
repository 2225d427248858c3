namespace Why502.Logs.Gzip;

/// <summary>What the symbols of a block mean (RFC 1951, 3.2.5 to 3.2.7), as entries without their code.</summary>
internal static class Alphabets
{
    public const int EndOfBlock = 256;

    /// <summary>Literals and lengths that a block may give codes to.</summary>
    public const int LiteralsMax = 286;

    /// <summary>Distances that a block may give codes to.</summary>
    public const int DistancesMax = 30;

    private const int FirstLength = 257;

    /// <summary>0 to 255 literals, 256 the end of the block, then lengths. The last two have codes, and no meaning.</summary>
    public static uint[] Literals { get; } = MakeLiterals();

    /// <summary>The last two have codes, and no meaning.</summary>
    public static uint[] Distances { get; } = MakeDistances();

    /// <summary>Code lengths and their repetitions: the symbol itself.</summary>
    public static uint[] CodeLengths { get; } = [.. Enumerable.Range(0, 19).Select(symbol => Entry.Of(symbol, 0))];

    /// <summary>The order in which the lengths of the code lengths' codes stand.</summary>
    public static ReadOnlySpan<byte> CodeLengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>The lengths of a fixed block's codes, literals first.</summary>
    public static byte[] FixedLengths { get; } =
    [
        .. Enumerable.Repeat((byte)8, 144), .. Enumerable.Repeat((byte)9, 112), .. Enumerable.Repeat((byte)7, 24), .. Enumerable.Repeat((byte)8, 8),
        .. Enumerable.Repeat((byte)5, 32),
    ];

    private static uint[] MakeLiterals()
    {
        var symbols = new uint[288];
        symbols.AsSpan().Fill(Entry.Invalid);
        for (var value = 0; value < EndOfBlock; value++)
        {
            symbols[value] = Entry.OfLiteral(value);
        }

        symbols[EndOfBlock] = Entry.EndOfBlock;

        // Eight lengths of their own, then four for each number of extra bits; the longest has a symbol of its own.
        var from = 3;
        for (var index = 0; index < 28; index++)
        {
            var extra = Math.Max(0, (index / 4) - 1);
            symbols[FirstLength + index] = Entry.Of(from, extra);
            from += 1 << extra;
        }

        symbols[LiteralsMax - 1] = Entry.Of(258, 0);
        return symbols;
    }

    private static uint[] MakeDistances()
    {
        var symbols = new uint[32];
        symbols.AsSpan().Fill(Entry.Invalid);

        // Four distances of their own, then two for each number of extra bits.
        var from = 1;
        for (var index = 0; index < DistancesMax; index++)
        {
            var extra = Math.Max(0, (index / 2) - 1);
            symbols[index] = Entry.Of(from, extra);
            from += 1 << extra;
        }

        return symbols;
    }
}
