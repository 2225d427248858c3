using Why502.Logs;
using Why502.Traffic;
using Why502.Traffic.Engine;

namespace Why502.Cli.Traffic;

/// <summary>Puts stretches together in the order of the logs, whoever is ready first. Workers that are too far ahead wait, so that what is pending stays small.</summary>
internal sealed class StretchOrder(int sources, int workers)
{
    private readonly Lock gate = new();
    private readonly object signal = new();
    private readonly Stack<Stretch> free = [];
    private readonly Source[] progress = Sources(sources);
    private HeavyTables? total;
    private readonly List<OddRowOf> odd = [];
    private int merged;
    private bool isPacked;
    private bool aborted;

    /// <summary>A log of more stretches than this, some 60 MB, is long enough for the total of those before it to be packed meanwhile.</summary>
    private const int LongLog = 16;

    private sealed class Source
    {
        public Stretch? Total;
        public int Next;
        public int? Last;
        public readonly Dictionary<int, Stretch> Pending = [];

        public bool IsDone => Last is { } last && Next > last;
    }

    private sealed record OddRowOf(int Source, OddRow Row);

    private static Source[] Sources(int count)
    {
        var all = new Source[count];
        for (var i = 0; i < count; i++)
        {
            all[i] = new Source();
        }

        return all;
    }

    /// <summary>Logs and stretches that may be under way or waiting at a time.</summary>
    private int Ahead => workers;

    /// <summary>An empty stretch. It is asked for when its work may begin: a worker that waits holds none.</summary>
    public Stretch Rent()
    {
        lock (gate)
        {
            return free.Count > 0 ? free.Pop() : new Stretch();
        }
    }

    /// <summary>Waits until a stretch is near enough to those that are ready; false when the reading has ended.</summary>
    public bool Enter(int source, int number)
    {
        lock (signal)
        {
            while (!aborted && IsTooFarAhead(source, number))
            {
                Monitor.Wait(signal);
            }

            return !aborted;
        }
    }

    /// <summary>Of a log whose turn has not come, fewer stretches are read than there are workers: each such log keeps a sum of its own beside the one whose turn it is.</summary>
    private bool IsTooFarAhead(int source, int number)
        => source >= merged + Ahead || number >= (source == merged ? progress[source].Next + Ahead : Math.Max(Ahead - 1, 1));

    /// <summary>Takes a finished stretch.</summary>
    public void Publish(int source, int number, Stretch stretch, bool isLast)
    {
        lock (signal)
        {
            var log = progress[source];
            log.Pending.Add(number, stretch);
            log.Last = isLast ? number : log.Last;
            while (log.Pending.Remove(log.Next, out var next))
            {
                log.Next++;
                log.Total = Append(log.Total, next);
            }

            while (merged < progress.Length && progress[merged].IsDone)
            {
                Merge(merged++);
            }

            if (!isPacked && merged < progress.Length && progress[merged].Next >= LongLog)
            {
                // What the packed total leaves behind is old, and would stay for as long as there is room for more.
                total?.Pack();
                GC.Collect();
                isPacked = true;
            }

            Monitor.PulseAll(signal);
        }
    }

    public void Abort()
    {
        lock (signal)
        {
            aborted = true;
            Monitor.PulseAll(signal);
        }
    }

    /// <summary>The frequent values of all of it; of an interrupted reading what there is. Null when nothing was counted there.</summary>
    public HeavyTables? Finish()
    {
        lock (signal)
        {
            for (; merged < progress.Length; merged++)
            {
                foreach (var (_, stretch) in progress[merged].Pending.OrderBy(pending => pending.Key))
                {
                    progress[merged].Total = Append(progress[merged].Total, stretch);
                }

                Merge(merged);
            }

            return total;
        }
    }

    public IReadOnlyList<MalformedRow> Malformed(IReadOnlyList<TrafficSource> logs, Func<int, long> linesBefore)
    {
        List<MalformedRow> rows = [];
        (int source, long before) = (-1, 0);
        foreach (var row in odd.Take(Stretch.OddRowsMax))
        {
            before = row.Source == source ? before : linesBefore(row.Source);
            source = row.Source;
            rows.Add(new MalformedRow(logs[source].Name, before + row.Row.Line, Redactor.Text(Sanitizer.Line(row.Row.Text))));
        }

        return rows;
    }

    private Stretch Append(Stretch? sum, Stretch next)
    {
        if (sum is null)
        {
            return next;
        }

        sum.Append(next);
        Return(next);
        return sum;
    }

    private void Merge(int source)
    {
        if (progress[source].Total is { } sum)
        {
            odd.AddRange(sum.Odd.Take(Stretch.OddRowsMax).Select(row => new OddRowOf(source, row)));
            progress[source].Total = null;
            if (sum.Heavy is { } heavy && total is not null)
            {
                total.Merge(heavy);
                Return(sum);
            }

            total ??= sum.Heavy;
            isPacked = false;
        }
    }

    private void Return(Stretch stretch)
    {
        stretch.Clear();
        lock (gate)
        {
            free.Push(stretch);
        }
    }
}
