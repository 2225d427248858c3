using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>Remembers the group of records by the numbers of their parts. What was forgotten is looked up again.</summary>
internal sealed class OwnGroups
{
    private const int Bits = 12;

    private readonly Entry[] entries = new Entry[1 << Bits];

    private struct Entry
    {
        public int Kind;
        public int Path;
        public ulong Method;
        public int Host;
        public int Group;
    }

    /// <summary>The kind has a number above 0, and path and host have one in <see cref="RecordMemo"/> or are absent, which is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(int kind, int path, int host, ulong method, out int group)
    {
        ref var entry = ref entries[PlaceOf(kind, path, host, method)];
        group = entry.Group;
        return entry.Kind == kind && entry.Path == path && entry.Host == host && entry.Method == method;
    }

    public void Clear() => entries.AsSpan().Clear();

    public void Add(int kind, int path, int host, ulong method, int group) =>
        entries[PlaceOf(kind, path, host, method)] = new Entry { Kind = kind, Path = path, Host = host, Method = method, Group = group };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(int kind, int path, int host, ulong method) =>
        (int)(Bytes.Scatter(((ulong)(uint)kind << 32) | (uint)path, method + (ulong)host) >> (64 - Bits));
}
