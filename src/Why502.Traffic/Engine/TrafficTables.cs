using Why502.Logs;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>
/// Everything that is counted exactly, whatever order the rows come in. Each worker fills tables of its own; merging them gives what one worker would have counted.
/// </summary>
internal sealed partial class TrafficTables
{
    /// <summary>45 days; longer logs are counted in steps of two minutes, four and so on.</summary>
    private const int MinutesMax = 65_536;

    private readonly byte[] _columns = MinuteColumn.ByStatus();
    private long _minute = Row.NoMinute;
    private int _minuteRow;

    public long Rows => Status.Sum();

    public long Malformed { get; set; }

    /// <summary>Seconds since 1970.</summary>
    public long From { get; private set; } = long.MaxValue;

    public long To { get; private set; } = long.MinValue;

    public AccessFields Fields { get; set; }

    public long[] Status { get; } = new long[1000];

    /// <summary>5xx and 499 by <see cref="StatusOrigin"/>.</summary>
    public long[] Origins { get; } = new long[4];

    public QuantileSketch RequestTime { get; } = new();

    public TimeTable Minutes { get; } = new(MinuteColumn.Columns, MinutesMax);

    public UpstreamTable Upstreams { get; } = new();

    /// <summary>Requests that more than one server was tried for, and those of them that ended below 500 after an attempt had failed.</summary>
    public long Retried { get; private set; }

    public long RetriesHidden { get; private set; }

    /// <summary>499s with an upstream that had not answered yet (all, where no upstream is logged), and how long their clients had waited.</summary>
    public QuantileSketch AbandonedWaiting { get; } = new();

    /// <summary>Of these, the ones that had waited a second or more.</summary>
    public long AbandonedLong { get; private set; }

    private const int LongWaitMilliseconds = 1000;

    /// <summary>Slow attempts that were answered, and slow ones that became 504; requests, where no upstream is logged.</summary>
    public SlowTimes Answered { get; } = new();

    public SlowTimes TimedOut { get; } = new();

    public DistinctSketch Clients { get; } = new();

    public DistinctSketch Paths { get; } = new();

    /// <summary>Adds up what was counted in short ways.</summary>
    public void Settle() => Upstreams.All.ForEach(upstream => upstream.Settle());

    public void Merge(TrafficTables other)
    {
        Malformed += other.Malformed;
        From = Math.Min(From, other.From);
        To = Math.Max(To, other.To);
        Fields |= other.Fields;
        for (int i = 0; i < Status.Length; i++)
        {
            Status[i] += other.Status[i];
        }

        for (int i = 0; i < Origins.Length; i++)
        {
            Origins[i] += other.Origins[i];
        }

        RequestTime.Merge(other.RequestTime);
        Minutes.Merge(other.Minutes);
        Upstreams.Merge(other.Upstreams);
        Retried += other.Retried;
        RetriesHidden += other.RetriesHidden;
        AbandonedLong += other.AbandonedLong;
        AbandonedWaiting.Merge(other.AbandonedWaiting);
        Answered.Merge(other.Answered);
        TimedOut.Merge(other.TimedOut);
        Clients.Merge(other.Clients);
        Paths.Merge(other.Paths);
        _minute = Row.NoMinute;
    }
}
