using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Why502.Logs;

/// <summary>
/// Remembers, for records that agree in every byte that decides about them, what was decided. A hit is never guessed: the bytes are compared, the hash
/// only says where to look. Two tables of fixed size: the parts of a record, and the routes that request paths fold to.
/// </summary>
internal sealed class RecordMemo
{
    /// <summary>What <see cref="Find"/> answers for a record whose like was not seen.</summary>
    public const int Unknown = -1;

    private const int RecordSlots = 4096;
    private const int RouteSlots = 8192;

    /// <summary>Longer records and paths are rare, and reading them in full is no loss.</summary>
    private const int KeyBytesMax = 1024;
    private const int PathBytesMax = 128;

    private readonly Entry[] records = new Entry[RecordSlots];
    private readonly RouteEntry[] routes = new RouteEntry[RouteSlots];
    private readonly Dictionary<UInt128, int> routeNumbers = [];

    private struct Entry
    {
        public ulong Hash;
        public int Route;
        public byte[]? Key;
        public int Decision;
    }

    private struct RouteEntry
    {
        public ulong Hash;
        public byte[]? Path;
        public int Number;
    }

    /// <summary>The number that was remembered for a record like this one.</summary>
    public int Find(in PlainRecord record)
    {
        var route = RouteOf(record.Uri);
        var hash = HashOf(record, route);
        ref var entry = ref records[hash & (RecordSlots - 1)];
        return entry.Hash == hash && entry.Route == route && entry.Key is { } key && Matches(key, record) ? entry.Decision : Unknown;
    }

    public void Remember(in PlainRecord record, int decision)
    {
        var key = KeyOf(record);
        if (key is null)
        {
            return;
        }

        var route = RouteOf(record.Uri);
        var hash = HashOf(record, route);
        records[hash & (RecordSlots - 1)] = new Entry { Hash = hash, Route = route, Key = key, Decision = decision };
    }

    /// <summary>A number for the path's route; equal routes have equal numbers.</summary>
    private int RouteOf(ReadOnlySpan<byte> uri)
    {
        var query = uri.IndexOf((byte)'?');
        var path = query < 0 ? uri : uri[..query];
        var hash = Mix(Ends(path), (ulong)path.Length);
        ref var entry = ref routes[hash & (RouteSlots - 1)];
        return entry.Hash == hash && entry.Path is { } known && path.SequenceEqual(known) ? entry.Number : FoldRoute(path, hash, ref entry);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FoldRoute(ReadOnlySpan<byte> path, ulong hash, ref RouteEntry entry)
    {
        Span<byte> route = stackalloc byte[Routes.BytesMax];
        var print = Fingerprint.New();
        print.Add(route[..Routes.Fold(path, route)]);
        if (!routeNumbers.TryGetValue(print.Value, out var number))
        {
            if (routeNumbers.Count >= RouteSlots * 8)
            {
                // Numbers that nobody can look up any more are only forgotten, never given again.
                routeNumbers.Clear();
            }

            routeNumbers.Add(print.Value, number = ++lastRoute);
        }

        if (path.Length <= PathBytesMax)
        {
            entry = new RouteEntry { Hash = hash, Path = path.ToArray(), Number = number };
        }

        return number;
    }

    private int lastRoute;

    private static ulong HashOf(in PlainRecord record, int route)
    {
        var hash = Mix(Ends(record.Body), (ulong)record.Body.Length);
        hash = Mix(hash ^ Ends(record.Upstream), (ulong)record.Upstream.Length + ((ulong)record.Server.Length << 16) + ((ulong)record.Host.Length << 32) + ((ulong)route << 40));
        return Mix(hash ^ Ends(record.Host), Ends(record.Method) ^ Ends(record.Server));
    }

    /// <summary>The first and the last eight bytes, and what lies in the middle.</summary>
    private static ulong Ends(ReadOnlySpan<byte> part)
    {
        ref var start = ref MemoryMarshal.GetReference(part);
        if (part.Length >= 8)
        {
            return Unsafe.ReadUnaligned<ulong>(ref start)
                ^ System.Numerics.BitOperations.RotateLeft(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, part.Length - 8)), 23)
                ^ System.Numerics.BitOperations.RotateLeft(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, (part.Length - 8) >> 1)), 41);
        }

        var all = 0UL;
        foreach (var b in part)
        {
            all = (all << 8) | b;
        }

        return all;
    }

    private static ulong Mix(ulong x, ulong y)
    {
        var high = Math.BigMul(x ^ 0x9E3779B97F4A7C15, y ^ 0xD6E8FEB86659FD93, out var low);
        return high ^ low;
    }

    /// <summary>Lengths first: then no two records share a key.</summary>
    private const int LengthsBytes = 16;

    private static byte[]? KeyOf(in PlainRecord r)
    {
        var length = LengthsBytes + r.Level.Length + r.Body.Length + r.Server.Length + r.Method.Length + r.Upstream.Length + r.Host.Length;
        if (length > KeyBytesMax)
        {
            return null;
        }

        var key = new byte[length];
        var lengths = LengthsOf(r);
        MemoryMarshal.Write(key, in lengths);
        var at = LengthsBytes;
        Append(key, ref at, r.Level);
        Append(key, ref at, r.Body);
        Append(key, ref at, r.Server);
        Append(key, ref at, r.Method);
        Append(key, ref at, r.Upstream);
        Append(key, ref at, r.Host);
        return key;
    }

    private static void Append(byte[] key, ref int at, ReadOnlySpan<byte> part)
    {
        part.CopyTo(key.AsSpan(at));
        at += part.Length;
    }

    private static UInt128 LengthsOf(in PlainRecord r)
    {
        var present = (r.HasUpstream ? 1u : 0) + (r.HasHost ? 2u : 0);
        return new(Pair(r.Body, r.Server) ^ ((ulong)present << 62), Pair(r.Upstream, r.Host) ^ (Pair(r.Level, r.Method) << 16));
    }

    private static ulong Pair(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => (uint)a.Length + ((ulong)(uint)b.Length << 32);

    private static bool Matches(byte[] key, in PlainRecord r)
    {
        if (MemoryMarshal.Read<UInt128>(key) != LengthsOf(r))
        {
            return false;
        }

        var rest = key.AsSpan(LengthsBytes);
        return Take(ref rest, r.Level) && Take(ref rest, r.Body) && Take(ref rest, r.Server) && Take(ref rest, r.Method) && Take(ref rest, r.Upstream) && Take(ref rest, r.Host);
    }

    private static bool Take(ref Span<byte> rest, ReadOnlySpan<byte> part)
    {
        var equal = rest[..part.Length].SequenceEqual(part);
        rest = rest[part.Length..];
        return equal;
    }
}
