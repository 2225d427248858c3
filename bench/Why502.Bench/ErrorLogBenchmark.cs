using System.Diagnostics;
using Why502.Logs;

namespace Why502.Bench;

/// <summary>
/// Error-log classification (read, split, parse, recognise, fold) against counting lines as <c>wc -l</c> does, on the same file in the same minute: on a given one, or
/// on one of <see cref="ErrorLogGenerator"/>. The command itself takes a tenth more than what is counted for it here.
/// </summary>
public static class ErrorLogBenchmark
{
    private const int BlockLength = 64 * 1024;

    /// <summary>Of GNU coreutils 9.1.</summary>
    private const int WcBlockLength = 16 * 1024;
    private const int Runs = 12;

    /// <summary>The runtime compiles what is hot again, in the background: until then nothing is measured.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly Stopwatch Running = Stopwatch.StartNew();

    /// <summary>What is varied, to see what the speed depends on.</summary>
    private static readonly (string What, ErrorLogVariety Variety)[] Logs =
    [
        ("1 message, 4 paths, 1 peer", new(1, 4, 1, false)),
        ("1 message, 4 paths, 8 peers", new(1, 4, 8, false)),
        ("5 messages, 4 paths, 8 peers", new(5, 4, 8, false)),
        ("16 messages, 4 paths, 8 peers", new(16, 4, 8, false)),
        ("16 messages, 4000 paths, 8 peers", new(16, 4000, 8, false)),
        ("all of it, and numbers that vary", ErrorLogVariety.All),
    ];

    /// <summary>A row for each variety.</summary>
    public static int Run(int megabytes)
    {
        string file = Path.Combine(Path.GetTempPath(), $"why502-bench-{Environment.ProcessId}.log");
        try
        {
            Head();
            return Logs.Sum(log =>
            {
                new ErrorLogGenerator(502, log.Variety).Write(file, megabytes * 1_000_000L);
                return Row(log.What, file);
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static int Run(string file)
    {
        Head();
        return Row(Path.GetFileName(file), file);
    }

    private static void Head() =>
        Console.WriteLine($"{"log",-34} {"records",10} {"groups",6} {"wc GB/s",8} {"fold GB/s",9} {"x wc -l",8} {"ns/record",9} {"= read",7} {"+ fold",7} {"+ sum",6} {"settled x",9}");

    /// <returns>0 when there were records.</returns>
    private static int Row(string what, string file)
    {
        ErrorLogSummary summary = new();
        while (Running.Elapsed < WarmUp)
        {
            Fold(file, new(), new(), new());
        }

        BlockTimes reads = new(), counts = new(), foldReads = new(), folds = new(), summaries = new();
        for (int run = 0; run < Runs; run++)
        {
            CountLines(file, reads, counts);
            summary = Fold(file, foldReads, folds, summaries);
        }

        double bytes = new FileInfo(file).Length;
        double wc = reads.Seconds + counts.Seconds;
        double whole = foldReads.Seconds + folds.Seconds + summaries.Seconds;
        double settled = (reads.Median + counts.Median) / WcBlockLength / ((foldReads.Median + folds.Median) / BlockLength);
        double Each(double seconds) => seconds / summary.Records * 1e9;
        Console.WriteLine($"{what,-34} {summary.Records,10:N0} {summary.Groups.Count,6} {bytes / wc / 1e9,8:N2} {bytes / whole / 1e9,9:N2} {wc / whole,8:N3} {Each(whole),9:N0} {Each(foldReads.Seconds),7:N0} {Each(folds.Seconds),7:N0} {Each(summaries.Seconds),6:N0} {settled,9:N3}");
        return summary.Records > 0 ? 0 : 1;
    }

    /// <summary>What <c>wc -l</c> does: read as much at a time, count line feeds with vectors.</summary>
    private static void CountLines(string file, BlockTimes reads, BlockTimes counts)
    {
        byte[] buffer = new byte[WcBlockLength];
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        reads.BeginRun();
        counts.BeginRun();
        long lines = 0;
        int read;
        do
        {
            reads.Start();
            read = stream.Read(buffer);
            reads.Stop();
            counts.Start();
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
            counts.Stop();
        }
        while (read > 0);

        if (lines == 0)
        {
            throw new InvalidOperationException("The log is empty.");
        }
    }

    private static ErrorLogSummary Fold(string file, BlockTimes reads, BlockTimes folds, BlockTimes summaries)
    {
        ErrorLogFold fold = new();
        ErrorLogReader reader = new(file);
        byte[] buffer = new byte[BlockLength];
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        reads.BeginRun();
        folds.BeginRun();
        int read;
        do
        {
            reads.Start();
            read = stream.Read(buffer);
            reads.Stop();
            folds.Start();
            reader.Push(buffer.AsSpan(0, read), fold);
            folds.Stop();
        }
        while (read > 0);

        summaries.BeginRun();
        summaries.Start();
        reader.Complete(fold);
        ErrorLogSummary summary = fold.Summary();
        summaries.Stop();
        return summary;
    }
}
