namespace Why502.Traffic.Engine;

/// <summary>Attempts that took a second or more, in steps of 100 ms: fine enough to see where answers end, so that a limit can be told from the pile under it.</summary>
internal sealed class SlowTimes
{
    public const int StepMilliseconds = 100;
    public const int FromMilliseconds = 1000;

    /// <summary>Ten minutes; what is longer is in the last step.</summary>
    private const int Steps = 6000;

    public const int LongestMilliseconds = Steps * StepMilliseconds;

    private long[]? _counts;

    public long Count { get; private set; }

    public void Add(int milliseconds)
    {
        _counts ??= new long[Steps + 1];
        _counts[Math.Min(milliseconds / StepMilliseconds, Steps)]++;
        Count++;
    }

    public void Merge(SlowTimes other)
    {
        if (other._counts is null)
        {
            return;
        }

        _counts ??= new long[Steps + 1];
        Count += other.Count;
        for (int i = 0; i <= Steps; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>Attempts from one time up to another, which does not belong to it; both are whole steps.</summary>
    public long Between(int from, int before)
    {
        long count = 0;
        for (int i = from / StepMilliseconds; _counts is not null && i < Math.Min(before / StepMilliseconds, Steps + 1); i++)
        {
            count += _counts[i];
        }

        return count;
    }
}
