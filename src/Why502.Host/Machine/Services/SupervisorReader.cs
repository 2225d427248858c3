using Why502.Diagnosis;
using Why502.Diagnosis.Stacks;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers what supervisord is configured to run, whether it runs itself or not.</summary>
internal sealed class SupervisorReader(MachineSnapshot machine, Programs programs)
{
    private const int ProgramsMax = 500;

    /// <summary>Where supervisord looks itself (supervisor/options.py, Options.__init__), below the usual prefixes.</summary>
    private static readonly string[] StandardFiles = ["/etc/supervisord.conf", "/etc/supervisor/supervisord.conf", "/usr/local/etc/supervisord.conf", "/usr/etc/supervisord.conf"];

    public Look Read()
    {
        const string How = "supervisord's configuration";
        var found = new List<SupervisedProgram>();
        var read = new HashSet<string>();
        foreach (var (path, daemon) in Daemons().Concat(StandardFiles.Select(path => (Path: path, Daemon: (ProcessEntry?)null))))
        {
            if (read.Add(path) && SupervisorConfiguration.Read(path) is { } configuration)
            {
                found.AddRange(Programs(configuration, path, daemon));
            }
        }

        return Look.Saw(new SupervisedProgramsFact([.. found.Take(ProgramsMax)]), How);
    }

    /// <summary>"/usr/bin/python3 /usr/bin/supervisord -n -c /etc/supervisor/supervisord.conf"; those in containers have files of their own.</summary>
    private IEnumerable<(string Path, ProcessEntry? Daemon)> Daemons()
    {
        foreach (var process in machine.Processes.All)
        {
            var at = process.Arguments.Take(3).ToList().FindIndex(word => Path.GetFileName(word) == "supervisord");
            if (at < 0 || process.IsZombie || process.ControlGroup.Container is not null)
            {
                continue;
            }

            var given = Options.Value([.. process.Arguments.Skip(at + 1)], "-c", "--configuration");
            if ((given is null ? StandardFiles.FirstOrDefault(file => FileCalls.Status(file) is not null) : LaunchPaths.FullPath(given, process.WorkingDirectory)) is ['/', ..] path)
            {
                yield return (path, process);
            }
        }
    }

    private IEnumerable<SupervisedProgram> Programs(SupervisorConfiguration configuration, string path, ProcessEntry? daemon)
    {
        const string Kind = "program:";
        var log = configuration.Find("supervisord", "logfile") is { } setting ? configuration.FullPath(setting.Value) : daemon?.WorkingDirectory is { } directory ? $"{directory}/supervisord.log" : null;
        foreach (var section in configuration.Sections.Where(section => section.StartsWith(Kind, StringComparison.Ordinal)))
        {
            if (configuration.Find(section, "command") is not { } command || section[Kind.Length..].Trim() is not { Length: > 0 } name || !IsName(name))
            {
                continue;
            }

            var group = configuration.Sections.FirstOrDefault(other => other.StartsWith("group:", StringComparison.Ordinal)
                && (configuration.Find(other, "programs")?.Value ?? "").Split(',', StringSplitOptions.TrimEntries).Contains(name));
            var isMany = configuration.Find(section, "numprocs")?.Value is { } number && number != "1";
            yield return new()
            {
                Name = name,
                Control = group is not null && IsName(group[6..].Trim()) ? $"{group[6..].Trim()}:{(isMany ? "*" : name)}" : isMany ? $"{name}:*" : name,
                File = command.File,
                Line = command.Line,
                Configuration = path,
                Log = log is ['/', ..] && log != "/dev/null" ? log : null,
                Output = [.. ((string[])["stdout_logfile", "stderr_logfile"]).Select(key => configuration.Find(section, key)?.Value).OfType<string>().Where(value => value.Contains('/') && !value.Contains("%(process", StringComparison.Ordinal)).Select(value => configuration.FullPath(value.Replace("%(program_name)s", name, StringComparison.Ordinal))).Distinct()],
                Addresses = Addresses(configuration, section, command.Value),
                DaemonPid = daemon?.Pid,
                ControlProgram = programs.Find("supervisorctl"),
            };
        }
    }

    private static IReadOnlyList<string> Addresses(SupervisorConfiguration configuration, string section, string command)
    {
        var environment = (configuration.Find(section, "environment")?.Value ?? "").Replace(',', ' ');
        return UnitAddresses.Of(new() { ["WorkingDirectory"] = configuration.Find(section, "directory") is { } directory ? configuration.FullPath(directory.Value) : "", ["Environment"] = environment }, Options.Split(command));
    }

    /// <summary>It becomes a word of a command: a section's name may be any text.</summary>
    private static bool IsName(string name) => !name.StartsWith('-') && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}
