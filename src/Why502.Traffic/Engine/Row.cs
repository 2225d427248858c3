using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>One row: the positions of its values, and those that every table needs as numbers.</summary>
internal struct Row
{
    /// <summary>No time in the row.</summary>
    public const long NoMinute = long.MinValue;

    public AccessRow Slices;
    public int Status;

    /// <summary>Minutes since 1970, or <see cref="NoMinute"/>.</summary>
    public long Minute;
    public int Second;

    /// <summary>Milliseconds, or -1.</summary>
    public int RequestTime;

    /// <summary>The known node that was asked alone, or -1: the list is to be read.</summary>
    public int Upstream;

    /// <summary>The only attempt's status, 0 for a dash, or -1: not read yet.</summary>
    public int Attempt;

    /// <summary>The only attempt's time in milliseconds, -1 for a dash, or -2: not read yet.</summary>
    public int ResponseTime;

    public readonly long UnixTime => Minute * 60 + Second;
}
