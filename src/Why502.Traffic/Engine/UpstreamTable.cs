using System.Runtime.CompilerServices;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>The entries of <c>$upstream_addr</c>, found by their hash.</summary>
internal sealed class UpstreamTable
{
    /// <summary>Nodes that have counters of their own; further ones share one.</summary>
    public const int NodesMax = 512;

    private const int Slots = NodesMax * 4;

    /// <summary>Pairs of nodes that one request tried; they are of one group.</summary>
    private const int PairsMax = 4096;

    private readonly ulong[] _hashes = new ulong[Slots];
    private readonly int[] _indexes = new int[Slots];
    private readonly List<UpstreamCounter> _all = [];
    private readonly UpstreamCounter[] _array = new UpstreamCounter[NodesMax];
    private readonly HashSet<(ulong, ulong)> _pairs = [];

    /// <summary>The places of short names in <see cref="All"/>.</summary>
    public AddressIndex Short { get; } = new(NodesMax);

    /// <summary>No server was asked.</summary>
    public const int None = -2;

    public List<UpstreamCounter> All => _all;

    /// <summary><see cref="All"/>, with room behind it.</summary>
    public UpstreamCounter[] Array => _array;

    /// <summary>All nodes beyond <see cref="NodesMax"/>.</summary>
    public UpstreamCounter? Others { get; private set; }

    public IReadOnlyCollection<(ulong First, ulong Second)> Pairs => _pairs;

    /// <summary>The place of a node in <see cref="All"/>, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        ulong hash = TextHash.Of(name);
        int slot = (int)(hash >> 32) & (Slots - 1);
        return _hashes[slot] == hash ? _indexes[slot] - 1 : IndexBehind(slot, hash);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public unsafe int IndexOfLong(byte* name, int length) => IndexOf(new ReadOnlySpan<byte>(name, length));

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
        if (IndexOf(name) is >= 0 and int known)
        {
            return _all[known];
        }

        if (_all.Count == NodesMax)
        {
            return Others ??= new UpstreamCounter([]);
        }

        ulong hash = TextHash.Of(name);
        int slot = (int)(hash >> 32) & (Slots - 1);
        while (_indexes[slot] != 0)
        {
            slot = (slot + 1) & (Slots - 1);
        }

        UpstreamCounter counter = new(name.ToArray());
        Short.Add(counter.Name, _all.Count);
        _array[_all.Count] = counter;
        _all.Add(counter);
        (_hashes[slot], _indexes[slot]) = (hash, _all.Count);
        return counter;
    }

    public void Pair(UpstreamCounter first, UpstreamCounter second)
    {
        if (first != second && _pairs.Count < PairsMax)
        {
            ulong a = TextHash.Of(first.Name);
            ulong b = TextHash.Of(second.Name);
            _pairs.Add(a < b ? (a, b) : (b, a));
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
