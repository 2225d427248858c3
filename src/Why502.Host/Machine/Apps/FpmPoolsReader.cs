using System.Text.RegularExpressions;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers which PHP-FPM pools are configured, and what runs of them.</summary>
internal sealed partial class FpmPoolsReader(MachineSnapshot machine)
{
    private const int VersionsMax = 100;

    /// <summary>php-fpm's title: "php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)".</summary>
    [GeneratedRegex(@"\Aphp-fpm: master process \((?<file>.*)\)\z", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex MasterTitle { get; }

    public Look Read()
    {
        var pools = new List<PhpFpmPool>();
        var problems = new List<string>();
        var seen = new HashSet<(ulong, uint, uint)>();
        foreach (var master in machine.Processes.All)
        {
            if (ConfigurationOf(master) is { } file)
            {
                pools.AddRange(OfMaster(master, file, problems, seen));
            }
        }

        foreach (var file in StandardFiles())
        {
            if (FileCalls.Status(file) is { } status && seen.Add((status.Inode, status.DeviceMajor, status.DeviceMinor)))
            {
                var configuration = new FpmConfiguration("", PrefixOf(file));
                pools.AddRange(configuration.Read(file).Select(pool => pool with { Unit = UnitFor(file) }));
                problems.AddRange(configuration.Problems);
            }
        }

        const string How = "PHP-FPM configuration files";
        return pools.Count == 0 && problems.Count > 0 ? Look.Blind(string.Join("; ", problems.Distinct().Take(3)) + "; run with sudo", How) : Look.Saw(new PhpFpmPoolsFact(pools), How);
    }

    /// <summary>The configuration of a master; null for other processes.</summary>
    private static string? ConfigurationOf(ProcessEntry process)
    {
        if (process.IsZombie || !process.Title.StartsWith("php-fpm: master process", StringComparison.Ordinal))
        {
            return null;
        }

        // The title repeats -y as it was given; FPM stays in the directory it was started in.
        return MasterTitle.Match(process.Title) is { Success: true } match && LaunchPaths.FullPath(match.Groups["file"].Value, process.WorkingDirectory) is ['/', ..] file ? file : null;
    }

    private IEnumerable<PhpFpmPool> OfMaster(ProcessEntry master, string file, List<string> problems, HashSet<(ulong, uint, uint)> seen)
    {
        var root = FileCalls.Status($"{master.Directory}/root/") is null ? "" : master.Directory + "/root";
        if (FileCalls.Status(root + file) is { } status)
        {
            seen.Add((status.Inode, status.DeviceMajor, status.DeviceMinor));
        }

        var children = machine.Processes.ChildrenOf(master.Pid).Select(child => child.Title).ToList();
        var configuration = new FpmConfiguration(root, PrefixOf(file));
        var pools = configuration.Read(file);
        problems.AddRange(configuration.Problems);
        return pools.Select(pool => pool with
        {
            MasterPid = master.Pid,
            Children = children.Count(title => title == $"php-fpm: pool {pool.Name}"),
            Unit = master.ControlGroup.Unit ?? UnitFor(file),
        });
    }

    /// <summary>PHP's compiled-in prefix, which relative paths are under: /usr for packages, /usr/local where it was built by hand.</summary>
    private static string PrefixOf(string file) => file.IndexOf("/etc/", StringComparison.Ordinal) is var at and > 0 ? file[..at] : "/usr";

    private static IEnumerable<string> StandardFiles()
    {
        foreach (var version in (FileCalls.List("/etc/php", VersionsMax, out _) ?? []).Order(StringComparer.Ordinal))
        {
            yield return $"/etc/php/{version}/fpm/php-fpm.conf";
        }

        foreach (var version in (FileCalls.List("/etc/opt/remi", VersionsMax, out _) ?? []).Order(StringComparer.Ordinal))
        {
            yield return $"/etc/opt/remi/{version}/php-fpm.conf";
        }

        foreach (var name in (FileCalls.List("/etc", 10_000, out _) ?? []).Where(name => name.StartsWith("php", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            yield return $"/etc/{name}/php-fpm.conf";
        }

        yield return "/etc/php-fpm.conf";
        yield return "/etc/php/php-fpm.conf";
        yield return "/usr/local/etc/php-fpm.conf";
    }

    /// <summary>The unit that brings the package of this file: Debian names it by version, others php-fpm. None where no systemd runs, as in a container: there the file alone is installed.</summary>
    private string? UnitFor(string file)
    {
        if (FileCalls.Status(machine.Options.SystemdDirectory) is null)
        {
            return null;
        }

        var parts = file.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var name = parts switch
        {
            ["etc", "php", var version, "fpm", _] => $"php{version}-fpm.service",
            ["etc", "opt", "remi", var version, _] => $"{version}-php-fpm.service",
            ["etc", var version, "php-fpm.conf"] when version.Length > 3 => $"php-fpm{version[3..]}.service",
            _ => "php-fpm.service",
        };
        string[] places = ["/etc/systemd/system/", "/run/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"];
        return places.Any(place => FileCalls.Status(place + name) is not null) ? name : null;
    }
}
