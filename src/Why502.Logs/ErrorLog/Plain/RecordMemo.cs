using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Why502.Logs;

/// <summary>
/// Remembers what was decided about records, by the bytes that decide it: level, message, server and upstream. Everything is compared, nothing is guessed, and all of
/// it has a fixed size.
/// </summary>
/// <param name="silent">Stands for the group of records that are counted in none.</param>
internal sealed class RecordMemo(int silent)
{
    private const int ClassBits = 13;
    private const int KindBits = 13;
    private const int KindMask = (1 << KindBits) - 1;
    private const int NameLengthMax = 255;

    /// <summary>Neighbouring places that a class or a kind may be kept in.</summary>
    private const int Probes = 8;

    private const int BodyNearMax = 128;
    internal const int NameNearMax = 64;
    internal const int PathNearMax = 64;
    private const int UpstreamNearMax = 64;

    private readonly KnownBytes bodies = new(13, BodyNearMax);
    private readonly KnownBytes shapes = new(10, BodyNearMax);
    private readonly byte[] shape = new byte[PlainRecord.BodyLengthMax + PlainRecord.Margin];
    private readonly KnownBytes names = new(10, NameNearMax);
    private readonly KnownBytes upstreams = new(10, UpstreamNearMax);
    private readonly KnownBytes paths = new(13, PathNearMax);
    private readonly SparseTable<RecordClass> classes = new(1 << ClassBits);

    /// <summary>The last kinds that were seen: a newer one takes the place of an older.</summary>
    private readonly CacheLines<RecordKind> kinds = new((1 << KindBits) + 1);
    private readonly SparseTable<RecordKindDetail> details = new(1 << KindBits);
    private int lastKind;

    /// <summary>The number of the record's kind, or negative when nothing was decided about its like.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ref byte block, in PlainRow row)
    {
        var place = (int)(row.Hash >> (64 - KindBits));
        return Is(place, ref block, row) ? place : FindElsewhere(place, ref block, row);
    }

    /// <summary>Has the kind fetched that is looked at first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash) => kinds.Prefetch((nint)(hash >> (64 - KindBits)));

    /// <summary>The tables as they lie in memory, until something is remembered.</summary>
    public KindTables Tables => new(ref kinds[0], ref bodies.Texts, ref names.Texts, ref upstreams.Texts, ref paths.Texts);

    /// <summary>The kind of a record that is only counted, if it lies near; else a null reference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref RecordKind KindOf(ref byte block, in UsualRow row, in KindTables tables)
    {
        ref var kind = ref Unsafe.Add(ref tables.Kinds, (nint)(row.Hash >> (64 - KindBits)));
        kind = ref Unsafe.Add(ref kind, kind.Hash == row.Hash ? 0 : 1);
        if (((kind.Hash ^ row.Hash) | (kind.Lengths ^ row.Lengths)) != 0)
        {
            return ref Unsafe.NullRef<RecordKind>();
        }

        if (kind.Way != KindWay.Near)
        {
            return ref KindOfOther(ref kind, ref block, row);
        }

        var head = 0UL;
        var different = KnownBytes.Difference(ref tables.Bodies, kind.Body, ref block, row.Body, row.BodyLength, BodyNearMax / 32, ref head)
            | KnownBytes.Difference(ref tables.Names, kind.Server, ref block, row.Server, row.ServerLength, NameNearMax / 32, ref head)
            | KnownBytes.Difference(ref tables.Upstreams, kind.Upstream, ref block, row.Upstream, row.UpstreamLength, UpstreamNearMax / 32, ref head);
        return ref head == 0 && different == Vector256<byte>.Zero ? ref kind : ref Unsafe.NullRef<RecordKind>();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref RecordKind KindOfOther(ref RecordKind kind, ref byte block, in UsualRow row) =>
        ref kind.Way == KindWay.Other && IsMessage(kind, row.TextKind, ref block, row.Body, row.BodyLength)
            && names.Is(kind.Server.Number, ref block, row.Server, row.ServerLength) && upstreams.Is(kind.Upstream.Number, ref block, row.Upstream, row.UpstreamLength)
            ? ref kind : ref Unsafe.NullRef<RecordKind>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref RecordKind KindAt(nint place) => ref kinds[place];

    public ref readonly RecordKindDetail DetailAt(int place) => ref details[place];

    /// <summary>Groups have got other numbers.</summary>
    /// <param name="numbers">The new number of each; <see cref="GroupIndex.None"/> for one that is gone.</param>
    public void RenumberGroups(ReadOnlySpan<int> numbers)
    {
        for (var place = 0; place < kinds.Length; place++)
        {
            ref var kind = ref kinds[place];
            kind.Group = kind.Group == silent ? silent : kind.Hash != 0 && kind.Group >= 0 ? numbers[kind.Group] : GroupIndex.None;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Is(int place, ref byte block, in PlainRow row)
    {
        ref var kind = ref KindAt(place);
        ref readonly var record = ref row.Record;
        return kind.Hash == row.Hash && IsMessage(kind, record.TextKind, ref block, record.Body, record.BodyLength)
            && names.Is(kind.Server.Number, ref block, record.Server, record.ServerLength) && upstreams.Is(kind.Upstream.Number, ref block, record.Upstream, record.UpstreamLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsMessage(in RecordKind kind, byte textKind, ref byte block, nint at, int length) => kind.TextKind == textKind
        ? bodies.Is(kind.Body.Number, ref block, at, length)
        : kind.TextKind == (textKind | OfShapeBit) && shapes.IsShape(kind.Body.Number, ref block, at, length);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindElsewhere(int first, ref byte block, in PlainRow row)
    {
        for (var probe = 1; probe < Probes; probe++)
        {
            var place = (first + probe) & KindMask;
            if (Is(place, ref block, row))
            {
                return place;
            }
        }

        return Make(first, ref block, row);
    }

    /// <summary>Puts together what is known about the record's message, its server and its upstream.</summary>
    private int Make(int first, ref byte block, in PlainRow row)
    {
        ref readonly var record = ref row.Record;
        var body = bodies.Find(ref block, record.Body, record.BodyLength);
        var server = record.HasServer ? PlaceOfName(ref block, record.Server, record.ServerLength) : KnownBytes.Nowhere;
        var upstream = record.UpstreamLength == 0 ? KnownBytes.Nowhere : upstreams.Find(ref block, record.Upstream, record.UpstreamLength);
        if ((server | upstream) < 0)
        {
            return KnownBytes.Unknown;
        }

        return body < 0
            ? OfShape(ref block, row, first, server, upstream)
            : Make(ref block, record, first, in ClassOf(KeyOf(ref block, record, bodies.NumberAt(body), server)), new()
            {
                Hash = row.Hash,
                Body = bodies.TextOf(bodies.NumberAt(body), record.BodyLength),
                Server = names.TextOf(names.NumberAt(server), record.ServerLength),
                Upstream = upstreams.TextOf(upstreams.NumberAt(upstream), record.UpstreamLength),
                TextKind = record.TextKind,
            });
    }

    /// <summary>The kind of a record whose message was seen with other numbers.</summary>
    private int OfShape(ref byte block, in PlainRow row, int first, int server, int upstream)
    {
        ref readonly var record = ref row.Record;
        var place = ShapeOf(ref block, record);
        return place < 0 ? KnownBytes.Unknown : Make(ref block, record, first, in ClassOf(KeyOf(ref block, record, -shapes.NumberAt(place), server)), new()
        {
            Hash = row.Hash,
            Body = shapes.TextOf(shapes.NumberAt(place), record.BodyLength),
            Server = names.TextOf(names.NumberAt(server), record.ServerLength),
            Upstream = upstreams.TextOf(upstreams.NumberAt(upstream), record.UpstreamLength),
            TextKind = (byte)(record.TextKind | OfShapeBit),
        });
    }

    /// <summary>The place of the message's shape, which is then in <see cref="shape"/>; negative when it has none or it is not known.</summary>
    private int ShapeOf(ref byte block, in PlainRecord record) =>
        record.BodyLength <= PlainRecord.BodyLengthMax && NumberShape.TryWrite(Bytes.Span(ref block, record.Body, record.BodyLength), shape) ? shapes.Find(ref shape[0], 0, record.BodyLength) : KnownBytes.Unknown;

    /// <summary>In <see cref="RecordKind.TextKind"/>: the message is known by its shape only.</summary>
    private const byte OfShapeBit = 128;

    /// <param name="known">What was decided, or a null reference.</param>
    /// <param name="like">The kind as far as it is known.</param>
    private int Make(ref byte block, in PlainRecord record, int first, in RecordClass known, RecordKind like)
    {
        if (Unsafe.IsNullRef(in known) || known.Treatment == Treatment.None)
        {
            return KnownBytes.Unknown;
        }

        var upstream = record.UpstreamLength > 0 && known.IsUpstreamTrusted ? upstreams.ValueAt(upstreams.Find(ref block, record.Upstream, record.UpstreamLength)) : 0;
        lastKind++;
        var place = FreePlace(first, like.Hash);
        kinds[place] = like with
        {
            Lengths = UsualRow.LengthsOf(record.BodyLength, record.ServerLength, record.UpstreamLength, record.TextKind),
            Group = known.Treatment == Treatment.Silent ? silent : GroupIndex.None,
            Treatment = known.Treatment,
            BelowWarn = (byte)(known.IsBelowWarn ? 1 : 0),
            Way = known.Event is not null || known.Treatment is not (Treatment.Grouped or Treatment.Silent) ? KindWay.Long
                : like.TextKind != record.TextKind || record.BodyLength > BodyNearMax || record.ServerLength > NameNearMax || record.UpstreamLength > UpstreamNearMax ? KindWay.Other
                : KindWay.Near,
        };
        details.Put(place, new RecordKindDetail
        {
            Event = known.Event,
            Code = known.Code,
            Message = known.Message,
            Like = known.Like,
            Coarse = record.HasRequest ? ErrorLogFold.CoarseOf(known.Message, names.ValueAt(names.Find(ref block, record.Server, record.ServerLength)), upstream) : known.Coarse,
        });
        return place;
    }

    /// <summary>A place that is free or whose texts are gone, or one of an older kind.</summary>
    private int FreePlace(int first, ulong hash)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            var place = (first + probe) & KindMask;
            if (kinds[place].Hash == 0 || kinds[place].Hash == hash)
            {
                return place;
            }
        }

        return (first + (lastKind & (Probes - 1))) & KindMask;
    }

    private static ulong PartOf(ref byte block, nint at, int length) => ErrorLogFold.PartOf(Encoding.UTF8.GetString(Bytes.Span(ref block, at, length)));

    /// <summary>Finds what was decided, or a null reference.</summary>
    private ref readonly RecordClass ClassOf(in RecordClassKey key)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            ref readonly var known = ref classes[(PlaceOf(key) + probe) & (classes.Length - 1)];
            if (known.Key == key)
            {
                return ref known;
            }
        }

        return ref Unsafe.NullRef<RecordClass>();
    }

    /// <param name="body">The message's number, or that of its shape below zero.</param>
    /// <param name="server">The server's place.</param>
    private RecordClassKey KeyOf(ref byte block, in PlainRecord record, int body, int server) => record.UpstreamLength == 0
        ? new(body, record.TextKind, record.HasRequest ? 0 : names.NumberAt(server), 0, -1)
        : new(body, record.TextKind, record.HasRequest ? 0 : names.NumberAt(server), Bytes.Word(ref block, record.Upstream, Math.Min(record.SchemeLength, sizeof(ulong))), record.SchemeLength);

    /// <summary>The key's own place, the first free one, or the last one that <see cref="ClassOf"/> would look at.</summary>
    private int FreePlace(in RecordClassKey key)
    {
        var place = PlaceOf(key);
        for (var probe = 1; probe < Probes && classes[place].Key.Body != 0 && classes[place].Key != key; probe++)
        {
            place = (PlaceOf(key) + probe) & (classes.Length - 1);
        }

        return place;
    }

    /// <summary>Whether it is worth remembering what will be decided about this record.</summary>
    public bool Admits(ref byte block, in PlainRecord record) =>
        record.HostLength <= NameLengthMax && Bytes.Span(ref block, record.Body, record.BodyLength).IndexOf(", client: "u8) < 0
        && (IsKnown(bodies, ref block, record.Body, record.BodyLength) || ShapeOf(ref block, record) >= 0 || bodies.Admits(ref block, record.Body, record.BodyLength))
        && (record.UpstreamLength == 0 || IsKnown(upstreams, ref block, record.Upstream, record.UpstreamLength)
            || (record.HasExactPeer(ref block) && upstreams.Admits(ref block, record.Upstream, record.UpstreamLength)));

    private static bool IsKnown(KnownBytes texts, ref byte block, nint at, int length) => texts.Find(ref block, at, length) >= 0;

    public void Remember(ref byte block, in PlainRecord record, RecordClass decided)
    {
        var ofShape = record.HasRequest && decided.Code is null && decided.Event is null ? PlaceOfShape(ref block, record) : KnownBytes.Unknown;
        var body = bodies.Find(ref block, record.Body, record.BodyLength);
        if (body < 0 && ofShape < 0)
        {
            body = bodies.Add(ref block, record.Body, record.BodyLength, 0);
        }

        var server = record.HasServer ? PlaceOfName(ref block, record.Server, record.ServerLength) : KnownBytes.Nowhere;
        if (record.UpstreamLength > 0 && !IsKnown(upstreams, ref block, record.Upstream, record.UpstreamLength))
        {
            var scheme = Encoding.UTF8.GetString(Bytes.Span(ref block, record.Upstream, record.SchemeLength));
            var peer = Encoding.UTF8.GetString(Bytes.Span(ref block, record.Upstream + record.SchemeLength + 3, record.UpstreamLength - record.SchemeLength - 3));
            upstreams.Add(ref block, record.Upstream, record.UpstreamLength, ErrorLogFold.UpstreamOf(scheme, peer));
        }

        if (server < 0)
        {
            return;
        }

        if (body >= 0)
        {
            decided.Key = KeyOf(ref block, record, bodies.NumberAt(body), server);
            classes.Put(FreePlace(decided.Key), decided);
        }

        if (ofShape >= 0)
        {
            decided.Key = KeyOf(ref block, record, -shapes.NumberAt(ofShape), server);
            classes.Put(FreePlace(decided.Key), decided);
        }
    }

    /// <summary>The place of the message's shape, if what is decided about this one holds for all of it: else negative.</summary>
    private int PlaceOfShape(ref byte block, in PlainRecord record)
    {
        var text = Bytes.Span(ref block, record.Body, record.BodyLength);
        if (!NumberShape.TryWrite(text, shape))
        {
            return KnownBytes.Unknown;
        }

        var place = shapes.Find(ref shape[0], 0, record.BodyLength);
        return place < 0 && shapes.Admits(ref shape[0], 0, record.BodyLength) && NumberShape.HoldsForAll(shape.AsSpan(0, record.BodyLength))
            ? shapes.Add(ref shape[0], 0, record.BodyLength, 0)
            : place;
    }

    /// <summary>The part of a group's key that stands for the host.</summary>
    /// <param name="name">That of no text when there is none for this one.</param>
    public ulong HostOf(ref byte block, in PlainRecord record, out KnownText name)
    {
        name = default;
        if (record.HostLength < 0)
        {
            return 0;
        }

        var place = PlaceOfName(ref block, record.Host, record.HostLength);
        name = place < 0 ? default : names.TextOf(names.NumberAt(place), record.HostLength);
        return place < 0 ? PartOf(ref block, record.Host, record.HostLength) : names.ValueAt(place);
    }

    private int PlaceOfName(ref byte block, nint at, int length)
    {
        var place = names.Find(ref block, at, length);
        return place >= 0 || !names.Admits(ref block, at, length) ? place : names.Add(ref block, at, length, PartOf(ref block, at, length));
    }

    /// <summary>The part of a group's key that stands for the route.</summary>
    /// <param name="path">That of no text when there is none for this one.</param>
    /// <param name="length">The path's.</param>
    public ulong RouteOf(ref byte block, in PlainRequest request, out KnownText path, out int length)
    {
        path = default;
        length = request.PathLength(ref block);
        var place = length > 0 ? paths.Find(ref block, request.Uri, length) : KnownBytes.Unknown;
        if (place < 0)
        {
            var part = ErrorLogFold.RouteOf(Bytes.Span(ref block, request.Uri, length > 0 ? length : request.UriLength));
            if (length == 0 || !paths.Admits(ref block, request.Uri, length))
            {
                return part;
            }

            place = paths.Add(ref block, request.Uri, length, part);
        }

        path = paths.TextOf(paths.NumberAt(place), length);
        return paths.ValueAt(place);
    }

    private static int PlaceOf(in RecordClassKey key) =>
        (int)(Bytes.Scatter(((ulong)(uint)key.Body << 32) | (uint)key.Server, key.Scheme + ((ulong)key.TextKind << 56)) >> (64 - ClassBits));
}

/// <summary>Where the tables of <see cref="RecordMemo"/> begin.</summary>
internal readonly ref struct KindTables(ref RecordKind kinds, ref byte bodies, ref byte names, ref byte upstreams, ref byte paths)
{
    public readonly ref RecordKind Kinds = ref kinds;
    public readonly ref byte Bodies = ref bodies;
    public readonly ref byte Names = ref names;
    public readonly ref byte Upstreams = ref upstreams;
    public readonly ref byte Paths = ref paths;
}
