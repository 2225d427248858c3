using System.Diagnostics;
using System.Globalization;

namespace Why502.Bench.Configuration;

/// <summary>
/// Mutates configurations and holds the whole model against what must be true of any input: nothing throws, nothing takes more than a second (--seconds N) or
/// more memory than its size explains, every byte comes back, JSON is JSON. Inputs that show something new (a problem, a nesting) are mutated further.
/// The same seed and count on one thread give the same inputs.
/// </summary>
public static class ConfigurationFuzz
{
    public static int Run(string[] options)
    {
        ArgumentNullException.ThrowIfNull(options);
        long count = long.Parse(Option(options, "--count", "100000"), CultureInfo.InvariantCulture);
        int seed = int.Parse(Option(options, "--seed", "1"), CultureInfo.InvariantCulture);
        int threads = int.Parse(Option(options, "--threads", "2"), CultureInfo.InvariantCulture);
        string keep = Option(options, "--keep", Path.Combine(Path.GetTempPath(), "why502-fuzz"));
        TimeSpan slowest = TimeSpan.FromSeconds(double.Parse(Option(options, "--seconds", "1"), CultureInfo.InvariantCulture));
        FuzzPool pool = new(Corpus(Option(options, "--corpus", "")));
        Stopwatch clock = Stopwatch.StartNew();
        FuzzWorker[] workers = [.. Enumerable.Range(0, threads).Select(i => new FuzzWorker(pool, seed + i, count / threads + (i < count % threads ? 1 : 0), Path.Combine(keep, $"{seed + i}"), slowest))];
        Task[] running = [.. workers.Select(worker => Task.Factory.StartNew(worker.Run, TaskCreationOptions.LongRunning))];
        while (!Task.WaitAll(running, TimeSpan.FromSeconds(30)))
        {
            Report(workers, pool, clock.Elapsed);
        }

        Report(workers, pool, clock.Elapsed);
        return workers.Any(worker => worker.Failures > 0) ? 1 : 0;
    }

    private static void Report(FuzzWorker[] workers, FuzzPool pool, TimeSpan elapsed)
    {
        long done = workers.Sum(worker => worker.Done);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done:N0} inputs in {elapsed.TotalSeconds:N0} s ({done / elapsed.TotalSeconds:N0}/s), {pool.Count:N0} kept, {pool.FeatureCount:N0} features, slowest {workers.Max(worker => worker.Slowest).TotalMilliseconds:N0} ms, most memory {workers.Max(worker => worker.MostBytes) / 1e6:N1} MB, {workers.Sum(worker => worker.Failures)} failures"));
    }

    private static List<byte[]> Corpus(string folder) => folder.Length == 0
        ? []
        : [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Where(file => new FileInfo(file).Length is > 0 and < 3000).Select(File.ReadAllBytes)];

    private static string Option(string[] options, string name, string standard)
    {
        int at = Array.IndexOf(options, name);
        return at >= 0 && at + 1 < options.Length ? options[at + 1] : standard;
    }
}
