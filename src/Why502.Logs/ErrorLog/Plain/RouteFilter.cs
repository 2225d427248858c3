using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>A set that may claim to hold what it does not hold, never the reverse; small enough to be always near.</summary>
internal sealed class RouteFilter
{
    private const int Bits = 14;

    private readonly ulong[] words = new ulong[1 << (Bits - 6)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(Fingerprint group, ulong sketch)
    {
        var place = PlaceOf(group, sketch);
        return (words[place >> 6] >> place & 1) != 0;
    }

    public void Add(Fingerprint group, ulong sketch)
    {
        var place = PlaceOf(group, sketch);
        words[place >> 6] |= 1UL << place;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(Fingerprint group, ulong sketch) => (int)(Bytes.Scatter(sketch, (ulong)group.Value) >> (64 - Bits));
}
