using Why502.Logs;
using Why502.Traffic.Engine;
using Why502.Traffic.Findings;
using Why502.Traffic.Sketches;

namespace Why502.Traffic;

/// <summary>Tables → the report.</summary>
internal static class ReportBuilder
{
    /// <summary>Rows of each list of frequent values.</summary>
    private const int FrequentMax = 100;

    private const int SlowSecondMilliseconds = 1000;

    /// <param name="heavy">Null when no row was counted there.</param>
    /// <param name="routes">Routes that were counted elsewhere.</param>
    /// <param name="hosts">As <paramref name="routes"/>.</param>
    public static TrafficReport Build(TrafficTables tables, HeavyTables? heavy, TrafficScope scope, ReportContext context, IReadOnlyList<FrequentValue>? routes = null, IReadOnlyList<FrequentValue>? hosts = null)
    {
        bool full = scope == TrafficScope.Full;
        TrafficReport report = new()
        {
            Inputs = context.Inputs,
            Partial = context.Partial,
            Rows = tables.Rows,
            Malformed = tables.Malformed,
            MalformedSamples = context.MalformedSamples,
            From = tables.From == long.MaxValue ? null : DateTimeOffset.FromUnixTimeSeconds(tables.From),
            To = tables.To == long.MinValue ? null : DateTimeOffset.FromUnixTimeSeconds(tables.To),
            Status = StatusOf(tables.Status),
            Origin = OriginsOf(tables.Origins),
            RequestTime = QuantilesOf(tables.RequestTime),
            Upstreams = [.. UpstreamsOf(tables.Upstreams)],
            Retries = new RetryTraffic(tables.Retried, tables.RetriesHidden),
            MinuteStep = tables.Minutes.Step,
            Minutes = [.. MinutesOf(tables.Minutes)],
            Routes = routes ?? FrequentOf(heavy?.Routes, timed: true),
            Methods = FrequentOf(heavy?.Methods),
            Hosts = hosts ?? FrequentOf(heavy?.Hosts),
            Clients = FrequentOf(heavy?.Clients),
            DistinctClients = full && tables.Fields.HasFlag(AccessFields.Client) ? tables.Clients.Estimate() : null,
            DistinctPaths = full && tables.Fields.HasFlag(AccessFields.Request) ? tables.Paths.Estimate() : null,
            Slow = [.. SlowOf(tables)],
            Unlogged = UnloggedOf(tables.Fields),
        };
        return report with { Findings = Patterns.Find(report, tables, heavy, context) };
    }

    internal static string Clean(ReadOnlySpan<byte> text) => Redactor.Text(Sanitizer.Line(text));

    internal static TimeQuantiles? QuantilesOf(QuantileSketch sketch) => sketch.Count == 0 ? null : new TimeQuantiles(
        sketch.Count, sketch.Min, sketch.Sum / (double)sketch.Count, sketch.Quantile(0.5), sketch.Quantile(0.9), sketch.Quantile(0.95), sketch.Quantile(0.99), sketch.Max);

    private static OrderedDictionary<int, long> StatusOf(long[] counts)
    {
        OrderedDictionary<int, long> status = [];
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                status[i] = counts[i];
            }
        }

        return status;
    }

    private static OrderedDictionary<int, long> StatusOf(StatusCounts counts)
    {
        OrderedDictionary<int, long> status = [];
        foreach ((int code, long count) in counts.All())
        {
            status[code] = count;
        }

        return status;
    }

    private static OriginCounts OriginsOf(long[] counts) => new(
        counts[(int)StatusOrigin.Nginx], counts[(int)StatusOrigin.Upstream], counts[(int)StatusOrigin.Client], counts[(int)StatusOrigin.Unknown]);

    private static IEnumerable<UpstreamTraffic> UpstreamsOf(UpstreamTable table)
    {
        IEnumerable<UpstreamCounter> all = table.Others is { } others ? table.All.Append(others) : table.All;
        return all.Select(One).Order(Comparer<UpstreamTraffic>.Create((one, other) => one.Attempts != other.Attempts
            ? other.Attempts.CompareTo(one.Attempts)
            : string.CompareOrdinal(one.Upstream, other.Upstream)));

        static UpstreamTraffic One(UpstreamCounter counter) => new()
        {
            Upstream = counter.Name.Length == 0 ? "(others)" : Clean(counter.Name),
            IsGroup = counter.Name.Length > 0 && !counter.Name.AsSpan().Contains((byte)':'),
            Attempts = counter.Attempts,
            Final = counter.Final,
            Failed = counter.Failed,
            FailedMedian = counter.Failures.Count == 0 ? null : counter.Failures.Quantile(0.5),
            FailedUnconnected = counter.FailedUnconnected,
            FailedAnswered = counter.FailedAnswered,
            FailedUnanswered = counter.FailedUnanswered,
            Hidden = counter.Hidden,
            Status = StatusOf(counter.Attempted),
            FinalStatus = StatusOf(counter.Ended),
            Origin = OriginsOf(counter.Origins),
            ResponseTime = QuantilesOf(counter.Response),
            HeaderTime = QuantilesOf(counter.Header),
            ConnectTime = QuantilesOf(counter.Connect),
            SeriesStep = counter.Series.Step,
            Series = SeriesOf(counter.Series),
        };
    }

    private static List<UpstreamMinute> SeriesOf(TimeTable table)
    {
        List<UpstreamMinute> series = new(table.Count);
        foreach ((long minute, int row) in table.InOrder())
        {
            series.Add(new UpstreamMinute(TimeOf(minute), table.Cells[row], table.Cells[row + 1]));
        }

        return series;
    }

    private static DateTimeOffset TimeOf(long minute) => DateTimeOffset.FromUnixTimeSeconds(Math.Max(minute * 60, DateTimeOffset.MinValue.ToUnixTimeSeconds()));

    private static IEnumerable<MinuteTraffic> MinutesOf(TimeTable table)
    {
        foreach ((long minute, int row) in table.InOrder())
        {
            long[] cells = table.Cells;
            long timed = cells[row + MinuteColumn.Timed];
            yield return new MinuteTraffic(
                TimeOf(minute),
                cells[row + MinuteColumn.Rows],
                cells[row + MinuteColumn.Success],
                cells[row + MinuteColumn.Redirect],
                cells[row + MinuteColumn.ClientError],
                cells[row + MinuteColumn.Abandoned],
                cells[row + MinuteColumn.ServerError],
                cells[row + MinuteColumn.BadGateway],
                cells[row + MinuteColumn.Unavailable],
                cells[row + MinuteColumn.GatewayTimeout],
                timed == 0 ? null : cells[row + MinuteColumn.TimeSum] / (double)timed);
        }
    }

    private static IEnumerable<SlowSecond> SlowOf(TrafficTables tables)
    {
        for (int from = SlowTimes.FromMilliseconds; from <= SlowTimes.LongestMilliseconds; from += SlowSecondMilliseconds)
        {
            SlowSecond second = new(from, tables.Answered.Between(from, from + SlowSecondMilliseconds), tables.TimedOut.Between(from, from + SlowSecondMilliseconds));
            if (second.Answered + second.TimedOut > 0)
            {
                yield return second;
            }
        }
    }

    private static IReadOnlyList<FrequentValue> FrequentOf(HeavyHitters? table, bool timed = false)
    {
        if (table is null)
        {
            return [];
        }

        int[] order = new int[table.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (one, other) => table[one].Count != table[other].Count
            ? table[other].Count.CompareTo(table[one].Count)
            : table.Label(one).SequenceCompareTo(table.Label(other)));
        FrequentValue[] frequent = new FrequentValue[Math.Min(order.Length, FrequentMax)];
        for (int i = 0; i < frequent.Length; i++)
        {
            ref readonly HeavyEntry entry = ref table[order[i]];
            frequent[i] = new FrequentValue(Clean(table.Label(order[i])), entry.Count, entry.Missed, entry.Failed, entry.Abandoned, timed ? QuantilesOf(table.TimesOf(order[i])) : null);
        }

        return frequent;
    }

    private static IReadOnlyList<UnloggedValue> UnloggedOf(AccessFields fields)
    {
        (AccessFields Field, string Variable, string Tells)[] all =
        [
            (AccessFields.UpstreamAddr, "$upstream_addr", "which node answered, and what retries hid"),
            (AccessFields.UpstreamStatus, "$upstream_status", "what each attempt ended with"),
            (AccessFields.UpstreamResponseTime, "$upstream_response_time", "how long each node took, and how close to the limit"),
            (AccessFields.UpstreamHeaderTime, "$upstream_header_time", "whether a 502 or 504 is nginx's own or came from the upstream"),
            (AccessFields.UpstreamConnectTime, "$upstream_connect_time", "whether the connection or the answer was slow"),
            (AccessFields.RequestTime, "$request_time", "how long clients waited"),
        ];
        List<UnloggedValue> unlogged = [];
        foreach ((AccessFields field, string variable, string tells) in all)
        {
            if ((fields & field) == 0)
            {
                unlogged.Add(new UnloggedValue(variable, tells));
            }
        }

        return unlogged;
    }
}
