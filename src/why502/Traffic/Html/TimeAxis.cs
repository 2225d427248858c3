using System.Globalization;
using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>The time of a report in equal columns, few enough to be drawn.</summary>
internal sealed class TimeAxis
{
    /// <summary>Columns of a chart: more are not told apart on a screen.</summary>
    public const int ColumnsMax = 180;

    /// <summary>Lengths of a column in minutes that people read easily; beyond a week they double.</summary>
    private static readonly long[] Lengths = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 10_080];

    private readonly long first;

    public TimeAxis(TrafficReport report)
    {
        long from = MinuteOf(report.Minutes[0].Minute), to = MinuteOf(report.Minutes[^1].Minute) + report.MinuteStep - 1;
        Minutes = Lengths.FirstOrDefault(length => length >= report.MinuteStep && to / length - from / length < ColumnsMax);
        for (var length = Lengths[^1]; Minutes == 0; length *= 2)
        {
            Minutes = to / length - from / length < ColumnsMax ? length : 0;
        }

        first = from / Minutes;
        Count = (int)(to / Minutes - first) + 1;
    }

    /// <summary>Columns that hold whole slots of nodes' own time lines, whose steps are powers of two.</summary>
    public TimeAxis(TrafficReport report, IEnumerable<UpstreamTraffic> nodes)
    {
        long from = MinuteOf(report.Minutes[0].Minute), to = MinuteOf(report.Minutes[^1].Minute) + report.MinuteStep - 1;
        for (Minutes = nodes.Max(node => node.SeriesStep); to / Minutes - from / Minutes >= ColumnsMax; Minutes *= 2)
        {
        }

        first = from / Minutes;
        Count = (int)(to / Minutes - first) + 1;
    }

    public int Count { get; }

    /// <summary>Minutes of a column.</summary>
    public long Minutes { get; }

    public int Column(DateTimeOffset time) => (int)Math.Clamp(MinuteOf(time) / Minutes - first, 0, Count - 1);

    public DateTimeOffset Begin(int column) => DateTimeOffset.UnixEpoch.AddMinutes((first + column) * Minutes);

    /// <summary>A column's time as a person writes it.</summary>
    public string Label(int column) => Begin(column).UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Short labels, evenly spread from the first column to the last.</summary>
    public IEnumerable<string> Ticks(int count)
    {
        var form = Begin(0).UtcDateTime.Date == Begin(Count - 1).UtcDateTime.Date ? "HH:mm" : Count * Minutes > 14 * 1440 ? "yyyy-MM-dd" : "MM-dd HH:mm";
        return Enumerable.Range(0, count).Select(tick => Begin((int)((Count - 1L) * tick / (count - 1))).UtcDateTime.ToString(form, CultureInfo.InvariantCulture));
    }

    public string LengthWords => Minutes switch
    {
        1 => "minute",
        < 60 => $"{Minutes} minutes",
        60 => "hour",
        < 1440 => $"{Minutes / 60} hours",
        1440 => "day",
        _ => $"{Minutes / 1440} days",
    };

    private static long MinuteOf(DateTimeOffset time) => (long)Math.Floor(time.ToUnixTimeSeconds() / 60.0);
}
