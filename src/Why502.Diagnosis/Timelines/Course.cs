using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>How the failures of an incident are spread over time.</summary>
/// <param name="Minutes">Failures in each minute, oldest first; the last element is the minute of the newest failure. At most two hours.</param>
/// <param name="LastMinute">Begin of the last element's minute.</param>
public sealed record Course(IReadOnlyList<int> Minutes, DateTimeOffset LastMinute)
{
    /// <summary>So many minutes without a failure end a burst.</summary>
    private const int SilentMinutes = 2;

    /// <summary>Bursts repeat when the distances of their beginnings differ from the median by at most this share (and one minute, the resolution).</summary>
    private const double PeriodTolerance = 0.15;

    /// <summary>A period needs so many bursts: two distances that agree can be chance.</summary>
    private const int PeriodicFrom = 4;

    private IReadOnlyList<Burst>? bursts;

    /// <summary>Failures a minute over the minutes from the first to the last.</summary>
    public double PerMinute => Minutes.Count == 0 ? 0 : Minutes.Sum() / (double)Minutes.Count;

    /// <summary>Runs of minutes with failures, oldest first. One of them is a steady fault.</summary>
    public IReadOnlyList<Burst> Bursts => bursts ??= [.. Runs()];

    /// <summary>The distance at which bursts come back, when they do: a job of cron, a health check, a cache that runs out.</summary>
    public TimeSpan? Period
    {
        get
        {
            if (Bursts.Count < PeriodicFrom)
            {
                return null;
            }

            var distances = Bursts.Zip(Bursts.Skip(1), (one, next) => (next.From - one.From).TotalMinutes).Order().ToList();
            var median = distances[distances.Count / 2];
            return distances.All(distance => Math.Abs(distance - median) <= Math.Max(1, median * PeriodTolerance)) ? TimeSpan.FromMinutes(median) : null;
        }
    }

    /// <summary>The sum of several groups' minutes; null when none of them has times.</summary>
    public static Course? Of(IEnumerable<ErrorGroup> groups, TimeSpan offset)
    {
        var timed = groups
            .Where(group => group is { Last: not null, PerMinute.Count: > 0 })
            .Select(group => (End: group.Last!.Value.Ticks / TimeSpan.TicksPerMinute, Counts: group.PerMinute!))
            .ToList();
        if (timed.Count == 0)
        {
            return null;
        }

        var end = timed.Max(group => group.End);
        var begin = Math.Max(end - MinutesMax + 1, timed.Min(group => group.End - group.Counts.Count + 1));
        var minutes = new int[end - begin + 1];
        foreach (var (last, counts) in timed)
        {
            for (var i = 0; i < counts.Count; i++)
            {
                var minute = last - counts.Count + 1 + i;
                if (minute >= begin)
                {
                    minutes[minute - begin] += counts[i];
                }
            }
        }

        return new(minutes, new DateTimeOffset(new DateTime(end * TimeSpan.TicksPerMinute, DateTimeKind.Unspecified), offset));
    }

    /// <summary>As far back as the error log's fold counts minutes.</summary>
    private const int MinutesMax = 120;

    private IEnumerable<Burst> Runs()
    {
        var from = -1;
        var to = -1;
        var requests = 0L;
        for (var i = 0; i < Minutes.Count; i++)
        {
            if (Minutes[i] == 0)
            {
                continue;
            }

            if (from >= 0 && i - to > SilentMinutes)
            {
                yield return new(At(from), At(to + 1), requests);
                (from, requests) = (-1, 0);
            }

            from = from < 0 ? i : from;
            to = i;
            requests += Minutes[i];
        }

        if (from >= 0)
        {
            yield return new(At(from), At(to + 1), requests);
        }
    }

    private DateTimeOffset At(int minute) => LastMinute.AddMinutes(minute - Minutes.Count + 1);
}

/// <param name="From">Begin of the first minute with failures.</param>
/// <param name="To">End of the last minute with failures.</param>
public readonly record struct Burst(DateTimeOffset From, DateTimeOffset To, long Requests);
