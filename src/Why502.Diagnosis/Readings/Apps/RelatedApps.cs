using System.Globalization;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>An app that listens somewhere no location of this nginx points at, and how strongly it looks like the one that is missed.</summary>
/// <param name="Why">The reason in words, for evidence.</param>
public sealed record RelatedApp(Listener Listener, string Address, ProcessRef? Process, double LogOdds, string Why)
{
    /// <summary>Its address is a slip of the pen away from the configured one.</summary>
    public bool IsAlike { get; init; }

    /// <summary>What belongs together: a service, or equal programs of one parent that run in one directory.</summary>
    public string Owner => Process is { } process ? (process.Unit ?? $"{process.Name}:{process.ParentPid}:{process.WorkingDirectory}") : Address;
}

/// <summary>
/// Finds the app that nginx misses when nothing answers at the configured address: the same port on another address,
/// an app that runs from the site's directory, that was started when the failures began, or that is the only one
/// which no nginx uses. What another nginx or another location uses is somebody else's app.
/// </summary>
public static class RelatedApps
{
    /// <summary>Daemons that are no web app and listen on nearly every machine.</summary>
    private static readonly HashSet<string> NotAnApp = new(StringComparer.Ordinal)
    {
        "nginx", "sshd", "systemd", "systemd-resolve", "systemd-network", "postgres", "mysqld", "mariadbd", "redis-server", "valkey-server", "memcached",
        "mongod", "chronyd", "ntpd", "cupsd", "dnsmasq", "named", "unbound", "rpcbind", "exim4", "master", "smtpd", "dockerd", "containerd", "docker-proxy",
        "node_exporter", "prometheus", "rabbitmq-server", "epmd", "avahi-daemon", "dhclient", "snmpd", "zabbix_agentd", "fail2ban-server", "why502",
    };

    private static readonly string[] RuntimeSockets = ["dotnet-diagnostic-", "clr-debug-pipe-", "CoreFxPipe_", "MSBuild", ".java_pid"];

    private static readonly string[] InterpreterStacks = ["node", "gunicorn", "uwsgi", "php-fpm", "java", "dotnet", "ruby", "python", "uvicorn", "puma", "unicorn"];

    /// <summary>Candidates for the app behind <paramref name="incident"/>'s address, the most related first.</summary>
    public static IReadOnlyList<RelatedApp> Of(Incident incident, Observations seen) => seen.Once(incident, () => Find(incident, seen));

    private static IReadOnlyList<RelatedApp> Find(Incident incident, Observations seen)
    {
        if (incident.Peer is not { } peer)
        {
            return [];
        }

        // Of pasted listings there is often only one of the two.
        var (tcp, unix) = (seen.Ask(new TcpListeners()).FactOrNull, seen.Ask(new UnixListeners()).FactOrNull);
        if ((tcp is null || unix is null) && !(incident.Instance.FromFiles && (tcp is not null || unix is not null)))
        {
            return [];
        }

        var apps = seen.Ask(new AppProcesses()).FactOrNull;
        var taken = AddressesInUse(incident, seen);
        var servers = seen.Ask(new NginxInstances(null)).FactOrNull?.Instances ?? [];
        var allRead = Others(incident, seen).All(other => seen.ConfigurationOf(other) is not null);
        var space = peer.IsUnix ? null : Boundary.Of(incident, seen).Space;
        var own = (tcp?.Listeners ?? [])
            .Where(listener => Listening.InNamespace(listener, space?.Id ?? incident.Instance.NetworkNamespace ?? tcp?.OwnNetworkNamespace))
            .Concat(unix?.Listeners ?? [])
            .Where(listener => IsApp(listener, apps) && !IsNginxs(listener, servers, incident.Instance) && Speaks(listener, apps, incident.Scheme) && !IsTaken(listener, taken) && !IsNamed(listener, incident, seen))
            .DistinctBy(listener => (Words.Address(listener), listener.Processes.FirstOrDefault()?.Pid))
            .ToList();
        var elsewhere = ForeignDirectories(incident, seen);
        var site = SiteDirectories(incident);
        var related = own
            .Select(listener => Judge(listener, peer, incident, apps, site, elsewhere))
            .Where(app => app is not null)
            .Select(app => app!)

            // What only its time speaks for may belong to a nginx whose configuration is not known (yet).
            .Where(app => allRead || app.LogOdds > Weight.Moderate.Size)
            .ToList();
        // Among several apps that nobody uses, the one that came up when the failures began is the one that changed.
        if (related.Count(app => app.LogOdds == Weight.Moderate.Size) == 1)
        {
            related = [.. related.Select(app => app.LogOdds == Weight.Moderate.Size ? app with { LogOdds = Weight.Strong.Size } : app)];
        }

        var free = related.Where(app => app.LogOdds >= 0).ToList();
        if (free.Select(app => app.Owner).Distinct().Count() == 1)
        {
            // A known app server that nobody proxies is rarely there for nothing; any other daemon often is.
            var alone = free.Any(app => StackOf(app.Listener, apps) is not null) ? Weight.Strong.Size : Weight.Weak.Size;
            related = [.. related.Select(app => app.LogOdds >= 0 && app.LogOdds < alone
                ? app with { LogOdds = alone, Why = $"{app.Why}; it is the only app here that no location uses" }
                : app)];
        }

        return [.. related.Where(app => app.LogOdds > 0).OrderByDescending(app => app.LogOdds)];
    }

    private static RelatedApp? Judge(Listener listener, Endpoint peer, Incident incident, AppProcessesFact? apps, IReadOnlyList<string> site, IReadOnlyList<string> elsewhere)
    {
        var process = listener.Processes.MinBy(candidate => candidate.Pid);
        var address = Words.Address(listener);
        var who = process is null ? "a process" : Words.Process(process);
        var app = apps?.Processes.FirstOrDefault(candidate => candidate.Process.Pid == process?.Pid || candidate.ListensOn.Contains(address));
        if (app is not null && app.ToldToBind.Any(told => SamePlace(told, peer)))
        {
            return new(listener, address, process, Weight.Decisive.Size, $"{who} was told to bind {peer} and listens on {address}");
        }

        // Any program may have a socket for its own commands (an engine's API, a debugger, a reloader): only a server is missed at an address.
        if (app is null && listener.Port == 0 && !peer.IsUnix)
        {
            return null;
        }

        if (process is not null && Paths(process, app).Any(path => site.Any(directory => IsBelow(path, directory))))
        {
            return new(listener, address, process, Weight.Decisive.Size, $"{who} runs from the site's own directory and listens on {address}");
        }

        if (process is not null && Paths(process, app).Any(path => elsewhere.Any(directory => IsBelow(path, directory))))
        {
            return null;
        }

        // One side TCP and the other a unix socket: only servers whose arguments name their address are looked at, not everything with a socket.
        if (peer.IsUnix != (listener.Port == 0) && app is not { ToldToBind.Count: > 0 })
        {
            return null;
        }

        if (peer.IsUnix == (listener.Port == 0) && Alike(listener, peer) is { } alike)
        {
            return new(listener, address, process, Weight.Strong.Size, $"{who} listens on {address}, {alike}") { IsAlike = true };
        }

        if (process?.StartedAt is { } started && incident.First is { } first && (started - first).Duration() < TimeSpan.FromSeconds(20) && !IsPickedByKernel(listener, peer))
        {
            return new(listener, address, process, Weight.Moderate.Size, $"{who} was started at {Words.Clock(started)}, when the failures began, and listens on {address}");
        }

        return WasRunningBeside(process, peer, incident) ? null : new(listener, address, process, 0, $"{who} listens on {address}");
    }

    /// <summary>The address answered in this window while the process was already running: the app that is missed is another one.</summary>
    private static bool WasRunningBeside(ProcessRef? process, Endpoint peer, Incident incident)
    {
        var answered = incident.Traffic.Groups
            .Where(group => TrafficReading.IsSuccess(group) && (group.UpstreamAddr == peer.ToString() || incident.Location?.Peers.Count == 1))
            .Max(group => group.Last);
        return process?.StartedAt < answered;
    }

    /// <summary>
    /// A port of the range that bind(2) without a port takes from (ip_local_port_range(5), its default): nobody wrote it down anywhere, so no configuration is
    /// meant to name it, unless this one names such a port, too.
    /// </summary>
    private static bool IsPickedByKernel(Listener listener, Endpoint peer) => listener.Port is >= 32_768 and <= 60_999 && peer.Port is > 0 and < 32_768;

    /// <summary>A likely slip of the pen: a near port, or a socket of the same name in another directory or version.</summary>
    private static string? Alike(Listener listener, Endpoint peer)
    {
        if (!peer.IsUnix)
        {
            return Math.Abs(listener.Port - peer.Port) is > 0 and <= 10 ? $"{Math.Abs(listener.Port - peer.Port)} beside the configured port"
                : listener.Port == peer.Port ? "the configured port on another address"
                : Digits(listener.Port) == Digits(peer.Port) ? "the configured port with digits swapped"
                : null;
        }

        var (path, wanted) = (listener.Address, peer.UnixPath!);
        return Path.GetFileName(path) == Path.GetFileName(wanted) ? "the same file name in another directory"
            : Path.GetDirectoryName(path) == Path.GetDirectoryName(wanted) ? "in the same directory"
            : null;
    }

    private static string Digits(int port) => string.Concat(port.ToString(CultureInfo.InvariantCulture).Order());

    private static bool SamePlace(string told, Endpoint peer)
        => Endpoint.TryParse(told.StartsWith(':') ? "127.0.0.1" + told : told, 0, out var endpoint)
            && (peer.IsUnix ? endpoint.UnixPath == peer.UnixPath : !endpoint.IsUnix && endpoint.Port == peer.Port && (endpoint.Host == peer.Host || endpoint.Host is "0.0.0.0" or "::" or "*" or "localhost" || endpoint.IsLoopback && peer.IsLoopback));

    private static bool IsApp(Listener listener, AppProcessesFact? apps)
        => listener.Processes.Count > 0
            && !IsRuntimesOwn(listener)
            && !IsPm2s(listener)
            && !listener.Processes.Any(process => NotAnApp.Contains(process.Name))
            && (StackOf(listener, apps) is not null || (listener.Port != 0 && !listener.Processes.Any(process => process.Unit is { } unit && unit.StartsWith("systemd", StringComparison.Ordinal))));

    /// <summary>Sockets that a runtime opens for debuggers and build servers (.NET's diagnostic port and named pipes, the JVM's attach socket) serve no site.</summary>
    private static bool IsRuntimesOwn(Listener listener)
        => listener.Port == 0 && Path.GetFileName(listener.Address) is var name
            && RuntimeSockets.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>PM2's daemon takes its own commands there (constants.js); what it holds for the apps of a cluster has other names.</summary>
    private static bool IsPm2s(Listener listener)
        => listener.Port == 0 && Path.GetFileName(listener.Address) is "rpc.sock" or "pub.sock" or "interactor.sock" && listener.Processes.Any(process => process.Name.StartsWith("PM2 v", StringComparison.Ordinal));

    private static string? StackOf(Listener listener, AppProcessesFact? apps)
    {
        var pids = listener.Processes.Select(process => process.Pid).ToHashSet();
        return apps?.Processes.FirstOrDefault(app => pids.Contains(app.Process.Pid) || app.ListensOn.Contains(Words.Address(listener)))?.Stack
            ?? InterpreterStacks.FirstOrDefault(stack => listener.Processes.Any(process => process.Name.StartsWith(stack, StringComparison.Ordinal)));
    }

    /// <summary>php-fpm speaks FastCGI and nothing else; the other stacks are told by nobody's protocol but HTTP.</summary>
    private static bool Speaks(Listener listener, AppProcessesFact? apps, string? scheme)
    {
        var stack = StackOf(listener, apps);
        return scheme switch
        {
            "fastcgi" => stack is "php-fpm" or null,
            "uwsgi" or "suwsgi" => stack is "uwsgi" or null,
            _ => stack is not "php-fpm",
        };
    }

    private static HashSet<string> AddressesInUse(Incident incident, Observations seen)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        Add(incident.Configuration);
        foreach (var other in Others(incident, seen))
        {
            Add(seen.ConfigurationOf(other));
        }

        return taken;

        void Add(NginxConfiguration? configuration)
        {
            foreach (var peer in configuration?.ProxiedLocations.SelectMany(location => location.Peers) ?? [])
            {
                if (peer.Endpoint is { } endpoint)
                {
                    taken.Add(endpoint.IsUnix ? endpoint.ToString() : endpoint.Host == "localhost" ? $"127.0.0.1:{endpoint.Port}" : endpoint.ToString());
                    if (endpoint.Host == "localhost")
                    {
                        taken.Add($"[::1]:{endpoint.Port}");
                    }
                }
            }
        }
    }

    /// <summary>nginx by whatever name its binary has (openresty, angie, a copy): it listens for clients and is nobody's upstream by mistake.</summary>
    private static bool IsNginxs(Listener listener, IReadOnlyList<NginxInstance> servers, NginxInstance own)
        => listener.Processes.Any(process => servers.Append(own).Any(server => server.MasterPid is { } master && (process.Pid == master || process.ParentPid == master)));

    private static IEnumerable<NginxInstance> Others(Incident incident, Observations seen)
        => incident.Instance.FromFiles ? []
            : (seen.Ask(new NginxInstances(null)).FactOrNull?.Instances ?? []).Where(other => other.Running && other.MasterPid != incident.Instance.MasterPid);

    private static bool IsTaken(Listener listener, HashSet<string> taken)
    {
        if (listener.Port == 0)
        {
            return taken.Contains("unix:" + listener.Address);
        }

        return taken.Any(text => Endpoint.TryParse(text, 0, out var endpoint)
            && endpoint.Port == listener.Port
            && System.Net.IPAddress.TryParse(endpoint.Host, out var address)
            && Listening.Serves(listener, address));
    }

    /// <summary>Another location goes to this port by a name that is an address of the listener, as far as anybody can tell.</summary>
    private static bool IsNamed(Listener listener, Incident incident, Observations seen)
        => listener.Port != 0 && (incident.Configuration?.ProxiedLocations ?? [])
            .Where(location => location.Pass != incident.Location?.Pass)
            .SelectMany(location => location.Peers)
            .Select(peer => peer.Endpoint)
            .Where(endpoint => endpoint is { IsName: true, IsLoopback: false } && endpoint.Port == listener.Port)
            .DistinctBy(endpoint => endpoint!.Host)
            .Any(endpoint => seen.Ask(new Resolve(endpoint!.Host!, "")).FactOrNull is not { } fresh
                || fresh.Addresses.Any(text => System.Net.IPAddress.TryParse(text, out var address) && Listening.Serves(listener, address)));

    private static IReadOnlyList<string> SiteDirectories(Incident incident)
    {
        var directories = new List<string> { incident.Instance.Prefix, Path.GetDirectoryName(incident.Instance.ConfigPath) ?? "" };
        for (var block = incident.Location?.Pass.Parent; block is not null; block = block.Parent)
        {
            directories.AddRange((block.Block ?? []).Where(directive => directive.Name is "root" or "alias" && directive.Arguments.Count == 1).Select(directive => directive.Arguments[0]));
        }

        return [.. directories.Select(Specific).Where(directory => directory.Length > 0).Distinct()];
    }

    private static IReadOnlyList<string> ForeignDirectories(Incident incident, Observations seen)
        => [.. Others(incident, seen).Select(other => Specific(other.Prefix)).Where(directory => directory.Length > 0)];

    /// <summary>A directory says something about an app only when it is no system directory that everything lives below.</summary>
    private static string Specific(string directory)
    {
        var path = directory.TrimEnd('/');
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var shared = parts.Length < 2
            || (parts[0] is "usr" or "etc" or "run" && parts is not ["usr", "local", _, _, ..])
            || (parts.Length == 2 && parts[0] is "var" or "home" && parts[^1] is "www" or "lib" or "log" or "run")
            || path is "/var/www/html" or "/usr/share/nginx/html";
        return shared ? "" : path;
    }

    private static IEnumerable<string> Paths(ProcessRef process, AppProcess? app)
    {
        if (process.WorkingDirectory is { } directory)
        {
            yield return directory;
        }

        foreach (var word in (app?.Process.CommandLine ?? process.CommandLine ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.StartsWith('/'))
            {
                yield return word;
            }
        }
    }

    private static bool IsBelow(string path, string directory)
        => path.Length >= directory.Length && path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/');
}
