using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Why502.Logs;

/// <summary>A few traits that a request shares with the route it folds into: the first segment, unless that is an identifier, the number of slashes, the method.</summary>
internal static class RouteSketch
{
    /// <summary>Stands for the first segment and the slashes of a route that does not show them as they are in the path; no text is this word.</summary>
    private const ulong Any = ulong.MaxValue;

    /// <summary>What is in a route as it is in the path.</summary>
    private static readonly SearchValues<byte> PlainBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.-_~!$&'()*+,;=:@%{}"u8);

    /// <param name="segment">The first letters of the path's first segment, eight at most, as a number.</param>
    /// <param name="slashes">Slashes in the path, as far as the route goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong segment, int slashes, ulong method) => segment ^ ((ulong)slashes << 59) ^ (method * 0x9E3779B97F4A7C15);

    /// <summary>Stands for every request with this method.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfAny(ulong method) => Of(Any, 0, method);

    public static ulong Of(string? route, ulong method)
    {
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(route ?? "");
        ReadOnlySpan<byte> shown = bytes.EndsWith("/…"u8) ? bytes[..^"…"u8.Length] : bytes;
        if (shown is not [(byte)'/', ..] || shown.IndexOfAnyExcept(PlainBytes) >= 0)
        {
            return OfAny(method);
        }

        int end = shown[1..].IndexOf((byte)'/');
        ReadOnlySpan<byte> segment = end < 0 ? shown[1..] : shown[1..(end + 1)];
        return segment.SequenceEqual("{id}"u8) ? OfAny(method) : Of(Word(segment[..Math.Min(segment.Length, sizeof(ulong))]), shown.Count((byte)'/'), method);
    }

    private static ulong Word(ReadOnlySpan<byte> text)
    {
        ulong word = 0;
        for (int i = text.Length - 1; i >= 0; i--)
        {
            word = (word << 8) | text[i];
        }

        return word;
    }
}
