using System.Diagnostics;

namespace Why502.Bench.Configuration;

/// <summary>One thread of the fuzzer: picks, mutates, tries, keeps what is new.</summary>
/// <param name="keep">The folder where inputs that fail are kept.</param>
/// <param name="slowest">A hang is whatever takes longer than this twice: once may be the machine's doing.</param>
internal sealed class FuzzWorker(FuzzPool pool, int seed, long count, string keep, TimeSpan slowest)
{
    private const int FailuresMax = 20;

    /// <summary>Inputs have at most 3 kB; one that allocates more grows faster than it should.</summary>
    private const long BytesAllowed = 64L << 20;

    private readonly Random random = new(seed);
    private readonly List<int> features = [];

    public long Done { get; private set; }

    public TimeSpan Slowest { get; private set; }

    public long MostBytes { get; private set; }

    public int Failures { get; private set; }

    public void Run()
    {
        FuzzMutator mutator = new(pool, random);
        while (Done < count && Failures < FailuresMax)
        {
            byte[] main = mutator.Mutate(pool.Pick(random));
            FuzzInput input = new(main, pool.Pick(random), mutator.Mutate(pool.Pick(random)));
            features.Clear();
            if (Try(input) is { } what)
            {
                Keep(input, what);
            }
            else
            {
                pool.Offer(main, features);
            }

            Done++;
        }
    }

    private void Keep(FuzzInput input, string what)
    {
        string folder = Path.Combine(keep, $"{Failures++}");
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] content) in input.Files)
        {
            File.WriteAllBytes(Path.Combine(folder, name), content);
        }

        Console.WriteLine($"{folder}: {what}");
    }

    private string? Try(FuzzInput input)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        try
        {
            string? wrong = input.Check(random.Next(), features);
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            if (took > slowest)
            {
                // Again: a machine that was busy elsewhere is not busy twice.
                start = Stopwatch.GetTimestamp();
                input.CheckAll(features);
                took = Stopwatch.GetElapsedTime(start);
                wrong ??= took > slowest ? $"it took {took.TotalSeconds:N1} s" : null;
            }

            Slowest = took > Slowest ? took : Slowest;
            MostBytes = Math.Max(MostBytes, bytes);
            return wrong ?? (bytes > BytesAllowed ? $"it allocated {bytes / 1e6:N0} MB" : null);
        }
        catch (Exception failure)
        {
            return failure.ToString();
        }
    }
}
