using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Why502.Logs;

public sealed partial class ErrorLogFold
{
    private readonly RecordMemo _memo = new();
    private readonly OwnGroups _ownGroups = new();

    /// <summary>What <see cref="Add"/> decided about the last record.</summary>
    private RecordClass _decided;

    /// <summary>The time of the last plain record, which most of its neighbours share.</summary>
    private DateTime _now;
    private int _nowMinute = -1;
    private bool _nowIsOutside;

    /// <summary>Counts records that agree in everything that decides with ones that were counted before, and answers how many: up to one that is wanted whole.</summary>
    /// <param name="place">Goes on with them.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int CountLike(ref byte block, ReadOnlySpan<PlainRow> rows, ref PlainPlace place)
    {
        foreach (ref readonly var row in rows)
        {
            _tallies.Prefetch(Math.Max(_memo.Nearest(row).Group, 0));
        }

        ref var minutes = ref MemoryMarshal.GetArrayDataReference(_ofMinute);
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var row = ref rows[i];
            ref readonly var record = ref row.Record;
            if (row.Time != _now || _nowMinute < 0)
            {
                Turn(row.Time);
            }

            if (!_nowIsOutside)
            {
                var number = _memo.Find(ref block, row);
                if (number < 0)
                {
                    return i;
                }

                ref var kind = ref _memo.KindAt(number);
                if (kind.Treatment == Treatment.Grouped)
                {
                    var group = kind.Group >= 0 ? kind.Group : GroupOf(ref block, record, number);
                    if (group < 0)
                    {
                        return i;
                    }

                    ref var tally = ref _tallies[group];
                    if (tally.Records >= tally.NextSample && !TryAddSample(group, ref block, record, place))
                    {
                        return i;
                    }

                    tally.Records++;
                    tally.Span.Add(row.Time.Ticks);
                    Unsafe.Add(ref minutes, group)++;
                }
                else if (kind.Treatment == Treatment.Unknown)
                {
                    _unknownCount++;
                }

                if (kind.HasEvent)
                {
                    AddEvent(ref block, record, _memo.DetailAt(number), place);
                }

                _records++;
                _belowWarn += kind.IsBelowWarn ? 1 : 0;
            }

            place.Line += record.LinesMore + 1;
        }

        return rows.Length;
    }

    /// <summary>Has what will be wanted of such a record fetched from memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Prefetch(in PlainRow row) => _memo.Prefetch(row);

    private static byte[] TextOf(ref byte block, in PlainRecord record) => Bytes.Span(ref block, record.Start, record.TextEnd - record.Start).ToArray();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddEvent(ref byte block, in PlainRecord record, in RecordKindDetail kind, in PlainPlace place) =>
        AddEvent(new Happened(kind.Event, record.ProcessNumber(ref block), kind.Code, new Sample(TextOf(ref block, record), place.Of(record), _now)));

    /// <summary>Whether the next record that is given to <see cref="Add"/> shall be remembered by <see cref="Remember"/>.</summary>
    internal bool WantsToRemember(ref byte block, in PlainRecord record)
    {
        _decided = default;
        return _memo.Admits(ref block, record);
    }

    internal void Remember(ref byte block, in PlainRecord record)
    {
        if (_decided.Treatment != Treatment.None)
        {
            _memo.Remember(ref block, record, _decided);
        }
    }

    /// <summary>The group of a record whose kind alone does not tell it; negative when there is none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int GroupOf(ref byte block, in PlainRecord record, int kind)
    {
        ref var detail = ref _memo.DetailAt(kind);
        var number = _families.Find(detail.Coarse);
        if (number < 0)
        {
            return _isFull ? _memo.KindAt(kind).Group = _index.Find(AnyPlace(detail.Message)) : GroupIndex.None;
        }

        var family = _families[number];
        return family.Own > 0 ? OwnGroupOf(ref block, record, detail, family.Rest) : _memo.KindAt(kind).Group = family.Rest;
    }

    private int OwnGroupOf(ref byte block, in PlainRecord record, in RecordKindDetail kind, int rest)
    {
        if (!record.HasRequest)
        {
            return Or(_index.Find(FullOf(kind.Coarse, 0, 0, 0, 0)), rest);
        }

        if (!record.TryReadRequest(ref block, out var request))
        {
            return GroupIndex.None;
        }

        var route = _memo.RouteOf(ref block, request, out var path);
        var host = _memo.HostOf(ref block, record, out var name);
        if ((path | name) >= 0 && _ownGroups.TryFind(kind.Number, path, name, request.Method, out var number))
        {
            return number;
        }

        number = Or(_index.Find(FullOf(kind.Coarse, route, host, request.Method, 0)), rest);
        if ((path | name) >= 0 && number >= 0)
        {
            _ownGroups.Add(kind.Number, path, name, request.Method, number);
        }

        return number;
    }

    private static int Or(int group, int rest) => group >= 0 ? group : rest;

    /// <summary>Each group's records of the minute <see cref="_nowMinute"/>, before they are counted in <see cref="_minutes"/>.</summary>
    private readonly int[] _ofMinute = new int[maxGroups];

    private void CountMinute()
    {
        Span<int> counts = _ofMinute.AsSpan(0, _groups.Count);
        for (int number = 0, skip; (skip = counts[number..].IndexOfAnyExcept(0)) >= 0; number++)
        {
            number += skip;
            MinuteSpan.Count(MinutesOf(number), _nowMinute, counts[number]);
            counts[number] = 0;
        }
    }

    /// <summary>All that comes behind the year 4083 is one minute: such a date is no log's.</summary>
    private static int MinuteOf(DateTime time) => (int)Math.Min(time.Ticks / TimeSpan.TicksPerMinute, int.MaxValue - MinuteSpan.Max);

    private Span<MinuteSpan.Place> MinutesOf(int number) => _minutes.AsSpan(number * MinuteSpan.Max, MinuteSpan.Max);

    /// <summary>Only records of one line with a request are sure to be the same for people as their bytes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAddSample(int number, ref byte block, in PlainRecord record, in PlainPlace place)
    {
        if (WantsSample(number, _now.Ticks))
        {
            if (!record.HasRequest || record.LinesMore > 0)
            {
                return false;
            }

            AddSample(number, new Sample(TextOf(ref block, record), place.Of(record), _now));
        }

        _tallies[number].NextSample = NextSampleAfter(number);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Turn(DateTime time)
    {
        var minute = MinuteOf(time);
        if (minute != _nowMinute)
        {
            CountMinute();
        }

        _now = time;
        _nowMinute = minute;
        _nowIsOutside = IsOutside(time);
        if (!_nowIsOutside)
        {
            _span.Add(time.Ticks);
        }
    }

    /// <summary>The part of a key that stands for the route of a request.</summary>
    internal static ulong RouteOf(ReadOnlySpan<byte> uri)
    {
        if (uri.IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0)
        {
            return PartOf(Routes.Fold(Encoding.UTF8.GetString(uri)));
        }

        Span<byte> route = stackalloc byte[Routes.BytesMax];
        return PartOf(route[..Routes.Fold(uri, route)]);
    }
}
