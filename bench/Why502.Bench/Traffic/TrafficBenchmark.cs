using System.Diagnostics;
using Why502.Logs;
using Why502.Traffic;
using Why502.Traffic.Engine;

namespace Why502.Bench.Traffic;

/// <summary>
/// Access logs against what people count them with, in one run on the same file, turn by turn; the best of several runs counts, because a busy machine only ever
/// slows down. Tools that are not installed are left out. The file is read once before, so that none pays for the disk. Packed, it is given to the whole program, where WHY502_BINARY
/// names one.
/// </summary>
internal static class TrafficBenchmark
{
    private const int Runs = 7;
    private const int ScanRuns = 15;

    private static readonly (string Name, string Command)[] Tools =
    [
        ("wc -l", "wc -l FILE"),
        ("grep -c ' 502 '", "grep -c ' 502 ' FILE"),
        ("rg -c ' 502 '", "rg -c ' 502 ' FILE"),
        ("mawk '$9==502'", "mawk '$9==502{n++}END{print n}' FILE"),
        ("gawk '$9==502'", "gawk '$9==502{n++}END{print n}' FILE"),
    ];

    private const string GoAccess = "goaccess FILE --log-format=COMBINED --no-global-config --no-progress -o /dev/null --output-format=json";

    /// <summary>GoAccess takes minutes for what the others do in a second: it gets the beginning.</summary>
    private const long GoAccessBytes = 20_000_000;

    public static int Run(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("why502-bench-").FullName;
        try
        {
            foreach (var shape in Enum.GetValues<AccessLogShape>())
            {
                var file = Path.Combine(folder, $"{shape}.log");
                var generator = new AccessLogGenerator(shape, 1);
                using (var to = File.Create(file))
                {
                    generator.Write(to, megabytes * 1_000_000L, DateTimeOffset.FromUnixTimeSeconds(1_790_000_000), TimeSpan.FromHours(24));
                }

                Compare(file, shape.ToString(), generator.Truth);
                File.Delete(file);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    public static int Run(string file)
    {
        Compare(file, Path.GetFileName(file), null);
        return 0;
    }

    /// <summary>The scan alone, for a profiler, and for comparisons on a busy machine: the best and the median processor time per row, the kernel's part left out.</summary>
    public static int Scan(string file, TrafficScope scope)
    {
        var format = FormatOf(file);
        long rows = 0;
        var times = Enumerable.Range(0, ScanRuns).Select(_ => UserSeconds(() => rows = Scan(file, format, scope))).Order().ToList();
        Console.WriteLine($"{scope}: {rows:N0} rows, best {times[0] / rows * 1e9:F1} ns, median {times[ScanRuns / 2] / rows * 1e9:F1} ns a row, {new FileInfo(file).Length / times[0] / 1e9:F2} GB/s");
        return 0;
    }

    private static AccessLogFormat FormatOf(string file)
        => AccessLogFormat.Recognise([.. File.ReadLines(file).Take(64)]) ?? throw new InvalidOperationException("The format is not recognised.");

    private static void Compare(string file, string name, AccessLogTruth? truth)
    {
        var format = FormatOf(file);
        var size = new FileInfo(file).Length;
        var core = new List<double>();
        var full = new List<double>();
        var tools = Tools.Where(tool => IsInstalled(tool.Name.Split(' ')[0])).Select(tool => (tool.Name, Command: tool.Command.Replace("FILE", file, StringComparison.Ordinal), Times: new List<double>())).ToList();
        long counted = 0;
        for (var run = 0; run < Runs; run++)
        {
            core.Add(Seconds(() => counted = Scan(file, format, TrafficScope.Core)));
            full.Add(Seconds(() => Scan(file, format, TrafficScope.Full)));
            tools.ForEach(tool => tool.Times.Add(Seconds(() => Shell(tool.Command))));
        }

        var lines = tools.Find(tool => tool.Name == "wc -l").Times.Min();
        Console.WriteLine($"\n{name}: {size / 1e6:N0} MB, {counted:N0} rows{(truth is null ? "" : counted == truth.Rows ? ", as generated" : $", BUT {truth.Rows:N0} WERE GENERATED")}");
        Console.WriteLine($"  {"",-24} {"seconds",8} {"GB/s",7} {"x wc -l",8}");
        Print("why502, core tables", core.Min());
        Print("why502, all tables", full.Min());
        tools.ForEach(tool => Print(tool.Name, tool.Times.Min()));
        if (truth is not null)
        {
            Console.WriteLine($"  502 in $status: {truth.Status.GetValueOrDefault(502):N0}; lines with ' 502 ' in them: {Shell($"grep -c ' 502 ' {file}"):N0}");
        }

        if (IsInstalled("goaccess"))
        {
            var head = file + ".head";
            Shell($"head -c {GoAccessBytes} {file} > {head}");
            var seconds = Seconds(() => Shell(GoAccess.Replace("FILE", head, StringComparison.Ordinal))) * (size / (double)new FileInfo(head).Length);
            File.Delete(head);
            Print("goaccess (projected)", seconds);
        }

        if (Environment.GetEnvironmentVariable("WHY502_BINARY") is { } program && IsInstalled("gzip"))
        {
            var packed = file + ".gz";
            Shell($"gzip -6 -c {file} > {packed}");
            var own = new List<double>();
            var zcat = new List<double>();
            for (var run = 0; run < Runs; run++)
            {
                own.Add(Seconds(() => Shell($"{program} traffic {packed} > /dev/null")));
                zcat.Add(Seconds(() => Shell($"zcat {packed} | wc -l")));
            }

            File.Delete(packed);
            Print("why502 traffic FILE.gz", own.Min());
            Print("zcat FILE.gz | wc -l", zcat.Min());
        }

        void Print(string what, double seconds) => Console.WriteLine($"  {what,-24} {seconds,8:F3} {size / seconds / 1e9,7:F2} {lines / seconds,8:F3}");
    }

    private static long Scan(string file, AccessLogFormat format, TrafficScope scope)
    {
        using var handle = File.OpenHandle(file);
        var scanner = new TrafficScanner(new ScanOptions { Scope = scope }) { Stretch = new Stretch() };
        scanner.Begin(format, 0, skipFirst: false);
        while (true)
        {
            var count = RandomAccess.Read(handle, scanner.Free, scanner.ReadAt);
            scanner.Filled(count);
            scanner.Scan(long.MaxValue, atEnd: count == 0);
            if (count == 0)
            {
                return scanner.Tables.Rows;
            }
        }
    }

    private static double Seconds(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double UserSeconds(Action action)
    {
        var started = Environment.CpuUsage.UserTime;
        action();
        return (Environment.CpuUsage.UserTime - started).TotalSeconds;
    }

    private static bool IsInstalled(string tool) => Shell($"command -v {tool} >/dev/null && echo 1") == 1;

    private static long Shell(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return long.TryParse(output.Split(' ', '\n')[0], out var number) ? number : 0;
    }
}
