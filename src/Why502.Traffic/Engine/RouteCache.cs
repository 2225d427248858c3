using System.Runtime.CompilerServices;
using Why502.Logs;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>The route of paths that came lately, so that most rows need no folding. A worker's own; it changes nothing but speed.</summary>
internal sealed class RouteCache
{
    private const int Slots = 8192;

    private readonly (ulong Path, ulong Route)[] _slots = new (ulong, ulong)[Slots];
    private readonly byte[] _text = new byte[Routes.BytesMax];
    private ulong _folded;
    private int _length;

    /// <summary>The hash of the folded path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong RouteOf(ulong hash, ReadOnlySpan<byte> path)
    {
        ref (ulong Path, ulong Route) slot = ref _slots[hash & (Slots - 1)];
        if (slot.Path != hash)
        {
            slot = (hash, TextHash.Of(Text(hash, path)));
        }

        return slot.Route;
    }

    /// <summary>The folded path.</summary>
    public ReadOnlySpan<byte> Text(ulong hash, ReadOnlySpan<byte> path)
    {
        if (_folded != hash)
        {
            (_folded, _length) = (hash, Routes.Fold(path, _text));
        }

        return _text.AsSpan(0, _length);
    }
}
