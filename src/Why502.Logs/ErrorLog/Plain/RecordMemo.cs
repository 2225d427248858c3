using System.Runtime.CompilerServices;
using System.Text;

namespace Why502.Logs;

/// <summary>
/// Remembers what was decided about records, by the bytes that decide it: level, message and the upstream's scheme. Everything is compared, nothing is guessed, and
/// all of it has a fixed size.
/// </summary>
internal sealed class RecordMemo
{
    private const int ClassBits = 13;
    private const int KindBits = 12;
    private const int NameLengthMax = 255;

    /// <summary>Neighbouring places that a class may be kept in.</summary>
    private const int Probes = 8;

    private readonly KnownBytes bodies = new(13);
    private readonly KnownBytes names = new(10);
    private readonly KnownBytes upstreams = new(10);
    private readonly KnownBytes paths = new(13);
    private readonly CacheLines<RecordClass> classes = new(1 << ClassBits);

    /// <summary>The last kinds that were seen: a newer one takes the place of an older.</summary>
    private readonly CacheLines<RecordKind> kinds = new(1 << KindBits);
    private int lastKind;

    /// <summary>Finds the numbers of what decides about these records, and has their kinds fetched from memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Recognise(ref byte block, Span<PlainRow> rows)
    {
        foreach (ref var row in rows)
        {
            Recognise(ref block, ref row);
        }

        var touched = 0;
        foreach (ref var row in rows)
        {
            touched |= kinds[row.Place].Body;
        }

        Touched = touched;
    }

    /// <summary>Means nothing: it is there so that memory is read.</summary>
    public int Touched { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Recognise(ref byte block, ref PlainRow row)
    {
        ref var record = ref row.Record;
        var body = bodies.Find(ref block, record.Body, record.BodyLength, TextKindOf(record), out var quotes);
        var server = record.Server == 0 ? 0 : names.Find(ref block, record.Server, record.ServerLength, 0, out _);
        var upstream = record.UpstreamLength == 0 ? 0 : upstreams.Find(ref block, record.Upstream, record.UpstreamLength, 0, out _);
        var isKnown = (body | server | upstream) >= 0 && (quotes == 0 || !HasOtherClient(ref block, record));
        row.Body = isKnown ? body : KnownBytes.Unknown;
        row.Server = server;
        row.Upstream = record.HasRequest ? upstream : -1;
        row.Place = (int)(Bytes.Scatter(((ulong)(uint)body << 32) | (uint)server, (uint)upstream) >> (64 - KindBits));
    }

    /// <summary>The kind of this record, or a null reference when nothing was decided about its like.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref RecordKind KindOf(ref byte block, ref PlainRow row)
    {
        ref var kind = ref kinds[row.Place];
        return ref kind.Body == row.Body && kind.Server == row.Server && kind.Upstream == row.Upstream ? ref kind : ref OtherKind(ref block, ref row);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref RecordKind OtherKind(ref byte block, ref PlainRow row)
    {
        if (row.Body < 0)
        {
            // What was unknown may have been seen since.
            Recognise(ref block, ref row);
        }

        if (row.Body < 0)
        {
            return ref Unsafe.NullRef<RecordKind>();
        }

        ref var record = ref row.Record;
        ulong server = 0, upstream = 0;
        if (record.Server != 0 && names.Find(ref block, record.Server, record.ServerLength, 0, out server) < 0)
        {
            server = PartOf(ref block, record.Server, record.ServerLength);
        }

        if (record.UpstreamLength != 0 && upstreams.Find(ref block, record.Upstream, record.UpstreamLength, 0, out upstream) < 0)
        {
            return ref Unsafe.NullRef<RecordKind>();
        }

        return ref NewKind(ref kinds[row.Place], ref block, record, row.Body, row.Server, row.Upstream, server, upstream);
    }

    private static ulong PartOf(ref byte block, nint at, int length) => ErrorLogFold.PartOf(Encoding.UTF8.GetString(Bytes.Span(ref block, at, length)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref RecordKind NewKind(ref RecordKind kind, ref byte block, in PlainRecord record, int body, int name, int shape, ulong server, ulong upstream)
    {
        ref var known = ref ClassOf(KeyOf(ref block, record, body, name));
        if (Unsafe.IsNullRef(ref known) || known.Treatment == Treatment.None)
        {
            return ref Unsafe.NullRef<RecordKind>();
        }

        kind = new RecordKind
        {
            Body = body,
            Server = name,
            Upstream = shape,
            Number = ++lastKind,
            Group = GroupIndex.None,
            Treatment = known.Treatment,
            IsBelowWarn = known.IsBelowWarn,
            HasEvent = known.Event is not null,
            Event = known.Event ?? default,
            Code = known.Code,
            Coarse = record.HasRequest ? ErrorLogFold.CoarseOf(known.Message, server, known.IsUpstreamTrusted ? upstream : 0) : known.Message,
        };
        return ref kind;
    }

    /// <summary>Finds what was decided, or a null reference.</summary>
    private ref RecordClass ClassOf(in RecordClassKey key)
    {
        ref var known = ref classes[PlaceOf(key)];
        for (var probe = 1; known.Key != key; probe++)
        {
            if (probe == Probes || known.Key.Body == 0)
            {
                return ref Unsafe.NullRef<RecordClass>();
            }

            known = ref classes[(PlaceOf(key) + probe) & (classes.Length - 1)];
        }

        return ref known;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RecordClassKey KeyOf(ref byte block, in PlainRecord record, int body, int server) => record.UpstreamLength == 0
        ? new(body, record.HasRequest ? 0 : server, 0, -1, record.HasRequest)
        : new(body, record.HasRequest ? 0 : server, Bytes.Word(ref block, record.Upstream, Math.Min(record.SchemeLength, sizeof(ulong))), record.SchemeLength, record.HasRequest);

    /// <summary>The key's own place, the first free one, or the last one that <see cref="ClassOf"/> would look at.</summary>
    private ref RecordClass FreePlace(in RecordClassKey key)
    {
        ref var place = ref classes[PlaceOf(key)];
        for (var probe = 1; probe < Probes && place.Key.Body != 0 && place.Key != key; probe++)
        {
            place = ref classes[(PlaceOf(key) + probe) & (classes.Length - 1)];
        }

        return ref place;
    }

    /// <summary>A message that quotes foreign text may hold a client of its own, in front of nginx's or behind it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool HasOtherClient(ref byte block, in PlainRecord record)
    {
        var behind = record.Body + record.BodyLength + ", client: ".Length;
        return behind < record.TextEnd && Bytes.Span(ref block, behind, record.TextEnd - behind).IndexOf("client: "u8) >= 0;
    }

    /// <summary>Whether it is worth remembering what will be decided about this record.</summary>
    public bool Admits(ref byte block, in PlainRecord record) =>
        record.HostLength <= NameLengthMax && (record.BodyLength == 0 || !Bytes.Span(ref block, record.Body, record.BodyLength).Contains((byte)'"') || !HasOtherClient(ref block, record))
        && (IsKnown(bodies, ref block, record.Body, record.BodyLength, TextKindOf(record)) || bodies.Admits(ref block, record.Body, record.BodyLength, TextKindOf(record)))
        && (record.UpstreamLength == 0 || IsKnown(upstreams, ref block, record.Upstream, record.UpstreamLength, 0) || upstreams.Admits(ref block, record.Upstream, record.UpstreamLength, 0));

    private static bool IsKnown(KnownBytes texts, ref byte block, nint at, int length, int kind) => texts.Find(ref block, at, length, kind, out _) >= 0;

    public void Remember(ref byte block, in PlainRecord record, RecordClass decided)
    {
        var body = bodies.Find(ref block, record.Body, record.BodyLength, TextKindOf(record), out _);
        if (body < 0)
        {
            body = bodies.Add(ref block, record.Body, record.BodyLength, TextKindOf(record), Bytes.Span(ref block, record.Body, record.BodyLength).Contains((byte)'"') ? 1UL : 0);
        }

        var server = record.Server == 0 ? 0 : NameOf(ref block, record.Server, record.ServerLength, out _);
        if (record.UpstreamLength > 0 && !IsKnown(upstreams, ref block, record.Upstream, record.UpstreamLength, 0))
        {
            var scheme = Encoding.UTF8.GetString(Bytes.Span(ref block, record.Upstream, record.SchemeLength));
            var peer = Encoding.UTF8.GetString(Bytes.Span(ref block, record.Upstream + record.SchemeLength + 3, record.UpstreamLength - record.SchemeLength - 3));
            upstreams.Add(ref block, record.Upstream, record.UpstreamLength, 0, ErrorLogFold.UpstreamOf(scheme, peer));
        }

        var key = KeyOf(ref block, record, body, server);
        if (server >= 0)
        {
            decided.Key = key;
            FreePlace(key) = decided;
        }
    }

    /// <summary>The part of a group's key that stands for the host.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong HostOf(ref byte block, in PlainRecord record, out int number)
    {
        number = 0;
        if (record.HostLength < 0)
        {
            return 0;
        }

        number = names.Find(ref block, record.Host, record.HostLength, 0, out var part);
        return number >= 0 ? part : OtherHost(ref block, record);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong OtherHost(ref byte block, in PlainRecord record)
    {
        NameOf(ref block, record.Host, record.HostLength, out var part);
        return part;
    }

    private int NameOf(ref byte block, nint at, int length, out ulong part)
    {
        var number = names.Find(ref block, at, length, 0, out part);
        if (number < 0)
        {
            part = PartOf(ref block, at, length);
            number = names.Admits(ref block, at, length, 0) ? names.Add(ref block, at, length, 0, part) : KnownBytes.Unknown;
        }

        return number;
    }

    /// <summary>The part of a group's key that stands for the route.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong RouteOf(ref byte block, in PlainRecord record, out int number)
    {
        number = KnownBytes.Unknown;
        if (record.PathLength > 0)
        {
            number = paths.Find(ref block, record.Uri, record.PathLength, 0, out var part);
            if (number >= 0)
            {
                return part;
            }
        }

        return OtherRoute(ref block, record);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong OtherRoute(ref byte block, in PlainRecord record)
    {
        var part = ErrorLogFold.RouteOf(Bytes.Span(ref block, record.Uri, record.PathLength > 0 ? record.PathLength : record.UriLength));
        if (record.PathLength > 0 && paths.Admits(ref block, record.Uri, record.PathLength, 0))
        {
            paths.Add(ref block, record.Uri, record.PathLength, 0, part);
        }

        return part;
    }

    /// <summary>The same message is another one at another level, without a connection and without a context.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TextKindOf(in PlainRecord record) => (int)record.Level + (record.ConnectionLength > 0 ? 16 : 0) + (record.Server > 0 ? 32 : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(in RecordClassKey key) =>
        (int)(Bytes.Scatter(((ulong)(uint)key.Body << 32) | (uint)key.Server, key.Scheme + (key.HasRequest ? 1UL : 0)) >> (64 - ClassBits));
}
