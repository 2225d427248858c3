using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Why502.Logs;

public sealed partial class ErrorLogFold
{
    private readonly RecordMemo _memo = new(maxGroups);
    private readonly OwnGroups _ownGroups = new();

    /// <summary>What <see cref="Add"/> decided about the last record.</summary>
    private RecordClass _decided;

    /// <summary>The time of the last plain record, which most of its neighbours share.</summary>
    private DateTime _now;
    private int _nowMinute = -1;
    private bool _nowIsOutside;

    /// <summary>Counts a record that agrees in everything that decides with one that was counted before; false when it is wanted whole.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal bool TryCountLike(ref byte block, in PlainRow row, in PlainPlace place)
    {
        if (row.Time != _now || _nowMinute < 0)
        {
            Turn(row.Time);
        }

        if (_nowIsOutside)
        {
            return row.Record.LinesMore == 0 || IsKnown(ref block, row);
        }

        var number = _memo.Find(ref block, row);
        return number >= 0 && TryCountOther(ref block, row.Record, number, place);
    }

    /// <summary>
    /// Its like was seen to be one record. Until then several lines may be a record and, behind it, one whose own date is missing or damaged: that one stays in the
    /// window, because a record without a time is taken for current.
    /// </summary>
    private bool IsKnown(ref byte block, in PlainRow row) => _memo.Find(ref block, row) >= 0;

    private bool TryCountOther(ref byte block, in PlainRecord record, int number, in PlainPlace place)
    {
        ref var kind = ref _memo.KindAt(number);
        if (kind.Treatment == Treatment.Grouped)
        {
            var group = kind.Group >= 0 ? kind.Group : GroupOf(ref block, record, number);
            group = group >= 0 ? group : MakeLike(ref block, record, number);
            if (group < 0 || (_tallies[group].Unsampled == 0 && !TryAddSample(group, ref block, record.Start, record.TextEnd, isWhole: record.HasRequest && record.LinesMore == 0, place)))
            {
                return false;
            }

            Count(group, _now);
        }

        _unknownCount += kind.Treatment == Treatment.Unknown ? 1 : 0;
        ref readonly var detail = ref _memo.DetailAt(number);
        if (detail.Event is { } happened)
        {
            AddEvent(new Happened(happened, record.ProcessNumber(ref block), detail.Code, new Sample(TextOf(ref block, record), place.At(record.Start), _now)));
        }

        _records++;
        _belowWarn += kind.BelowWarn;
        return true;
    }

    private static byte[] TextOf(ref byte block, in PlainRecord record) => Bytes.Span(ref block, record.Start, record.TextEnd - record.Start).ToArray();

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
            _decided.Like = _decided.Like is { } first ? WithoutItsOwn(first) : null;
            _memo.Remember(ref block, record, _decided);
        }
    }

    /// <summary>The group of a record whose kind alone does not tell it; negative when there is none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int GroupOf(ref byte block, in PlainRecord record, int kind)
    {
        ref readonly var detail = ref _memo.DetailAt(kind);
        var number = _families.Find(detail.Coarse);
        if (number < 0)
        {
            return _isFull ? _memo.KindAt(kind).Group = _index.Find(AnyPlace(detail.Message)) : GroupIndex.None;
        }

        var family = _families[number];
        _memo.KindAt(kind).Family = number + 1;
        return family.Own > 0 ? OwnGroupOf(ref block, record, number + 1, detail.Coarse, family.Rest) : _memo.KindAt(kind).Group = family.Rest;
    }

    private int OwnGroupOf(ref byte block, in PlainRecord record, int family, Fingerprint coarse, int rest)
    {
        if (!record.HasRequest)
        {
            return Or(_index.Find(FullOf(coarse, 0, 0, 0, 0)), rest);
        }

        if (!record.TryReadRequest(ref block, out var request))
        {
            return GroupIndex.None;
        }

        var route = _memo.RouteOf(ref block, request, out var path, out var pathLength);
        var host = _memo.HostOf(ref block, record, out var name);
        var number = Or(_index.Find(FullOf(coarse, route, host, request.Method, 0)), rest);
        if (path.Number != 0 && name.Number != 0 && record.HostLength <= RecordMemo.NameNearMax && number >= 0)
        {
            _ownGroups.Add(ref block, family, request, pathLength, record.Host, record.HostLength, path, name, number);
        }

        return number;
    }

    private static int Or(int group, int rest) => group >= 0 ? group : rest;

    /// <summary>Each group's records of the minute <see cref="_nowMinute"/>, before they are counted in <see cref="_minutes"/>. A whole number of vectors, with the place of what is in no group.</summary>
    private readonly int[] _ofMinute = new int[(maxGroups + Vector256<int>.Count) & -Vector256<int>.Count];

    private void CountMinute()
    {
        if (_nowMinute >= 0)
        {
            _minutes.Take(_nowMinute, _ofMinute.AsSpan(0, (_groups.Count + Vector256<int>.Count - 1) & -Vector256<int>.Count));
        }
    }

    /// <summary>All that comes behind the year 4083 is one minute: such a date is no log's.</summary>
    private static int MinuteOf(DateTime time) => (int)Math.Min(time.Ticks / TimeSpan.TicksPerMinute, int.MaxValue - GroupMinutes.Max);

    /// <summary>Keeps a record as its group's sample if one is wanted; false when it is wanted whole.</summary>
    /// <param name="isWhole">It is sure to be the same for people as its bytes: a record of one line with a request.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAddSample(int number, ref byte block, int start, int end, bool isWhole, in PlainPlace place)
    {
        if (number == maxGroups)
        {
            _tallies[number].Unsampled = int.MaxValue;
            return true;
        }

        if (WantsSample(number, _now.Ticks))
        {
            if (!isWhole)
            {
                return false;
            }

            AddSample(number, Bytes.Span(ref block, start, end - start), place.At(start));
        }

        _tallies[number].Unsampled = UnsampledAfter(number);
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
