namespace Why502.Logs.Gzip;

/// <summary>The two codes of a compressed block: literals with lengths, and distances.</summary>
internal sealed class BlockCodes
{
    /// <summary>Most codes of text are shorter, and two literals often fit. Larger tables cost more to make, for every block, than they save.</summary>
    public const int LiteralTableBits = 10;

    public const int DistanceTableBits = 9;

    private const int CodeLengthTableBits = 7;
    private const int FixedLiterals = 288;

    private readonly CodeTable literals = new(LiteralTableBits, Alphabets.Literals);
    private readonly CodeTable distances = new(DistanceTableBits, Alphabets.Distances);
    private readonly CodeTable codeLengths = new(CodeLengthTableBits, Alphabets.CodeLengths);
    private readonly byte[] lengths = new byte[FixedLiterals + 32];
    private bool areFixed;

    /// <summary>By the next <see cref="LiteralTableBits"/>.</summary>
    public uint[] Literals => literals.Entries;

    /// <summary>By the next <see cref="DistanceTableBits"/>.</summary>
    public uint[] Distances => distances.Entries;

    /// <summary>Bits of one literal's code.</summary>
    public int BitsOf(byte literal) => lengths[literal];

    /// <summary>RFC 1951, 3.2.6.</summary>
    public void SetFixed()
    {
        if (!areFixed)
        {
            Alphabets.FixedLengths.CopyTo(lengths, 0);
            areFixed = Build(lengths, FixedLiterals);
        }
    }

    /// <summary>RFC 1951, 3.2.7. What is refused is what zlib refuses.</summary>
    public Pause ReadDynamic(PackedInput input)
    {
        var (at, bits, bitCount) = (input.At, input.Bits, input.BitCount);
        var pause = ReadLengths(input, out var literalCount, out var distanceCount);
        if (pause == Pause.NeedsInput)
        {
            (input.At, input.Bits, input.BitCount) = (at, bits, bitCount);
        }

        if (pause != Pause.None)
        {
            return pause;
        }

        areFixed = false;
        return lengths[Alphabets.EndOfBlock] != 0 && Build(lengths.AsSpan(0, literalCount + distanceCount), literalCount) ? Pause.None : Pause.Damaged;
    }

    private bool Build(ReadOnlySpan<byte> lengths, int literalCount)
    {
        if (!literals.TryBuild(lengths[..literalCount], mayBeIncomplete: true) || !distances.TryBuild(lengths[literalCount..], mayBeIncomplete: true))
        {
            return false;
        }

        LiteralPairs.Join(literals.Entries.AsSpan(0, 1 << LiteralTableBits), LiteralTableBits);
        return true;
    }

    private Pause ReadLengths(PackedInput input, out int literalCount, out int distanceCount)
    {
        (literalCount, distanceCount) = (0, 0);
        if (!input.TryTake(14, out var counts))
        {
            return Pause.NeedsInput;
        }

        literalCount = 257 + (counts & 31);
        distanceCount = 1 + ((counts >> 5) & 31);
        if (literalCount > Alphabets.LiteralsMax || distanceCount > Alphabets.DistancesMax)
        {
            return Pause.Damaged;
        }

        var order = Alphabets.CodeLengthOrder;
        Span<byte> own = stackalloc byte[order.Length];
        own.Clear();
        for (var i = 0; i < 4 + (counts >> 10); i++)
        {
            if (!input.TryTake(3, out var length))
            {
                return Pause.NeedsInput;
            }

            own[order[i]] = (byte)length;
        }

        return codeLengths.TryBuild(own, mayBeIncomplete: false) ? ReadLengths(input, lengths.AsSpan(0, literalCount + distanceCount)) : Pause.Damaged;
    }

    /// <summary>Literals' and distances' lengths are one sequence: a repetition may go on from the ones to the others.</summary>
    private Pause ReadLengths(PackedInput input, Span<byte> lengths)
    {
        for (var next = 0; next < lengths.Length;)
        {
            input.Refill();
            var entry = codeLengths.Entries[(int)input.Bits & ((1 << CodeLengthTableBits) - 1)];
            var codeBits = (int)(entry & Entry.BitsMask);
            var symbol = (int)(entry >> Entry.ValueShift);
            var (extraBits, least) = symbol switch { 16 => (2, 3), 17 => (3, 3), 18 => (7, 11), _ => (0, 1) };
            if (input.BitCount < codeBits + extraBits)
            {
                return Pause.NeedsInput;
            }

            input.Drop(codeBits);
            var count = least + ((int)input.Bits & ((1 << extraBits) - 1));
            input.Drop(extraBits);
            if (count > lengths.Length - next || (symbol == 16 && next == 0))
            {
                return Pause.Damaged;
            }

            lengths.Slice(next, count).Fill(symbol < 16 ? (byte)symbol : symbol == 16 ? lengths[next - 1] : (byte)0);
            next += count;
        }

        return Pause.None;
    }
}
