using Why502.Logs;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>The route of paths that came lately, so that most rows need no folding. A worker's own; it changes nothing but speed.</summary>
internal sealed class RouteCache
{
    private const int Slots = 8192;

    private readonly (ulong Path, ulong Route)[] _slots = new (ulong, ulong)[Slots];
    private readonly byte[] _text = new byte[Routes.BytesMax];

    /// <summary>The hash of the folded path.</summary>
    public ulong RouteOf(ulong hash, ReadOnlySpan<byte> path)
    {
        ref (ulong Path, ulong Route) slot = ref _slots[hash & (Slots - 1)];
        if (slot.Path != hash)
        {
            slot = (hash, TextHash.Of(Text(path)));
        }

        return slot.Route;
    }

    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> path) => _text.AsSpan(0, Routes.Fold(path, _text));
}
