using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Why502.Logs;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>Where the routes of paths that came lately are counted, so that most rows need no folding. A worker's own; it changes nothing but speed.</summary>
internal sealed unsafe class RouteCache
{
    /// <summary>A path may stand in any way of its set, which is one line of the processor's cache.</summary>
    private const int Sets = 4096;
    private const int Ways = 4;
    private const int LineBytes = 64;

    private readonly Set* _sets;
    private readonly byte[] _lines = GC.AllocateArray<byte>((Sets + 1) * LineBytes, pinned: true);

    /// <summary>The routes of the paths, for when a place is void.</summary>
    private readonly ulong[] _routes = new ulong[Sets * Ways];
    private readonly byte[] _text = GC.AllocateArray<byte>(Routes.BytesMax + TextHash.BlockBytes, pinned: true);
    private int _victim;

    public RouteCache()
    {
        fixed (byte* first = _lines)
        {
            _sets = (Set*)(((nuint)first + LineBytes - 1) & ~(nuint)(LineBytes - 1));
        }
    }

    private struct Set
    {
        public fixed ulong Paths[Ways];

        /// <summary>The routes' places in the table that had these generations.</summary>
        public fixed int Places[Ways];
        public fixed int Generations[Ways];
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

    /// <summary>Counts a row of a path's route and answers its place in the table, or <see cref="HeavyHitters.NotHeld"/>.</summary>
    /// <param name="distinct">Gets the path when it is not among those that came lately.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(HeavyHitters routes, ulong hash, ReadOnlySpan<byte> path, DistinctSketch distinct)
        => TryAdd(routes, hash, out int place) ? place : AddBehind(routes, hash, path, distinct);

    /// <summary>Counts a row of a route whose place is known; false when it is not, and nothing is counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(HeavyHitters routes, ulong hash, out int place)
    {
        Set* set = _sets + SetOf(hash);
        int way = WayOf(set, hash);
        if (way == Ways || set->Generations[way] != routes.Generation)
        {
            place = HeavyHitters.NotHeld;
            return false;
        }

        place = set->Places[way];
        routes.AddAt(place);
        return true;
    }

    /// <summary>The way that holds a path, or <see cref="Ways"/>. Free ways hold 0; a path of this hash only takes the long way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WayOf(Set* set, ulong hash)
        => BitOperations.TrailingZeroCount(Vector256.Equals(Vector256.Load(set->Paths), Vector256.Create(hash)).ExtractMostSignificantBits() | (1u << Ways));

    /// <summary>As <see cref="Add"/>, for a path whose route's place is not known.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int AddBehind(HeavyHitters routes, ulong hash, ReadOnlySpan<byte> path, DistinctSketch distinct)
    {
        Set* set = _sets + SetOf(hash);
        int way = WayOf(set, hash);
        bool isKnown = way < Ways && set->Paths[way] != 0;
        if (!isKnown)
        {
            way = _victim++ & (Ways - 1);
            distinct.Add(hash);
        }

        ref ulong route = ref _routes[SetOf(hash) * Ways + way];
        if (!isKnown || !routes.TryAddAnywhere(route, out int place))
        {
            int length = Routes.FoldPath(path, _text);
            route = TextHash.Of((byte*)Unsafe.AsPointer(ref _text[0]), length);
            place = routes.Add(route, _text.AsSpan(0, length));
        }

        (set->Paths[way], set->Places[way], set->Generations[way]) = (hash, place, place < 0 ? 0 : routes.Generation);
        return place;
    }
}
