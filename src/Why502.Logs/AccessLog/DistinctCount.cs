namespace Why502.Logs;

/// <summary>
/// How many different values were seen, in bounded room: the smallest hashes are kept, exact up to <see cref="Kept"/> and an estimate
/// beyond (k minimum values, Bar-Yossef 2002: about 1/√k off). Counts of several groups can be united.
/// </summary>
public sealed class DistinctCount
{
    /// <summary>Hashes that are kept; more different values than this are estimated, within about 9 %.</summary>
    public const int Kept = 128;

    private readonly ulong[] _smallest = new ulong[Kept];
    private int _count;

    public void Add(ReadOnlySpan<byte> value)
    {
        Fingerprint print = Fingerprint.New();
        print.Add(value);
        Add((ulong)print.Value);
    }

    public void Add(ulong hash)
    {
        if (_count == Kept && hash >= _smallest[Kept - 1])
        {
            return;
        }

        int at = Array.BinarySearch(_smallest, 0, _count, hash);
        if (at >= 0)
        {
            return;
        }

        at = ~at;
        int moved = Math.Min(_count, Kept - 1) - at;
        Array.Copy(_smallest, at, _smallest, at + 1, moved);
        _smallest[at] = hash;
        _count = Math.Min(_count + 1, Kept);
    }

    public IReadOnlyList<ulong> ToList() => [.. _smallest.AsSpan(0, _count)];

    /// <summary>Different values in all the lists together.</summary>
    public static long Of(IEnumerable<IReadOnlyList<ulong>> lists)
    {
        DistinctCount all = new();
        foreach (ulong hash in lists.SelectMany(list => list))
        {
            all.Add(hash);
        }

        return all._count < Kept ? all._count : (long)((Kept - 1) / (all._smallest[Kept - 1] / (double)ulong.MaxValue));
    }
}
