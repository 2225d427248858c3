namespace Why502.Traffic.Engine;

/// <summary>Attempts that took a second or more: up to ten minutes in steps of 100 ms, fine enough to see where answers end, so that a limit can be told from the pile under it; above in whole seconds.</summary>
internal sealed class SlowTimes
{
    public const int StepMilliseconds = 100;
    public const int FromMilliseconds = 1000;

    /// <summary>Two hours; what is longer is in the last step.</summary>
    public const int LongestMilliseconds = 7_200_000;

    /// <summary>From here on steps are whole seconds.</summary>
    public const int FineMilliseconds = 600_000;
    private const int CoarseStepMilliseconds = 1000;
    private const int Steps = FineMilliseconds / StepMilliseconds + (LongestMilliseconds - FineMilliseconds) / CoarseStepMilliseconds;

    private long[]? _counts;

    public long Count { get; private set; }

    private static int StepOf(int milliseconds)
        => milliseconds < FineMilliseconds ? milliseconds / StepMilliseconds : Math.Min(FineMilliseconds / StepMilliseconds + (milliseconds - FineMilliseconds) / CoarseStepMilliseconds, Steps);

    public void Add(int milliseconds)
    {
        _counts ??= new long[Steps + 1];
        _counts[StepOf(milliseconds)]++;
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
        int end = before > LongestMilliseconds ? Steps + 1 : StepOf(before);
        for (int i = StepOf(from); _counts is not null && i < end; i++)
        {
            count += _counts[i];
        }

        return count;
    }
}
