using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Why502.Logs;

public sealed partial class ErrorLogFold
{
    /// <summary>Has what was decided about such a record fetched from memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Prefetch(ulong hash) => _memo.Prefetch(hash);

    /// <summary>Has the tallies of these records fetched from memory.</summary>
    internal void Prefetch(ReadOnlySpan<UsualRow> rows)
    {
        foreach (ref readonly var row in rows)
        {
            _tallies.Prefetch(Math.Max(_memo.Nearest(row.Hash).Group, 0));
        }
    }

    /// <summary>Counts a record that is counted in a group, and that is all; false when there is more to be done about it, or its like was not seen before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryCountUsual(ref byte block, in UsualRow row, in PlainPlace place)
    {
        if (row.Time != _now || _nowMinute < 0)
        {
            Turn(row.Time);
        }

        if (_nowIsOutside && row.LinesMore == 0)
        {
            return true;
        }

        ref readonly var kind = ref _memo.KindOf(ref block, row);
        if (Unsafe.IsNullRef(in kind))
        {
            return false;
        }

        if (_nowIsOutside)
        {
            return true;
        }

        var group = kind.Group >= 0 ? kind.Group : OwnGroupOf(ref block, kind, row);
        if (group < 0 || (_tallies[group].Unsampled == 0 && !TryAddSample(group, ref block, row.Start, row.End, isWhole: row.LinesMore == 0, place)))
        {
            return false;
        }

        ref var tally = ref _tallies[group];
        tally.Unsampled = Math.Max(tally.Unsampled - 1, 0);
        tally.Records++;
        tally.Span.Add(_now.Ticks);
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_ofMinute), group)++;
        _records++;
        _belowWarn += kind.BelowWarn;
        return true;
    }

    /// <summary>The group of a record whose kind alone does not tell it, if such a one was seen before.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int OwnGroupOf(ref byte block, in RecordKind kind, in UsualRow row)
    {
        var letters = Bytes.Word(ref block, row.Request);
        var methodLength = PlainRequest.FirstBlank(letters);
        var uri = row.Request + methodLength + 1;
        PlainRequest request = new() { Method = letters & ~(ulong.MaxValue << (methodLength * 8)), Uri = uri, UriLength = row.Close - " HTTP/1.1".Length - uri };
        if (kind.Family == 0 || methodLength is 0 or sizeof(ulong) || request.UriLength <= 0 || row.HostLength <= 0)
        {
            return GroupIndex.None;
        }

        var pathLength = request.PathLength(ref block);
        if (pathLength == 0)
        {
            return GroupIndex.None;
        }

        var group = _ownGroups.Find(OwnGroups.HashOf(ref block, kind.Family, request, pathLength, row.Host, row.HostLength), kind.Family, request.Method, out var path, out var host);
        return group >= 0 && _memo.IsPath(path, ref block, uri, pathLength) && _memo.IsName(host, ref block, row.Host, row.HostLength) ? group : GroupIndex.None;
    }
}
