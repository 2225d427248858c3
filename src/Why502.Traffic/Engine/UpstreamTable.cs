using System.Runtime.CompilerServices;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>The entries of <c>$upstream_addr</c>, found by their hash.</summary>
internal sealed class UpstreamTable
{
    /// <summary>
    /// Nodes that have counters of their own; further ones share one. Those with the least hashes have their own, whatever order they come in, so that the result does not
    /// depend on who read which part of a log.
    /// </summary>
    public const int NodesMax = 512;

    private const int Slots = NodesMax * 4;

    /// <summary>Pairs of nodes that one request tried; they are of one group.</summary>
    private const int PairsMax = 4096;

    private readonly ulong[] _hashes = new ulong[Slots];
    private readonly int[] _indexes = new int[Slots];
    private readonly List<UpstreamCounter> _all = [];
    private readonly HashSet<(ulong, ulong)> _pairs = [];

    /// <summary>The place of the node that goes first when the table is full, or -1: not known.</summary>
    private int _largest = -1;

    /// <summary>The places of short names in <see cref="All"/>.</summary>
    private readonly AddressIndex _short = new(NodesMax);

    public List<UpstreamCounter> All => _all;

    /// <summary>All nodes beyond <see cref="NodesMax"/>.</summary>
    public UpstreamCounter? Others { get; private set; }

    public IReadOnlyCollection<(ulong First, ulong Second)> Pairs => _pairs;

    /// <summary>The place of a node in <see cref="All"/>, or -1.</summary>
    /// <param name="name">64 bytes behind it may be read.</param>
    /// <param name="length">At least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe int Find(byte* name, int length) => length <= AddressIndex.BytesMax ? _short.Find(name, length) : FindLong(name, length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int IndexOf(ulong hash)
    {
        int slot = (int)(hash >> 32) & (Slots - 1);
        return _hashes[slot] == hash ? _indexes[slot] - 1 : IndexBehind(slot, hash);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private unsafe int FindLong(byte* name, int length) => IndexOf(TextHash.Of(name, length));

    private int IndexBehind(int slot, ulong hash)
    {
        for (; _indexes[slot] != 0; slot = (slot + 1) & (Slots - 1))
        {
            if (_hashes[slot] == hash)
            {
                return _indexes[slot] - 1;
            }
        }

        return -1;
    }

    public UpstreamCounter Get(ReadOnlySpan<byte> name)
    {
        ulong hash = TextHash.Of(name);
        if (IndexOf(hash) is >= 0 and int known)
        {
            return _all[known];
        }

        if (_all.Count < NodesMax)
        {
            UpstreamCounter counter = new(name.ToArray());
            _all.Add(counter);
            Link(_all.Count - 1);
            return counter;
        }

        if (_largest < 0)
        {
            _largest = Largest();
        }

        return hash < _all[_largest].Hash ? Replace(_largest, name) : Others ??= new UpstreamCounter([]);
    }

    private int Largest() => Enumerable.Range(0, _all.Count).MaxBy(index => _all[index].Hash);

    /// <summary>Gives a node's place to another one; what it had counted goes to the others.</summary>
    private UpstreamCounter Replace(int index, ReadOnlySpan<byte> name)
    {
        _all[index].Settle();
        (Others ??= new UpstreamCounter([])).Merge(_all[index]);
        UpstreamCounter counter = new(name.ToArray());
        _all[index] = counter;
        Array.Clear(_indexes);
        Array.Clear(_hashes);
        _short.Clear();
        for (int i = 0; i < _all.Count; i++)
        {
            Link(i);
        }

        _largest = -1;
        return counter;
    }

    private void Link(int index)
    {
        ulong hash = _all[index].Hash;
        int slot = (int)(hash >> 32) & (Slots - 1);
        while (_indexes[slot] != 0)
        {
            slot = (slot + 1) & (Slots - 1);
        }

        (_hashes[slot], _indexes[slot]) = (hash, index + 1);
        _short.Add(_all[index].Name, index);
    }

    public void Pair(UpstreamCounter first, UpstreamCounter second)
    {
        if (first != second && _pairs.Count < PairsMax)
        {
            _pairs.Add(first.Hash < second.Hash ? (first.Hash, second.Hash) : (second.Hash, first.Hash));
        }
    }

    public void Merge(UpstreamTable other)
    {
        foreach (UpstreamCounter counter in other._all)
        {
            Get(counter.Name).Merge(counter);
        }

        if (other.Others is { } others)
        {
            (Others ??= new UpstreamCounter([])).Merge(others);
        }

        _pairs.UnionWith(other._pairs);
    }
}
