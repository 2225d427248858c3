using Why502.Logs.Gzip;

namespace Why502.Tests.Logs.Gzip;

/// <summary>Writes blocks that no packer would: any code, matches at any distance. Knows the text that they stand for.</summary>
internal sealed class DeflateWriter(Random random)
{
    private readonly List<byte> packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    private readonly List<byte> text = [];
    private int bits;
    private int bitCount;

    public byte[] Text => [.. text];

    /// <summary>The archive: the blocks and the trailer behind them.</summary>
    public byte[] Finish()
    {
        Align();
        packed.AddRange(BitConverter.GetBytes(Crc32.Append(0, Text)));
        packed.AddRange(BitConverter.GetBytes(text.Count));
        return [.. packed];
    }

    public void Block(bool isLast, int symbols)
    {
        Write(isLast ? 1 : 0, 1);
        switch (random.Next(5))
        {
            case 0:
                Stored(random.Next(symbols));
                break;
            case 1:
                Write(1, 2);
                Coded(Alphabets.FixedLengths[..286], Alphabets.FixedLengths[288..318], symbols, allLiterals: [.. Alphabets.FixedLengths[..288]]);
                break;
            default:
                Write(2, 2);
                Dynamic(symbols);
                break;
        }
    }

    private void Stored(int count)
    {
        Write(0, 2);
        Align();
        packed.AddRange([(byte)count, (byte)(count >> 8), (byte)~count, (byte)(~count >> 8)]);
        for (int i = 0; i < count; i++)
        {
            packed.Add((byte)random.Next(256));
            text.Add(packed[^1]);
        }
    }

    private void Dynamic(int symbols)
    {
        byte[] literals = RandomCode(286, random.Next(1, 286), 256);
        byte[] distances = random.Next(6) switch
        {
            0 => new byte[1],
            1 => [0, 0, 0, 1],
            _ => RandomCode(30, random.Next(2, 30), null),
        };
        Write(286 - 257, 5);
        Write(distances.Length - 1, 5);
        Write(15, 4);

        // The lengths' own code: 16 symbols of four bits, 0 to 15, no repetitions.
        foreach (byte symbol in (byte[])[16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])
        {
            Write(symbol < 16 ? 4 : 0, 3);
        }

        foreach (byte length in (byte[])[.. literals, .. distances])
        {
            WriteCode(length, 4);
        }

        Coded(literals, distances, symbols, literals);
    }

    private void Coded(byte[] literals, byte[] distances, int symbols, byte[] allLiterals)
    {
        int[] literalCodes = Codes(allLiterals), distanceCodes = Codes(distances);
        int[] usable = [.. Enumerable.Range(0, literals.Length).Where(symbol => literals[symbol] > 0 && symbol != 256)];
        for (int i = 0; i < symbols && usable.Length > 0; i++)
        {
            int symbol = usable[random.Next(usable.Length)];
            if (symbol < 256)
            {
                WriteCode(literalCodes[symbol], literals[symbol]);
                text.Add((byte)symbol);
                continue;
            }

            int[] reachable = [.. Enumerable.Range(0, distances.Length).Where(d => distances[d] > 0 && Base(d, 1, 2).From <= text.Count)];
            if (reachable.Length == 0)
            {
                continue;
            }

            WriteCode(literalCodes[symbol], literals[symbol]);
            var (lengthFrom, lengthExtra) = symbol == 285 ? (258, 0) : Base(symbol - 257, 3, 4);
            int extra = random.Next(1 << lengthExtra);
            Write(extra, lengthExtra);
            int distanceSymbol = reachable[random.Next(reachable.Length)];
            var (distanceFrom, distanceExtra) = Base(distanceSymbol, 1, 2);
            int distanceMore = random.Next(Math.Min(1 << distanceExtra, text.Count - distanceFrom + 1));
            WriteCode(distanceCodes[distanceSymbol], distances[distanceSymbol]);
            Write(distanceMore, distanceExtra);
            for (int left = lengthFrom + extra; left > 0; left--)
            {
                text.Add(text[^(distanceFrom + distanceMore)]);
            }
        }

        WriteCode(literalCodes[256], literals[256]);
    }

    /// <summary>RFC 1951, 3.2.5: where a symbol's values begin, and how many extra bits follow.</summary>
    private static (int From, int Extra) Base(int index, int first, int perExtra)
    {
        int from = first;
        for (int i = 0; i < index; i++)
        {
            from += 1 << Math.Max(0, (i / perExtra) - 1);
        }

        return (from, Math.Max(0, (index / perExtra) - 1));
    }

    /// <summary>Leaves are divided until there are enough, none deeper than 15.</summary>
    private byte[] RandomCode(int symbols, int leaves, int? always)
    {
        List<byte> depths = [1, 1];
        bool prefersDeep = random.Next(2) == 0;
        while (depths.Count < Math.Max(2, leaves))
        {
            int at = prefersDeep && random.Next(4) > 0 ? depths.IndexOf(depths.Where(depth => depth < 15).Max()) : random.Next(depths.Count);
            if (depths[at] < 15)
            {
                depths[at]++;
                depths.Add(depths[at]);
            }
        }

        byte[] depthOf = [.. depths];
        random.Shuffle(depthOf);
        int[] chosen = [.. Enumerable.Range(0, symbols)];
        random.Shuffle(chosen);
        byte[] lengths = new byte[symbols];
        for (int i = 0; i < depthOf.Length; i++)
        {
            lengths[chosen[i]] = depthOf[i];
        }

        if (always is { } symbol && lengths[symbol] == 0)
        {
            (lengths[symbol], lengths[chosen[0]]) = (lengths[chosen[0]], 0);
        }

        return lengths;
    }

    private static int[] Codes(byte[] lengths)
    {
        int[] codes = new int[lengths.Length];
        int code = 0;
        for (int length = 1; length <= 15; length++)
        {
            code <<= 1;
            for (int symbol = 0; symbol < lengths.Length; symbol++)
            {
                if (lengths[symbol] == length)
                {
                    codes[symbol] = code++;
                }
            }
        }

        return codes;
    }

    private void WriteCode(int code, int length)
    {
        for (int bit = length - 1; bit >= 0; bit--)
        {
            Write((code >> bit) & 1, 1);
        }
    }

    private void Write(int value, int count)
    {
        bits |= value << bitCount;
        bitCount += count;
        for (; bitCount >= 8; bitCount -= 8, bits >>= 8)
        {
            packed.Add((byte)bits);
        }
    }

    private void Align() => Write(0, -bitCount & 7);
}
