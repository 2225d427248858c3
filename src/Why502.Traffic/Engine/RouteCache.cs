using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Why502.Logs;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>Where the routes of paths that came lately are counted, so that most rows need no folding. A worker's own; it changes nothing but speed.</summary>
internal sealed unsafe class RouteCache
{
    /// <summary>Pairs of slots; a path has its place in one of them, the one used last in front.</summary>
    private const int Pairs = 4096;

    private readonly Slot[] _slots = GC.AllocateArray<Slot>(Pairs * 2, pinned: true);
    private readonly byte[] _text = new byte[Routes.BytesMax];

    private struct Slot
    {
        public ulong Path;
        public ulong Route;

        /// <summary>The route's place in the table that had this generation.</summary>
        public long Generation;
        public int Place;
    }

    /// <summary>Asks for the memory that the path's place will be in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref _slots[(hash & (Pairs - 1)) * 2]));
        }
    }

    /// <summary>Counts a row of a path's route and answers its place in the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(HeavyHitters routes, ulong hash, ReadOnlySpan<byte> path)
    {
        ref Slot slot = ref _slots[(hash & (Pairs - 1)) * 2];
        if (slot.Path != hash || slot.Generation != routes.Generation)
        {
            return AddBehind(routes, hash, path);
        }

        routes.AddAt(slot.Place);
        return slot.Place;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AddBehind(HeavyHitters routes, ulong hash, ReadOnlySpan<byte> path)
    {
        ref Slot slot = ref _slots[(hash & (Pairs - 1)) * 2];
        if (slot.Path != hash)
        {
            ref Slot second = ref Unsafe.Add(ref slot, 1);
            (slot, second) = second.Path == hash ? (second, slot) : (new Slot { Path = hash }, slot);
        }

        if (slot.Generation == routes.Generation)
        {
            routes.AddAt(slot.Place);
            return slot.Place;
        }

        if (slot.Generation == 0 || routes.Find(slot.Route) is not (>= 0 and int place))
        {
            ReadOnlySpan<byte> text = _text.AsSpan(0, Routes.FoldPath(path, _text));
            slot.Route = TextHash.Of(text);
            place = routes.Add(slot.Route, text);
        }
        else
        {
            routes.AddAt(place);
        }

        (slot.Place, slot.Generation) = (place, routes.Generation);
        return place;
    }
}
