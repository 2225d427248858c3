using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Logs;

namespace Why502.Host.Machine;

/// <summary>Answers which nginx is meant: the running masters, else the binary that is installed.</summary>
internal sealed class NginxReader(MachineSnapshot machine, Programs programs)
{
    /// <param name="ownFiles">nginx sees another /etc/group than this process does.</param>
    private Identity Named(ProcessIdentity worker, bool ownFiles)
    {
        var user = machine.Accounts.User(worker.Uid);
        return new(worker.Uid, user, worker.Gid, worker.Groups)
        {
            JoinedSince = ownFiles ? [] : [.. machine.Accounts.GroupsOf(user).Where(group => group != worker.Gid && !worker.Groups.Contains(group)).Select(machine.Accounts.Group)],
        };
    }

    private const int LimitsBytesMax = 16 * 1024;
    private const int TableBytesMax = 4 * 1024 * 1024;

    /// <summary>Where binaries are that are not in PATH.</summary>
    private static readonly string[] UsualPlaces = ["/usr/local/nginx/sbin/nginx", "/usr/local/openresty/nginx/sbin/nginx", "/opt/nginx/sbin/nginx", "/usr/local/tengine/sbin/nginx", "/usr/local/angie/sbin/angie", "/usr/local/freenginx/sbin/nginx"];

    private readonly NginxBinary binaries = new();

    public async Task<Look> ReadAsync(NginxInstances question, CancellationToken cancellation)
    {
        const string How = "process titles in /proc";
        var running = new List<NginxInstance>();
        foreach (var process in Masters())
        {
            running.Add(await InstanceAsync(process, NginxCommandLine.Of(process.Arguments)!, cancellation).ConfigureAwait(false));
        }

        if (question.ConfigPath is not { } wanted)
        {
            return running.Count > 0
                ? Look.Saw(new NginxInstancesFact(Sorted(running)), How)
                : Look.Saw(new NginxInstancesFact(await InstalledAsync(null, cancellation).ConfigureAwait(false)), How + ", then the installed binary");
        }

        var path = Path.GetFullPath(wanted);
        var matching = running.FindAll(instance => IsSameFile(instance, path));
        return Look.Saw(new NginxInstancesFact(matching.Count > 0 ? Sorted(matching) : await InstalledAsync(path, cancellation).ConfigureAwait(false)), How);
    }

    private static List<NginxInstance> Sorted(List<NginxInstance> instances)
        => [.. instances.OrderBy(instance => instance.ConfigPath, StringComparer.Ordinal).ThenBy(instance => instance.MasterPid)];

    /// <summary>Masters, and single processes (<c>master_process off</c>); a process between fork and its title is neither.</summary>
    private IEnumerable<ProcessEntry> Masters() => machine.Processes.All.Where(process =>
        !process.IsZombie
        && NginxCommandLine.Of(process.Arguments) is not null
        && (machine.Processes.Find(process.ParentPid) is not { } parent
            || parent.Arguments.Count == 0
            || process.Arguments.Count == 1
            || NginxCommandLine.Of(parent.Arguments) is null));

    private async Task<NginxInstance> InstanceAsync(ProcessEntry master, NginxCommandLine line, CancellationToken cancellation)
    {
        var binary = master.Executable ?? (line.Program.StartsWith('/') ? line.Program : programs.Find(Path.GetFileName(line.Program)));
        var build = await binaries.ReadAsync(master.Directory + "/exe", cancellation).ConfigureAwait(false)
            ?? (binary is null ? null : await binaries.ReadAsync(binary, cancellation).ConfigureAwait(false))
            ?? NginxBuild.Default;
        var prefix = line.Prefix is { } given ? NginxBuild.WithSlash(Absolute(given, master)) : build.Prefix;
        var workers = Workers(master);
        var identity = workers.Select(worker => worker.Identity).FirstOrDefault(found => found is not null);
        return new()
        {
            // ngx_process_options(): a relative -c is under the prefix, and so is a relative -e.
            ConfigPath = Path.GetFullPath(NginxBuild.Under(prefix, line.ConfigPath ?? build.ConfigPath)),
            Prefix = prefix,
            Binary = binary,
            Release = build.Release,
            GlobalDirectives = line.GlobalDirectives,
            MasterPid = master.Pid,
            WorkerPids = [.. workers.Select(worker => worker.Pid)],
            WorkerIdentity = identity is null ? null : Named(identity, HasOwnFiles(master)),
            WorkerFileLimit = workers.Count > 0 ? FileLimit(workers[0]) : null,
            StartedAt = machine.Processes.StartOf(master),
            WorkersStartedAt = workers.Count > 0 ? workers.Min(machine.Processes.StartOf) : null,
            NetworkNamespace = master.NetworkNamespace ?? (HasOtherAddresses(master) ? $"that of process {master.Pid}" : null),
            MountNamespace = master.MountNamespace,
            NetworkThrough = IsElsewhere(master.NetworkNamespace, "net") || (master.NetworkNamespace is null && HasOtherAddresses(master)) ? master.Pid : 0,
            FilesThrough = HasOwnFiles(master) ? master.Pid : 0,
            StderrTarget = StandardError.TargetOf(master),
            DefaultErrorLog = NginxBuild.Under(prefix, line.ErrorLog ?? build.ErrorLog),
            DefaultAccessLog = build.AccessLog,
            Unit = master.ControlGroup.Unit,
            TempPaths = build.TempPaths,
            Container = master.ControlGroup.Container ?? (IsContainerRoot(master) ? "" : null),
        };
    }

    /// <summary>
    /// Docker leaves the first file in a container's root, Podman the second (podman-run(1)). A container made for nginx has it as process 1; one
    /// that holds a whole system is a machine of its own.
    /// </summary>
    private static bool IsContainerRoot(ProcessEntry master)
        => (FileCalls.Status(master.Directory + "/root/.dockerenv") is not null || FileCalls.Status(master.Directory + "/root/run/.containerenv") is not null)
            && IsFirstProcess(FileCalls.ReadText(master.Directory + "/status", LimitsBytesMax) ?? "");

    /// <summary>"NSpid: 4711 1": the process ids from our namespace to its own (proc_pid_status(5)).</summary>
    internal static bool IsFirstProcess(string status)
        => status.Split('\n').FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal))?.Split('\t', StringSplitOptions.RemoveEmptyEntries)[^1].Trim() == "1";

    /// <summary>Without rights the namespace's number is closed, and its tables are not: another network has other local addresses.</summary>
    private bool HasOtherAddresses(ProcessEntry master)
        => FileCalls.ReadText(master.Directory + "/net/fib_trie", TableBytesMax) is { } theirs
            && FileCalls.ReadText($"{machine.Options.ProcPath}/self/net/fib_trie", TableBytesMax) is { } ours
            && !NetworkSpacesReader.LocalAddresses(theirs).ToHashSet().SetEquals(NetworkSpacesReader.LocalAddresses(ours));

    private bool IsElsewhere(string? space, string kind)
        => space is not null && ProcessEntry.NamespaceInode(FileCalls.ReadLink($"{machine.Options.ProcPath}/self/ns/{kind}")) is { } own && own != space;

    /// <summary>Another mount namespace (a container, PrivateTmp=) or another root directory (chroot).</summary>
    private bool HasOwnFiles(ProcessEntry master)
        => IsElsewhere(master.MountNamespace, "mnt")
            || (FileCalls.Status(master.Directory + "/root/") is { } root && FileCalls.Status("/") is { } own && root.Identity != own.Identity);

    /// <summary>Children that serve; with <c>master_process off</c> the process itself.</summary>
    private List<ProcessEntry> Workers(ProcessEntry master)
    {
        var workers = machine.Processes.ChildrenOf(master.Pid).Where(child => NginxCommandLine.IsWorkerTitle(child.Title)).ToList();
        var isSingle = workers.Count == 0 && !master.Title.Contains(": master process ", StringComparison.Ordinal);
        return isSingle ? [master] : workers;
    }

    /// <summary>nginx keeps the directory it was started in; a relative prefix means that one.</summary>
    private static string Absolute(string path, ProcessEntry master)
        => path.StartsWith('/') ? path : Path.GetFullPath(Path.Combine(master.WorkingDirectory ?? "/", path));

    private static long? FileLimit(ProcessEntry worker) => SoftFileLimit(FileCalls.ReadText(worker.Directory + "/limits", LimitsBytesMax) ?? "");

    /// <summary>"Max open files            1024                 524288               files": the first number is the limit in force.</summary>
    internal static long? SoftFileLimit(string limits)
    {
        const string Name = "Max open files";
        foreach (var line in limits.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(Name))
            {
                var value = line[Name.Length..].TrimStart();
                var end = value.IndexOf(' ');
                return long.TryParse(end < 0 ? value : value[..end], out var limit) ? limit : null;
            }
        }

        return null;
    }

    /// <summary>Whether a running nginx uses this file, links and mounts considered.</summary>
    private bool IsSameFile(NginxInstance instance, string path)
    {
        if (instance.ConfigPath == path)
        {
            return true;
        }

        return FileCalls.Status(path) is { } wanted
            && (FileCalls.Status(RootedPath.Of(instance.MasterPid ?? 0, machine.Options.ProcPath).Resolve(instance.ConfigPath) ?? "") ?? FileCalls.Status(instance.ConfigPath)) is { } used
            && (wanted.Inode, wanted.DeviceMajor, wanted.DeviceMinor) == (used.Inode, used.DeviceMajor, used.DeviceMinor);
    }

    /// <summary>A binary that is installed and not running; with <paramref name="configPath"/> always one instance.</summary>
    private async Task<IReadOnlyList<NginxInstance>> InstalledAsync(string? configPath, CancellationToken cancellation)
    {
        string?[] candidates = [.. NginxFamily.Names.Select(programs.Find), .. UsualPlaces];
        var found = new List<NginxInstance>();
        foreach (var binary in candidates.OfType<string>().DistinctBy(path => FileCalls.Status(path)?.Inode))
        {
            if (await binaries.ReadAsync(binary, cancellation).ConfigureAwait(false) is { } build)
            {
                found.Add(Installed(build, binary, configPath));
            }
        }

        return configPath is null ? found : [found.Count > 0 ? found[0] : Installed(NginxBuild.Default, null, configPath)];
    }

    private static NginxInstance Installed(NginxBuild build, string? binary, string? configPath) => new()
    {
        ConfigPath = configPath ?? build.ConfigPath,
        Prefix = build.Prefix,
        Binary = binary,
        Release = build.Release,
        DefaultErrorLog = build.ErrorLog,
        DefaultAccessLog = build.AccessLog,
        TempPaths = build.TempPaths,
    };
}
