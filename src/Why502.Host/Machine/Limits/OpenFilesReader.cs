using System.Globalization;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers how many descriptors processes hold, and how many they may.</summary>
internal sealed class OpenFilesReader(MachineSnapshot machine)
{
    private const int LimitsBytesMax = 16 * 1024;

    /// <summary>Descriptors of one process beyond this number are not counted.</summary>
    private const int DescriptorsMax = 262_144;

    public Look Read(OpenFiles question)
    {
        const string How = "/proc/PID/fd, /proc/PID/limits, fs.file-nr";
        var system = (FileCalls.ReadText($"{machine.Options.ProcPath}/sys/fs/file-nr", 256) ?? "").Split((char[])['\t', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return Look.Saw(
            new OpenFilesFact(
                [.. PidList.Of(question.Pids, machine).Select(FilesOf)],
                system.Length > 0 && long.TryParse(system[0], out var used) ? used : null,
                system.Length > 2 && long.TryParse(system[2], out var max) ? max : null),
            How);
    }

    private static ProcessFiles FilesOf(ProcessEntry process)
    {
        var names = FileCalls.List(process.Directory + "/fd", DescriptorsMax, out _);
        int? sockets = names is null ? null : names.Count(name => FileCalls.ReadSocketLink($"{process.Directory}/fd/{name}") is not null);
        var (soft, hard) = ProcessLimits.Of(FileCalls.ReadText(process.Directory + "/limits", LimitsBytesMax) ?? "", "Max open files");
        return new(process.Pid, process.Name, names?.Count, sockets, soft, hard);
    }
}

/// <summary>/proc/PID/limits: name, soft limit, hard limit and unit, in columns.</summary>
internal static class ProcessLimits
{
    public static (long? Soft, long? Hard) Of(string limits, string name)
    {
        foreach (var line in limits.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                var values = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return (Number(values, 0), Number(values, 1));
            }
        }

        return (null, null);
    }

    /// <summary>Null is "unlimited".</summary>
    private static long? Number(string[] values, int at)
        => at < values.Length && long.TryParse(values[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
