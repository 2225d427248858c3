using System.Numerics;
using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>Remembers the group of records by their family, path, host and method. What was forgotten is looked up again.</summary>
internal sealed class OwnGroups
{
    private const int Bits = 12;

    private readonly CacheLines<Entry> entries = new(1 << Bits);

    private struct Entry
    {
        public ulong Hash;
        public ulong Method;

        /// <summary>As <see cref="RecordKind.Family"/>.</summary>
        public int Family;

        /// <summary>The numbers of path and host in <see cref="RecordMemo"/>; 0 is none.</summary>
        public int Path;
        public int Host;
        public int Group;
    }

    /// <summary>Says where to look.</summary>
    /// <param name="pathLength">More than 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HashOf(ref byte block, int family, in PlainRequest request, nint pathLength, nint host, nint hostLength)
    {
        nint uri = request.Uri;
        var start = Bytes.Word(ref block, uri, (int)Math.Min(pathLength, sizeof(ulong)));
        var end = Bytes.Word(ref block, uri + pathLength - 8) ^ BitOperations.RotateLeft(Bytes.Word(ref block, uri + pathLength - 16), 23);
        var name = hostLength <= 0 ? 0 : Bytes.Word(ref block, host) ^ BitOperations.RotateLeft(Bytes.Word(ref block, host + hostLength - 8), 31);
        return Bytes.Scatter(start ^ BitOperations.RotateLeft(end, 11) ^ ((ulong)pathLength << 52), (name * 0x9E3779B97F4A7C15) + request.Method + ((ulong)family << 24) + (ulong)hostLength);
    }

    /// <summary>The group that was remembered for the hash, if the family and the method are the same; whether the path and the host are, the caller has to see.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong hash, int family, ulong method, out int path, out int host)
    {
        ref var entry = ref entries[(nint)(hash >> (64 - Bits))];
        (path, host) = (entry.Path, entry.Host);
        return entry.Hash == hash && entry.Family == family && entry.Method == method ? entry.Group : GroupIndex.None;
    }

    public void Clear()
    {
        for (var place = 0; place < entries.Length; place++)
        {
            entries[place] = default;
        }
    }

    public void Add(ulong hash, int family, ulong method, int path, int host, int group) =>
        entries[(nint)(hash >> (64 - Bits))] = new Entry { Hash = hash, Method = method, Family = family, Path = path, Host = host, Group = group };
}
