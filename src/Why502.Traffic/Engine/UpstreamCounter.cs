using System.Runtime.CompilerServices;
using Why502.Logs;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>What the rows say of one entry of <c>$upstream_addr</c>.</summary>
internal sealed class UpstreamCounter(byte[] name)
{
    /// <summary>Slots of a node's own time line: enough to see when it began, few enough for hundreds of nodes.</summary>
    private const int SlotsMax = 128;

    private long _minute = Row.NoMinute;
    private int _row;

    public byte[] Name { get; } = name;

    /// <summary>Of the name.</summary>
    public ulong Hash { get; } = TextHash.Of(name);

    public long Attempts { get; set; }

    /// <summary>Requests whose last attempt went here.</summary>
    public long Final { get; set; }

    public long Failed { get; private set; }

    /// <summary>Failed attempts for which a connect time is logged by the format, and a dash stands there.</summary>
    public long FailedUnconnected { get; private set; }

    /// <summary>Failed attempts with a header time, and those with a dash in its place.</summary>
    public long FailedAnswered { get; private set; }

    public long FailedUnanswered { get; private set; }

    /// <summary>Failed attempts of requests that ended below 500 elsewhere.</summary>
    public long Hidden { get; set; }

    public StatusCounts Attempted { get; } = new();

    /// <summary>Requests below 499 that tried this node only and got its status; all other counters leave them out until <see cref="Settle"/>.</summary>
    private readonly long[] _usual = new long[UsualMax];

    private const int UsualMax = 512;

    /// <summary>The rows' own statuses, of requests that ended here.</summary>
    public StatusCounts Ended { get; } = new();

    /// <summary>5xx and 499 of requests that ended here, by who made them.</summary>
    public long[] Origins { get; } = new long[4];

    public QuantileSketch Response { get; } = new();

    public QuantileSketch Header { get; } = new();

    public QuantileSketch Connect { get; } = new();

    /// <summary>How long failed attempts took.</summary>
    public QuantileSketch Failures { get; } = new();

    /// <summary>Attempts and failed attempts.</summary>
    public TimeTable Series { get; } = new(2, SlotsMax);

    /// <param name="status">Below 499.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountUsual(int status, long minute)
    {
        _usual[status]++;
        if (minute != _minute)
        {
            _row = Series.Row(minute);
            _minute = minute;
        }

        Series.Cells[_row]++;
    }

    /// <summary>Adds up what was counted in a short way.</summary>
    public void Settle()
    {
        for (int status = 0; status < UsualMax; status++)
        {
            if (_usual[status] is > 0 and long count)
            {
                _usual[status] = 0;
                Attempts += count;
                Final += count;
                Attempted.Add(status, count);
                Ended.Add(status, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(long minute, bool failed)
    {
        Failed += failed ? 1 : 0;
        if (minute == Row.NoMinute)
        {
            return;
        }

        // A slot moves only when another minute is asked for.
        if (minute != _minute)
        {
            _row = Series.Row(minute);
            _minute = minute;
        }

        long[] cells = Series.Cells;
        cells[_row]++;
        cells[_row + 1] += failed ? 1 : 0;
    }

    /// <summary>How far a failed attempt came.</summary>
    /// <param name="connect">Milliseconds, or below zero for a dash.</param>
    /// <param name="header">As <paramref name="connect"/>.</param>
    public void Explain(AccessFields fields, int connect, int header)
    {
        FailedUnconnected += (fields & AccessFields.UpstreamConnectTime) != 0 && connect < 0 ? 1 : 0;
        if ((fields & AccessFields.UpstreamHeaderTime) != 0)
        {
            FailedAnswered += header >= 0 ? 1 : 0;
            FailedUnanswered += header < 0 ? 1 : 0;
        }
    }

    public void Merge(UpstreamCounter other)
    {
        FailedUnconnected += other.FailedUnconnected;
        FailedAnswered += other.FailedAnswered;
        FailedUnanswered += other.FailedUnanswered;
        Attempts += other.Attempts;
        Final += other.Final;
        Failed += other.Failed;
        Hidden += other.Hidden;
        Attempted.Merge(other.Attempted);
        Ended.Merge(other.Ended);
        for (int i = 0; i < Origins.Length; i++)
        {
            Origins[i] += other.Origins[i];
        }

        Response.Merge(other.Response);
        Header.Merge(other.Header);
        Connect.Merge(other.Connect);
        Failures.Merge(other.Failures);
        Series.Merge(other.Series);
        _minute = Row.NoMinute;
    }
}
