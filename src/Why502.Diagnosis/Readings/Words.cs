using System.Globalization;

namespace Why502.Diagnosis.Readings;

/// <summary>How facts are put into words, so that every cause says the same thing the same way.</summary>
public static class Words
{
    public static string Process(ProcessRef process) => $"{process.Name}[{process.Pid}]";

    public static string Processes(IReadOnlyList<ProcessRef> processes)
        => processes.Count == 0 ? "a process that needs root to be seen" : Process(processes.MinBy(process => process.Pid)!);

    /// <summary>An address in nginx's form.</summary>
    public static string Address(Listener listener)
        => listener.Port == 0 ? $"unix:{listener.Address}"
            : listener.Address.Contains(':', StringComparison.Ordinal) ? $"[{listener.Address}]:{listener.Port}"
            : $"{listener.Address}:{listener.Port}";

    public static string Clock(DateTimeOffset at) => at.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Seconds(TimeSpan time)
        => time.TotalSeconds < 10 ? $"{time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s"
            : time.TotalMinutes < 5 ? $"{Math.Round(time.TotalSeconds).ToString(CultureInfo.InvariantCulture)} s"
            : $"{Math.Round(time.TotalMinutes).ToString(CultureInfo.InvariantCulture)} min";

    public static string Seconds(double seconds) => Seconds(TimeSpan.FromSeconds(seconds));

    public static string Bytes(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture) + " bytes";
}
