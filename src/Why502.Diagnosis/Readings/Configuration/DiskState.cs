namespace Why502.Diagnosis.Readings;

/// <summary>The configuration on disk against the one that runs.</summary>
public static class DiskState
{
    /// <summary>Process start times have the kernel's resolution of 10 ms, and a reload reads the files before its workers start.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>Files of the configuration that were changed after the workers that run had started.</summary>
    public static IReadOnlyList<ConfigurationTextFile> Newer(NginxInstance instance, Observations seen)
        => instance.WorkersStartedAt is { } started && seen.Ask(new ConfigurationText(instance.ConfigPath, instance.Prefix)).FactOrNull is { } text
            ? [.. text.Files.Where(file => file.ModifiedAt > started + Slack)]
            : [];

    public static bool IsNewer(NginxInstance instance, Observations seen) => Newer(instance, seen).Count > 0;
}
