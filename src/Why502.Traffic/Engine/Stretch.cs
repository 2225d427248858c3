namespace Why502.Traffic.Engine;

/// <summary>A malformed row, with its number within the stretch.</summary>
internal sealed record OddRow(long Line, byte[] Text);

/// <summary>What one stretch of a log adds that has an order: frequent values, the number of lines, the first malformed rows.</summary>
internal sealed class Stretch
{
    public const int OddRowsMax = 8;

    /// <summary>What is kept of a malformed row.</summary>
    public const int OddBytesMax = 512;

    /// <summary>Null until <see cref="HoldHeavy"/>: not every scan asks for them, and they are megabytes.</summary>
    public HeavyTables? Heavy { get; private set; }

    public HeavyTables HoldHeavy() => Heavy ??= new HeavyTables();

    public long Lines { get; set; }

    public List<OddRow> Odd { get; } = [];

    public void Note(ReadOnlySpan<byte> line)
    {
        if (Odd.Count < OddRowsMax)
        {
            Odd.Add(new OddRow(Lines, line[..Math.Min(line.Length, OddBytesMax)].ToArray()));
        }
    }

    public void Append(Stretch next)
    {
        foreach (OddRow row in next.Odd.Take(OddRowsMax - Odd.Count))
        {
            Odd.Add(row with { Line = row.Line + Lines });
        }

        Lines += next.Lines;
        if (next.Heavy is { } heavy)
        {
            HoldHeavy().Merge(heavy);
        }
    }

    public void Clear()
    {
        Heavy?.Clear();
        Lines = 0;
        Odd.Clear();
    }
}
