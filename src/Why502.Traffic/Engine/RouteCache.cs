using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Why502.Logs;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>
/// Which route a path that came lately belongs to, and how often it came, so that most rows need no folding and no other memory than one line of the processor's cache. A worker's own;
/// what it has counted is brought to the table of routes by <see cref="Bring"/>, and it changes nothing but speed.
/// </summary>
internal sealed unsafe class RouteCache
{
    /// <summary>A path may stand in any way of its set, which is one line of the processor's cache.</summary>
    private const int Sets = 4096;
    private const int Ways = 4;
    private const int LineBytes = 64;

    /// <summary>The path's route has no entry in the table, or none that is known.</summary>
    private const int Unknown = HeavyHitters.NotHeld;

    private readonly Set* _sets;
    private readonly byte[] _lines = GC.AllocateArray<byte>((Sets + 1) * LineBytes, pinned: true);

    /// <summary>The routes of the paths.</summary>
    private readonly ulong[] _routes = new ulong[Sets * Ways];
    private readonly byte[] _text = GC.AllocateArray<byte>(Routes.BytesMax + TextHash.BlockBytes, pinned: true);
    private int _victim;

    public RouteCache()
    {
        fixed (byte* first = _lines)
        {
            _sets = (Set*)(((nuint)first + LineBytes - 1) & ~(nuint)(LineBytes - 1));
        }

        for (Set* set = _sets; set < _sets + Sets; set++)
        {
            new Span<int>(set->Entries, Ways).Fill(Unknown);
        }
    }

    private struct Set
    {
        /// <summary>0: the way is free; a path of this hash only takes the long way.</summary>
        public fixed ulong Paths[Ways];

        /// <summary>The routes' entries in the table, or <see cref="Unknown"/>.</summary>
        public fixed int Entries[Ways];

        /// <summary>Rows that the table does not know of yet.</summary>
        public fixed int Counts[Ways];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SetOf(ulong hash) => (int)hash & (Sets - 1);

    /// <summary>Asks for the memory that the path's place will be in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_sets + SetOf(hash));
        }
    }

    /// <summary>Counts a row of a path's route and answers its entry in the table, or <see cref="HeavyHitters.NotHeld"/>.</summary>
    /// <param name="distinct">Gets the path when it is not among those that came lately.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(HeavyHitters routes, ulong hash, byte* path, int length, DistinctSketch distinct)
    {
        Set* set = _sets + SetOf(hash);
        int way = WayOf(set, hash);
        if (way == Ways || set->Entries[way] < 0)
        {
            return AddBehind(routes, hash, new ReadOnlySpan<byte>(path, length), distinct);
        }

        set->Counts[way]++;
        return set->Entries[way];
    }

    /// <summary>Asks for the memory that the routes of known paths will be looked for in, where their entry is not known.</summary>
    public void PrefetchRoutes(HeavyHitters routes, ulong* hashes, int count)
    {
        int* places = stackalloc int[RowBatch.RowsMax];
        ulong* others = stackalloc ulong[RowBatch.RowsMax];
        int other = 0;
        for (int i = 0; i < count; i++)
        {
            // A path that is not known has some way's place: what is asked for then does no harm.
            int at = SetOf(hashes[i]);
            Set* set = _sets + at;
            int way = WayOf(set, hashes[i]) & (Ways - 1);
            places[other] = at * Ways + way;
            other += set->Entries[way] < 0 ? 1 : 0;
        }

        for (int i = 0; i < other; i++)
        {
            others[i] = _routes[places[i]];
        }

        routes.Prefetch(others, other);
    }

    /// <summary>The way that holds a path, or <see cref="Ways"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WayOf(Set* set, ulong hash)
        => BitOperations.TrailingZeroCount(Vector256.Equals(Vector256.Load(set->Paths), Vector256.Create(hash)).ExtractMostSignificantBits() | (1u << Ways));

    /// <summary>As <see cref="Add"/>, for a path whose route's entry is not known.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AddBehind(HeavyHitters routes, ulong hash, ReadOnlySpan<byte> path, DistinctSketch distinct)
    {
        Set* set = _sets + SetOf(hash);
        int way = WayOf(set, hash);
        bool isKnown = way < Ways && set->Paths[way] != 0;
        if (!isKnown)
        {
            way = WayOf(set, 0);
            way = way < Ways ? way : _victim++ & (Ways - 1);
            BringOne(routes, set, way);
            distinct.Add(hash);
        }

        ref ulong route = ref _routes[SetOf(hash) * Ways + way];
        int length = 0;
        if (!isKnown)
        {
            length = Routes.FoldPath(path, _text);
            fixed (byte* text = _text)
            {
                route = TextHash.Of(text, length);
            }
        }

        if (!routes.TryAddAnywhere(route, out int entry))
        {
            length = isKnown ? Routes.FoldPath(path, _text) : length;
            entry = Take(routes, route, _text.AsSpan(0, length));
        }

        (set->Paths[way], set->Entries[way], set->Counts[way]) = (hash, entry < 0 ? Unknown : entry, 0);
        return entry;
    }

    private int Take(HeavyHitters routes, ulong route, ReadOnlySpan<byte> label)
    {
        if (!routes.IsFull)
        {
            return routes.Take(route, label);
        }

        // Entries move: what was counted for them is brought home before.
        for (Set* set = _sets; set < _sets + Sets; set++)
        {
            for (int way = 0; way < Ways; way++)
            {
                BringOne(routes, set, way);
            }
        }

        int entry = routes.Take(route, label);
        ReadOnlySpan<int> moved = routes.Moved;
        for (Set* set = _sets; set < _sets + Sets; set++)
        {
            for (int way = 0; way < Ways; way++)
            {
                set->Entries[way] = set->Entries[way] < 0 ? Unknown : moved[set->Entries[way]];
            }
        }

        return entry;
    }

    /// <summary>Brings all that was counted to the table. No entry is known any more.</summary>
    public void Bring(HeavyHitters routes)
    {
        for (Set* set = _sets; set < _sets + Sets; set++)
        {
            for (int way = 0; way < Ways; way++)
            {
                BringOne(routes, set, way);
                set->Entries[way] = Unknown;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BringOne(HeavyHitters routes, Set* set, int way)
    {
        if (set->Counts[way] != 0)
        {
            routes.AddAt(set->Entries[way], set->Counts[way]);
            set->Counts[way] = 0;
        }
    }
}
