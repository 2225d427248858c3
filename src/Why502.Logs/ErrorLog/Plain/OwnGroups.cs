using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>Remembers the group of records by their family, path, host and method. What was forgotten is looked up again.</summary>
internal sealed class OwnGroups
{
    private const int Bits = 12;

    private readonly CacheLines<Entry> entries = new(1 << Bits);

    /// <summary>What one of the processor's cache lines holds.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Entry
    {
        public ulong Hash;
        public ulong Method;

        /// <summary>As <see cref="LengthsOf"/>.</summary>
        public ulong Lengths;
        public KnownText Path;

        /// <summary>Of no length when there is none.</summary>
        public KnownText Host;
        public int Group;
    }

    /// <summary>What is compared at once: lengths, and <see cref="RecordKind.Family"/>.</summary>
    private static ulong LengthsOf(int family, nint path, nint host) => (ulong)(uint)family << 32 | (ulong)path << 16 | (ushort)host;

    /// <summary>Says where to look.</summary>
    /// <param name="pathLength">More than 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HashOf(ref byte block, int family, in PlainRequest request, nint pathLength, nint host, nint hostLength)
    {
        nint uri = request.Uri;
        var path = BitOperations.Crc32C((uint)(pathLength | (nint)family << 8), Bytes.Word(ref block, uri, (int)Math.Min(pathLength, sizeof(ulong))));
        path = BitOperations.Crc32C(path, Bytes.Word(ref block, uri + pathLength - 8));
        path = BitOperations.Crc32C(path, Bytes.Word(ref block, uri + pathLength - 16));
        var name = BitOperations.Crc32C((uint)hostLength, request.Method);
        name = BitOperations.Crc32C(name, Bytes.Word(ref block, host));
        name = BitOperations.Crc32C(name, Bytes.Word(ref block, host + hostLength - 8));
        return ((ulong)path << 32 | name) * 0x9E3779B97F4A7C15;
    }

    /// <summary>The group that was remembered for such a record; <see cref="GroupIndex.None"/> when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ref byte block, int family, in PlainRequest request, nint pathLength, nint host, nint hostLength, in KindTables tables)
    {
        var hash = HashOf(ref block, family, request, pathLength, host, hostLength);
        ref var entry = ref entries[(nint)(hash >> (64 - Bits))];
        var head = (entry.Hash ^ hash) | (entry.Method ^ request.Method) | (entry.Lengths ^ LengthsOf(family, pathLength, hostLength));
        if (head != 0)
        {
            return GroupIndex.None;
        }

        var different = KnownBytes.Difference(ref tables.Paths, entry.Path, ref block, request.Uri, pathLength, RecordMemo.PathNearMax / 32, ref head)
            | KnownBytes.Difference(ref tables.Names, entry.Host, ref block, host, hostLength, RecordMemo.NameNearMax / 32, ref head);
        return head == 0 && different == Vector256<byte>.Zero ? entry.Group : GroupIndex.None;
    }

    public void Clear()
    {
        for (var place = 0; place < entries.Length; place++)
        {
            entries[place] = default;
        }
    }

    public void Add(ref byte block, int family, in PlainRequest request, nint pathLength, nint host, nint hostLength, in KnownText path, in KnownText name, int group)
    {
        var hash = HashOf(ref block, family, request, pathLength, host, hostLength);
        entries[(nint)(hash >> (64 - Bits))] = new Entry
        {
            Hash = hash,
            Method = request.Method,
            Lengths = LengthsOf(family, pathLength, hostLength),
            Path = path,
            Host = name,
            Group = group,
        };
    }
}
