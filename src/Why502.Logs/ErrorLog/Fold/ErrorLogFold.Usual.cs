using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Why502.Logs;

public sealed partial class ErrorLogFold
{
    internal RecordMemo Memo => _memo;

    /// <summary>
    /// Counts records that are counted in a group, and that is all, and answers how many these were: at the first one that there is more to be done about, or whose like was not seen before, it ends.
    /// </summary>
    /// <param name="place">Goes on to the line in front of the next record.</param>
    internal int CountUsual(ref byte block, ReadOnlySpan<UsualRow> rows, ref PlainPlace place)
    {
        var tables = _memo.Tables;
        var line = place.Line;
        long belowWarn = 0, outside = 0;
        var count = 0;
        for (; count < rows.Length; count++)
        {
            ref readonly var row = ref Unsafe.Add(ref MemoryMarshal.GetReference(rows), count);
            if (row.Time != _now || _nowMinute < 0)
            {
                Turn(row.Time);
            }

            if (_nowIsOutside && row.LinesMore == 0)
            {
                outside++;
                line++;
                continue;
            }

            ref var kind = ref _memo.KindOf(ref block, row, tables);
            if (Unsafe.IsNullRef(in kind))
            {
                break;
            }

            if (_nowIsOutside)
            {
                outside++;
                line += row.LinesMore + 1;
                continue;
            }

            var group = kind.Group >= 0 ? kind.Group : OwnGroupOf(ref block, kind, row, tables);
            if (group < 0)
            {
                break;
            }

            ref var tally = ref _tallies[group];
            if (tally.Unsampled == 0 && !TryAddSample(group, ref block, row, place with { Line = line }))
            {
                break;
            }

            tally.Unsampled = Math.Max(tally.Unsampled - 1, 0);
            tally.Records++;
            tally.Span.Add(_now.Ticks);
            Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_ofMinute), group)++;
            belowWarn += kind.BelowWarn;
            line += row.LinesMore + 1;
        }

        place.Line = line;
        _records += count - outside;
        _belowWarn += belowWarn;
        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAddSample(int group, ref byte block, in UsualRow row, PlainPlace place) =>
        TryAddSample(group, ref block, row.Start, row.End, isWhole: row.LinesMore == 0, place);

    /// <summary>The group of a record whose kind alone does not tell it, if such a one was seen before.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int OwnGroupOf(ref byte block, in RecordKind kind, in UsualRow row, in KindTables tables)
    {
        var letters = Bytes.Word(ref block, row.Request);
        var methodLength = PlainRequest.FirstBlank(letters);
        var uri = row.Request + methodLength + 1;
        PlainRequest request = new() { Method = letters & ~(ulong.MaxValue << (methodLength * 8)), Uri = uri, UriLength = row.Close - " HTTP/1.1".Length - uri };
        if (kind.Family == 0 || methodLength is 0 or sizeof(ulong) || request.UriLength <= 0 || (uint)(row.HostLength - 1) >= RecordMemo.NameNearMax)
        {
            return GroupIndex.None;
        }

        var pathLength = request.PathLength(ref block);
        return pathLength == 0 ? GroupIndex.None : _ownGroups.Find(ref block, kind.Family, request, pathLength, row.Host, row.HostLength, tables);
    }
}
