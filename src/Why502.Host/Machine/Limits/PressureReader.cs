using System.Globalization;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers what the machine is short of: the kernel's averages, and two looks a fraction of a second apart.</summary>
internal sealed class PressureReader(MachineSnapshot machine)
{
    private const int FileBytesMax = 256 * 1024;

    /// <summary>Four periods of the usual 100 ms quota; one period more or less then matters little.</summary>
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(400);

    private sealed record Times(long Busy, long IoWait, long Steal, long All, long SwapPages);

    private sealed record Quota(string Directory, string Path, string? Unit, double Processors, long Periods, long Throttled);

    public async Task<Look> ReadAsync(MachinePressure question, CancellationToken cancellation)
    {
        const string How = "/proc/pressure, /proc/stat and cpu.stat, sampled";
        var processes = PidList.Of(question.Pids, machine).ToList();
        var before = TimesNow();
        var quotas = processes.SelectMany(QuotasOf).DistinctBy(quota => quota.Directory).ToList();
        await Task.Delay(Sample, cancellation).ConfigureAwait(false);
        var after = TimesNow();
        var all = Math.Max(1, after.All - before.All);
        return Look.Saw(
            new MachinePressureFact(
                Environment.ProcessorCount,
                Number(File("loadavg").Split(' ')[0]),
                PressureOf("cpu"),
                PressureOf("memory"),
                PressureOf("io"),
                Percent(after.Busy - before.Busy, all),
                Percent(after.IoWait - before.IoWait, all),
                Percent(after.Steal - before.Steal, all),
                (long)((after.SwapPages - before.SwapPages) / Sample.TotalSeconds),
                [.. quotas.Select(Throttled)]),
            How);
    }

    private static ThrottledGroup Throttled(Quota before)
    {
        var stat = ControlGroupFiles.Text(before.Directory, "cpu.stat");
        var periods = ControlGroupFiles.Keyed(stat, "nr_periods");
        var throttled = ControlGroupFiles.Keyed(stat, "nr_throttled");
        return new(before.Path, before.Unit, before.Processors, periods - before.Periods, throttled - before.Throttled, periods == 0 ? 0 : (double)throttled / periods);
    }

    private static IEnumerable<Quota> QuotasOf(ProcessEntry process)
    {
        foreach (var (directory, path) in ControlGroupFiles.Above(process, "cpu"))
        {
            if (Processors(directory) is { } processors)
            {
                var stat = ControlGroupFiles.Text(directory, "cpu.stat");
                yield return new(directory, path, ControlGroup.Parse($"0::{path}").Unit, processors, ControlGroupFiles.Keyed(stat, "nr_periods"), ControlGroupFiles.Keyed(stat, "nr_throttled"));
            }
        }
    }

    /// <summary>cpu.max is "QUOTA PERIOD" or "max PERIOD"; version 1 has a file for each and -1 for none.</summary>
    private static double? Processors(string directory)
    {
        if (ControlGroupFiles.Text(directory, "cpu.max")?.Trim().Split(' ') is [var quota, var period])
        {
            return long.TryParse(quota, out var microseconds) && long.TryParse(period, out var of) && of > 0 ? (double)microseconds / of : null;
        }

        return ControlGroupFiles.Number(directory, "cpu.cfs_quota_us") is > 0 and { } used && ControlGroupFiles.Number(directory, "cpu.cfs_period_us") is > 0 and { } span ? (double)used / span : null;
    }

    /// <summary>"cpu  user nice system idle iowait irq softirq steal guest guest_nice" in ticks; pages from vmstat.</summary>
    private Times TimesNow()
    {
        var ticks = File("stat").Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(text => long.TryParse(text, out var number) ? number : 0).ToList();
        var vmstat = File("vmstat");
        return ticks.Count < 8
            ? new(0, 0, 0, 0, 0)
            : new(ticks.Sum() - ticks[3] - ticks[4], ticks[4], ticks[7], ticks.Sum(), ControlGroupFiles.Keyed(vmstat, "pswpin") + ControlGroupFiles.Keyed(vmstat, "pswpout"));
    }

    private Pressure? PressureOf(string what)
    {
        var text = File("pressure/" + what);
        return Average(text, "some", "avg10=") is { } some ? new(some, Average(text, "some", "avg60=") ?? 0, Average(text, "full", "avg10=") ?? 0) : null;
    }

    internal static double? Average(string text, string line, string name)
    {
        foreach (var row in text.Split('\n'))
        {
            if (row.StartsWith(line, StringComparison.Ordinal) && row.IndexOf(name, StringComparison.Ordinal) is > 0 and var at)
            {
                return Number(row[(at + name.Length)..].Split(' ')[0]);
            }
        }

        return null;
    }

    private static double Percent(long part, long all) => Math.Round(100.0 * part / all, 1);

    private string File(string name) => FileCalls.ReadText($"{machine.Options.ProcPath}/{name}", FileBytesMax) ?? "";

    private static double? Number(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
