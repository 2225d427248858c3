using System.Numerics;

namespace Why502.Logs.Gzip;

/// <summary>
/// A canonical code (RFC 1951, 3.2.2) as a table over the next bits. Codes longer than the table's bits go on in sub-tables behind it.
/// </summary>
internal sealed class CodeTable
{
    public const int CodeBitsMax = 15;

    private readonly int tableBits;
    private readonly uint[] symbols;
    private readonly ushort[] sorted;

    /// <param name="tableBits">Bits that choose in the main table.</param>
    /// <param name="symbols">Each symbol's entry without its code.</param>
    public CodeTable(int tableBits, uint[] symbols)
    {
        (this.tableBits, this.symbols) = (tableBits, symbols);
        sorted = new ushort[symbols.Length];

        // A sub-table over n bits has n + 1 symbols or more, or it would be over fewer.
        var subBitsMax = CodeBitsMax - tableBits;
        Entries = new uint[(1 << tableBits) + (subBitsMax <= 0 ? 0 : (symbols.Length << subBitsMax) / (subBitsMax + 1))];
    }

    /// <summary>By the next bits, as many as the table has.</summary>
    public uint[] Entries { get; }

    /// <param name="lengths">Bits of each symbol's code, 0 for none.</param>
    /// <param name="mayBeIncomplete">Whether it may be one code of one bit, or none at all, as zlib takes it.</param>
    /// <returns>False when no code has these lengths.</returns>
    public bool TryBuild(ReadOnlySpan<byte> lengths, bool mayBeIncomplete)
    {
        Span<int> counts = stackalloc int[CodeBitsMax + 1];
        counts.Clear();
        foreach (var length in lengths)
        {
            counts[length]++;
        }

        var codes = lengths.Length - counts[0];
        counts[0] = 0;
        var space = 0;
        for (var length = 1; length <= CodeBitsMax; length++)
        {
            space = (space << 1) + counts[length];
        }

        Sort(lengths, counts);
        if (space == 1 << CodeBitsMax)
        {
            FillComplete(counts);
            return true;
        }

        if (!mayBeIncomplete || codes > 1 || counts[1] != codes)
        {
            return false;
        }

        FillIncomplete(codes);
        return true;
    }

    private void Sort(ReadOnlySpan<byte> lengths, ReadOnlySpan<int> counts)
    {
        Span<int> places = stackalloc int[CodeBitsMax + 1];
        places[0] = 0;
        for (var length = 1; length <= CodeBitsMax; length++)
        {
            places[length] = places[length - 1] + counts[length - 1];
        }

        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            if (lengths[symbol] != 0)
            {
                sorted[places[lengths[symbol]]++] = (ushort)symbol;
            }
        }
    }

    private void FillIncomplete(int codes)
    {
        var main = Entries.AsSpan(0, 1 << tableBits);
        main.Fill(Entry.WithCode(Entry.Invalid, 1));
        for (var i = 0; codes > 0 && i < main.Length; i += 2)
        {
            main[i] = Entry.WithCode(symbols[sorted[0]], 1);
        }
    }

    /// <summary>
    /// Codes are read from their highest bit, so the table goes by codes turned around. It grows with the codes' length: a table over one bit more is the one before, twice.
    /// </summary>
    private void FillComplete(Span<int> counts)
    {
        var next = 0;
        var code = 0;
        var length = 1;
        while (counts[length] == 0)
        {
            length++;
        }

        var size = 1 << length;
        for (; length <= tableBits; length++)
        {
            for (var left = counts[length]; left > 0; left--)
            {
                Entries[code] = Entry.WithCode(symbols[sorted[next++]], length);
                code = Next(code, length);
            }

            if (length < tableBits)
            {
                Array.Copy(Entries, 0, Entries, size, size);
                size <<= 1;
            }
        }

        FillSubTables(counts, code, next, Math.Max(length, tableBits + 1));
    }

    private void FillSubTables(Span<int> counts, int code, int next, int length)
    {
        var mainMask = (1 << tableBits) - 1;
        var (prefix, start, end) = (-1, 0, 1 << tableBits);
        for (; length <= CodeBitsMax; length++)
        {
            for (; counts[length] > 0; counts[length]--)
            {
                if ((code & mainMask) != prefix)
                {
                    (prefix, start) = (code & mainMask, end);
                    var bits = SubTableBits(counts, length);
                    end = start + (1 << bits);
                    Entries[prefix] = Entry.SubTable | ((uint)start << Entry.ValueShift) | ((uint)bits << Entry.CodeShift) | (uint)tableBits;
                }

                var entry = Entry.WithCode(symbols[sorted[next++]], length - tableBits);
                for (var i = start + (code >> tableBits); i < end; i += 1 << (length - tableBits))
                {
                    Entries[i] = entry;
                }

                code = Next(code, length);
            }
        }
    }

    /// <summary>How many bits the sub-table needs whose first code has this length: until its codes fill it.</summary>
    private int SubTableBits(ReadOnlySpan<int> counts, int length)
    {
        var bits = length - tableBits;
        for (var used = counts[length]; used < 1 << bits; used = (used << 1) + counts[tableBits + bits])
        {
            bits++;
        }

        return bits;
    }

    /// <summary>The next code of a length, both turned around: an addition whose carry goes down. Behind the last one it stays.</summary>
    private static int Next(int code, int length)
    {
        var zeros = code ^ ((1 << length) - 1);
        if (zeros == 0)
        {
            return code;
        }

        var bit = 1 << BitOperations.Log2((uint)zeros);
        return (code & (bit - 1)) | bit;
    }
}
