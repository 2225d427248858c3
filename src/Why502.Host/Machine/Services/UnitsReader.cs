using System.Buffers;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers what systemd says about services. One call of systemctl tells about many units.</summary>
internal sealed class UnitsReader(MachineSnapshot machine, Programs programs)
{
    private const int OutputBytesMax = 8 * 1024 * 1024;
    private const int UnitsMax = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const int UnitFilesMax = 10_000;

    private static readonly string[] UnitDirectories = ["/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system"];

    private static readonly SearchValues<char> NotInNames = SearchValues.Create(" \t\n*?[");

    private static readonly string[] KnownServers =
    [
        "php", "gunicorn", "uwsgi", "uvicorn", "daphne", "tomcat", "pm2", "node", "puma", "unicorn", "apache2", "httpd", "jetty", "wildfly", "kestrel", "caddy", "lighttpd", "varnish", "haproxy", "docker", "podman",
        "containerd", "nginx", "gitea", "grafana", "jenkins", "nexus", "ghost", "odoo", "mattermost", "supervisor",
    ];

    public async Task<Look> UnitAsync(UnitOf question, CancellationToken cancellation)
    {
        var how = $"systemctl show {question.Name}";

        // A name is data: one that begins with a dash or holds a blank is no unit.
        if (question.Name.Length == 0 || question.Name[0] == '-' || question.Name.AsSpan().ContainsAny(NotInNames))
        {
            return Look.Blind($"'{question.Name}' is not the name of a unit", how);
        }

        var (blocks, failure) = await ShowAsync([question.Name], cancellation).ConfigureAwait(false);
        return blocks is [var block, ..] ? Look.Saw(SystemctlShow.FactOf(block), how) : Look.Blind(failure ?? "systemctl printed nothing", how);
    }

    public async Task<Look> ServicesAsync(CancellationToken cancellation)
    {
        const string How = "systemctl show";
        var (names, failure) = await NamesAsync(cancellation).ConfigureAwait(false);
        if (names is null)
        {
            return Look.Blind(failure!, How);
        }

        if (names.Count == 0)
        {
            return Look.Saw(new ServiceUnitsFact([]), How);
        }

        var (blocks, problem) = await ShowAsync(names, cancellation).ConfigureAwait(false);
        return blocks is null ? Look.Blind(problem!, How) : Look.Saw(new ServiceUnitsFact(Units(blocks)), How);
    }

    /// <summary>Services with the addresses of the socket units that start them.</summary>
    internal static IReadOnlyList<UnitFact> Units(List<Dictionary<string, string>> blocks)
    {
        var facts = blocks.Select(SystemctlShow.FactOf).Where(fact => fact.Name.Length > 0).ToList();
        foreach (var socket in blocks.Where(block => block.ContainsKey("Listen")))
        {
            var addresses = UnitAddresses.Of(socket, []);
            foreach (var triggered in socket.GetValueOrDefault("Triggers", "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var at = facts.FindIndex(fact => fact.Name == triggered);
                if (at >= 0)
                {
                    facts[at] = facts[at] with { Addresses = [.. facts[at].Addresses.Concat(addresses).Distinct()] };
                }
            }
        }

        return [.. facts.OrderBy(fact => fact.Name, StringComparer.Ordinal)];
    }

    /// <summary>The administrator's own units, those of known servers, and everything that failed.</summary>
    private async Task<(List<string>? Names, string? Failure)> NamesAsync(CancellationToken cancellation)
    {
        var (loaded, problem) = await RunAsync(["list-units", "--type=service,socket", "--all", "--no-legend", "--plain", "--full"], cancellation).ConfigureAwait(false);
        if (loaded is null)
        {
            return (null, problem);
        }

        var own = (FileCalls.List("/etc/systemd/system", UnitFilesMax, out _) ?? []).ToHashSet();
        var names = new List<string>();
        foreach (var line in loaded.Split('\n'))
        {
            // UNIT LOAD ACTIVE SUB DESCRIPTION
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 3 && (fields[2] == "failed" || IsOfInterest(fields[0], own)))
            {
                names.Add(fields[0]);
            }
        }

        // A service that is stopped and not enabled is not loaded: its file tells that it is there.
        var files = UnitDirectories.SelectMany(directory => FileCalls.List(directory, UnitFilesMax, out _) ?? []).Concat(own);
        names.AddRange(files.Where(name => !name.Contains('@') && IsUnit(name) && IsOfInterest(name, own)).Order(StringComparer.Ordinal));
        return ([.. names.Distinct().Where(name => !name.StartsWith('-')).Take(UnitsMax)], null);
    }

    private static bool IsUnit(string name) => name.EndsWith(".service", StringComparison.Ordinal) || name.EndsWith(".socket", StringComparison.Ordinal);

    private static bool IsOfInterest(string name, HashSet<string> own)
    {
        var at = name.IndexOf('@');
        var template = at < 0 ? name : name[..(at + 1)] + Path.GetExtension(name);
        return own.Contains(name) || own.Contains(template) || KnownServers.Any(server => name.StartsWith(server, StringComparison.Ordinal)) || name.Contains("-fpm", StringComparison.Ordinal);
    }

    private async Task<(List<Dictionary<string, string>>? Blocks, string? Failure)> ShowAsync(IReadOnlyList<string> units, CancellationToken cancellation)
    {
        var (text, failure) = await RunAsync(["show", "--no-pager", "--property=" + SystemctlShow.Properties, "--", .. units], cancellation).ConfigureAwait(false);
        return text is null ? (null, failure) : (SystemctlShow.Blocks(text), null);
    }

    private async Task<(string? Text, string? Failure)> RunAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        if (FileCalls.Status(machine.Options.SystemdDirectory) is null)
        {
            return (null, "systemd is not running here");
        }

        if (programs.Find("systemctl") is not { } systemctl)
        {
            return (null, "systemctl is not installed");
        }

        var run = await Programs.RunAsync(systemctl, arguments, Patience, OutputBytesMax, cancellation).ConfigureAwait(false);
        return run.Failure is { } failure ? (null, failure)
            : run.ExitCode == 0 || run.Output.Length > 0 ? (run.Output, null)
            : (null, $"systemctl: {FirstLine(run.Error)}");
    }

    private static string FirstLine(string text) => text.Split('\n')[0] is { Length: > 0 } line ? line : "it failed without a word";
}
