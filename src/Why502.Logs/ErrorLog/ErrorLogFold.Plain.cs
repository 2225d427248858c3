using System.Runtime.CompilerServices;
using System.Text;

namespace Why502.Logs;

public sealed partial class ErrorLogFold
{
    private readonly RecordMemo _memo = new();

    /// <summary>What <see cref="Add"/> decided about the last record.</summary>
    private RecordClass _decided;
    private Fingerprint _decidedCoarse;

    /// <summary>The time of the last plain record, which most of its neighbours share.</summary>
    private DateTime _now;
    private long _nowMinute = -1;
    private bool _nowIsOutside;

    internal void Recognise(ref byte block, Span<PlainRow> rows) => _memo.Recognise(ref block, rows);

    /// <summary>Counts a record that agrees in everything that decides with one that was counted before; false when the whole record is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal bool TryCountLike(ref byte block, ref PlainRow row, string file, int? line, long offset)
    {
        ref var record = ref row.Record;
        var time = row.Time;
        if (time != _now || _nowMinute < 0)
        {
            Turn(time);
        }

        if (_nowIsOutside)
        {
            return true;
        }

        ref var kind = ref _memo.KindOf(ref block, ref row);
        if (Unsafe.IsNullRef(ref kind))
        {
            return false;
        }

        if (kind.Treatment == Treatment.Grouped)
        {
            var number = GroupOf(ref block, record, ref kind);
            if (number >= 0)
            {
                ref var tally = ref _tallies[number];
                if (WantsSample(tally, time.Ticks) && !TryAddSample(number, ref block, record, file, line, offset))
                {
                    return false;
                }

                tally.Records++;
                tally.Span.Add(time.Ticks);
                _ofMinute[number]++;
                if (!tally.HasAllConnections && record.ConnectionLength > 0)
                {
                    CountConnection(ref tally, number, record.ConnectionNumber(ref block));
                }
            }
            else if (_groups.Count >= maxGroups)
            {
                _dropped++;
            }
            else
            {
                return false;
            }
        }
        else if (kind.Treatment == Treatment.Unknown)
        {
            _unknownCount++;
        }

        if (kind.HasEvent)
        {
            AddEvent(ref block, record, kind, file, line, offset);
        }

        _records++;
        _belowWarn += kind.IsBelowWarn ? 1 : 0;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddEvent(ref byte block, in PlainRecord record, in RecordKind kind, string file, int? line, long offset)
    {
        var bytes = Bytes.Span(ref block, record.Start, record.TextEnd - record.Start).ToArray();
        AddEvent(new Happened(kind.Event, record.ProcessNumber(ref block), kind.Code, new Sample(bytes, new LogPosition(file, line, offset), _now)));
    }

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
            _decided.Message = record.HasRequest ? _decided.Message : _decidedCoarse;
            _memo.Remember(ref block, record, _decided);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int GroupOf(ref byte block, in PlainRecord record, ref RecordKind kind)
    {
        if (!_isScarce || MayHaveOwnGroup(record, kind.Coarse))
        {
            var number = OwnGroupOf(ref block, record, kind);
            if (number >= 0 || !_isScarce)
            {
                return number;
            }
        }

        return kind.Group >= 0 ? kind.Group : kind.Group = _index.Find(kind.Coarse.Value);
    }

    private int OwnGroupOf(ref byte block, in PlainRecord record, in RecordKind kind)
    {
        if (!record.HasRequest)
        {
            return _index.Find(FullOf(kind.Coarse, 0, 0, 0, 0));
        }

        var route = _memo.RouteOf(ref block, record, out var path);
        var host = _memo.HostOf(ref block, record, out var name);
        if ((path | name) >= 0 && _ownGroups.TryFind(kind.Number, path, name, record.Method, out var number))
        {
            return number;
        }

        number = _index.Find(FullOf(kind.Coarse, route, host, record.Method, 0));
        if ((path | name) >= 0 && (number >= 0 || _isScarce))
        {
            // When room is scarce, who has no group of its own gets none later, either.
            _ownGroups.Add(kind.Number, path, name, record.Method, number);
        }

        return number;
    }

    /// <summary>False when no group that was made of what clients choose is of a route as this request's: then there is no need to look for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MayHaveOwnGroup(in PlainRecord record, Fingerprint coarse) =>
        record.PathLength == 0 || _ownRoutes.Contains(coarse, record.Sketch) || _ownRoutes.Contains(coarse, RouteSketch.OfAny(record.Method));

    private readonly OwnGroups _ownGroups = new();
    private readonly RouteFilter _ownRoutes = new();

    /// <summary>Each group's records of the minute <see cref="_nowMinute"/>, before they are counted in <see cref="_minutes"/>.</summary>
    private readonly int[] _ofMinute = new int[maxGroups];

    private void CountMinute()
    {
        for (var number = 0; number < _groups.Count; number++)
        {
            if (_ofMinute[number] > 0)
            {
                _tallies[number].Minutes.Count(_minutes.AsSpan(number * MinuteSpan.Max, MinuteSpan.Max), _nowMinute, _ofMinute[number]);
                _ofMinute[number] = 0;
            }
        }
    }

    /// <summary>Only records of one line with a request are sure to be the same for people as their bytes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAddSample(int number, ref byte block, in PlainRecord record, string file, int? line, long offset)
    {
        if (!record.HasRequest || record.LinesMore > 0)
        {
            return false;
        }

        AddSample(number, new Sample(Bytes.Span(ref block, record.Start, record.TextEnd - record.Start).ToArray(), new LogPosition(file, line, offset), _now));
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Turn(DateTime time)
    {
        var minute = time.Ticks / TimeSpan.TicksPerMinute;
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
