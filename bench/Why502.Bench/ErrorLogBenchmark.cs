using System.Diagnostics;
using Why502.Logs;

namespace Why502.Bench;

/// <summary>
/// Error-log classification (split, parse, recognise, fold) against counting lines as <c>wc -l</c> does, on the same file in the same minute: on a given one, or
/// on one of <see cref="ErrorLogGenerator"/>.
/// </summary>
public static class ErrorLogBenchmark
{
    public static int Run(int megabytes)
    {
        string file = Path.Combine(Path.GetTempPath(), $"why502-bench-{Environment.ProcessId}.log");
        try
        {
            new ErrorLogGenerator(502).Write(file, megabytes * 1_000_000L);
            return Run(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static int Run(string file)
    {
        ErrorLogSummary summary = Fold(file);
        double wc = Best(() => Timed(() => CountLines(file)));
        double fold = Best(() => Timed(() => Fold(file)));
        double bytes = new FileInfo(file).Length;
        Console.WriteLine($"{bytes / 1e6:N0} MB, {summary.Records:N0} records, {summary.Groups.Count} groups, {summary.UnknownCount:N0} unknown");
        Console.WriteLine($"wc -l      {bytes / wc / 1e9,6:N2} GB/s");
        Console.WriteLine($"classify   {bytes / fold / 1e9,6:N2} GB/s  {summary.Records / fold / 1e6,6:N2} million records/s  {wc / fold:N3} x wc -l");
        return summary.Records > 0 ? 0 : 1;
    }

    /// <summary>The best of a few runs in processor time: a busy machine stretches the clock, not the work.</summary>
    private static double Best(Func<TimeSpan> action)
    {
        double best = double.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            best = Math.Min(best, action().TotalSeconds);
        }

        return best;
    }

    /// <summary>What <c>wc -l</c> does (read, count line feeds with vectors), in this process: the processor time of a child that has ended cannot be asked.</summary>
    private static void CountLines(string file)
    {
        byte[] buffer = new byte[256 * 1024];
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        long lines = 0;
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        if (lines == 0)
        {
            throw new InvalidOperationException("The generated log is empty.");
        }
    }

    private static TimeSpan Timed(Action action)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        action();
        return Environment.CpuUsage.TotalTime - start;
    }

    private static ErrorLogSummary Fold(string file)
    {
        ErrorLogFold fold = new();
        ErrorLogReader reader = new(file);
        byte[] buffer = new byte[256 * 1024];
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            reader.Push(buffer.AsSpan(0, read), fold);
        }

        reader.Complete(fold);
        return fold.Summary();
    }
}
