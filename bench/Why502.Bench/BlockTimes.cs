using System.Diagnostics;

namespace Why502.Bench;

/// <summary>
/// What each block of a file cost at its best over several runs. A busy machine disturbs a run for milliseconds, a block takes a fraction of one: the sum of the best
/// is what a quiet machine would have taken.
/// </summary>
internal sealed class BlockTimes
{
    private readonly List<long> best = [];
    private int block;
    private long start;

    public double Seconds => best.Sum() / (double)Stopwatch.Frequency;

    /// <summary>Seconds of the block in the middle: what one takes once its like was seen.</summary>
    public double Median => best.Order().ElementAt(best.Count / 2) / (double)Stopwatch.Frequency;

    public void BeginRun() => block = 0;

    public void Start() => start = Stopwatch.GetTimestamp();

    public void Stop()
    {
        long ticks = Stopwatch.GetTimestamp() - start;
        if (block == best.Count)
        {
            best.Add(ticks);
        }

        best[block] = Math.Min(best[block], ticks);
        block++;
    }
}
