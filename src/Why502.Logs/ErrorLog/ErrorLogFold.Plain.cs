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

    /// <summary>Counts a record that agrees in everything that decides with one that was counted before; false when the whole record is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal bool TryCountLike(ref byte block, in PlainRecord record, DateTime time, string file, int? line, long offset)
    {
        if (time != _now || _nowMinute < 0)
        {
            Turn(time);
        }

        if (_nowIsOutside)
        {
            return true;
        }

        ref var known = ref _memo.Find(ref block, record, out var server, out var upstream);
        if (Unsafe.IsNullRef(ref known) || known.Treatment == Treatment.None)
        {
            return false;
        }

        if (known.Treatment == Treatment.Grouped)
        {
            var number = GroupOf(ref block, record, record.HasRequest ? CoarseOf(known.Message, server, known.IsUpstreamTrusted ? upstream : 0) : known.Message);
            if (number >= 0)
            {
                ref var tally = ref _tallies[number];
                if (WantsSample(tally, time.Ticks) && !TryAddSample(number, ref block, record, file, line, offset))
                {
                    return false;
                }

                Count(ref tally, number, time.Ticks, _nowMinute);
                if (record.ConnectionLength > 0 && !tally.HasAllConnections)
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
        else if (known.Treatment == Treatment.Unknown)
        {
            _unknownCount++;
        }

        if (known.Event is not null)
        {
            AddEvent(ref block, record, known, file, line, offset);
        }

        _records++;
        _belowWarn += known.IsBelowWarn ? 1 : 0;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddEvent(ref byte block, in PlainRecord record, in RecordClass known, string file, int? line, long offset)
    {
        var bytes = Bytes.Span(ref block, record.Start, record.TextEnd - record.Start).ToArray();
        AddEvent(new Happened(known.Event!.Value, record.ProcessNumber(ref block), known.Code, new Sample(bytes, new LogPosition(file, line, offset), _now)));
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
    private int GroupOf(ref byte block, in PlainRecord record, Fingerprint coarse)
    {
        var isScarce = IsScarce;
        if (!isScarce || MayHaveOwnGroup(ref block, record, coarse))
        {
            var number = _index.Find(record.HasRequest
                ? FullOf(coarse, _memo.RouteOf(ref block, record), _memo.HostOf(ref block, record), record.Method, 0)
                : FullOf(coarse, 0, 0, 0, 0));
            if (number >= 0 || !isScarce)
            {
                return number;
            }
        }

        return _index.Find(coarse.Value);
    }

    /// <summary>False when no group that was made of what clients choose begins its route as this request does: then there is no need to look for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MayHaveOwnGroup(ref byte block, in PlainRecord record, Fingerprint coarse) =>
        record.PathLength == 0 || _ownRoutes.Contains(coarse, AnySegment) || _ownRoutes.Contains(coarse, record.FirstSegment(ref block));

    /// <summary>Remembers the beginning of a group's route for <see cref="MayHaveOwnGroup"/>.</summary>
    private void AddOwnRoute(Fingerprint coarse, string? route)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(route ?? "");
        ReadOnlySpan<byte> segment = bytes is [(byte)'/', ..] ? bytes.AsSpan(1) : "{id}"u8;
        int end = segment.IndexOf((byte)'/');
        segment = end < 0 ? segment : segment[..end];
        bool isPlain = segment.IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0 && !segment.SequenceEqual("{id}"u8);
        _ownRoutes.Add(coarse, isPlain ? MethodOf(segment[..Math.Min(segment.Length, sizeof(ulong))]) : AnySegment);
    }

    /// <summary>Stands for a first segment that is not in the route as it is in the path; no text is this word.</summary>
    private const ulong AnySegment = ulong.MaxValue;

    private readonly RouteFilter _ownRoutes = new();

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
        _now = time;
        _nowMinute = time.Ticks / TimeSpan.TicksPerMinute;
        _nowIsOutside = IsOutside(time);
        if (!_nowIsOutside)
        {
            _span.Add(time.Ticks);
        }
    }

    /// <summary>The part of a key that stands for the route of a request.</summary>
    internal static ulong RouteOf(ReadOnlySpan<byte> uri) => PartOf(Routes.Fold(Encoding.UTF8.GetString(uri)));
}
