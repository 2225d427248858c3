using System.Net;
using System.Text;
using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>
/// A machine made of words: what a <see cref="Case"/> says is there, and nothing else. It answers the questions of a
/// diagnosis as the driver of a live machine would, so that examples run as tests.
/// </summary>
public sealed partial class Scene
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);
    private const string ErrorLogPath = "/var/log/nginx/error.log";
    private const string AccessLogPath = "/var/log/nginx/access.log";
    private const string ConfigPath = "/etc/nginx/nginx.conf";

    private readonly List<Listener> tcp = [];
    private readonly List<Listener> unix = [];
    private readonly List<AppProcess> processes = [];
    private readonly List<PhpFpmPool> pools = [];
    private readonly List<FilterRule> rules = [];
    private (int User, int Port)? dropped;
    private readonly List<FilterRule> accepts = [];
    private readonly List<AccessGroup> access = [];
    private readonly List<TrafficPattern> patterns = [];
    private readonly Dictionary<string, SocketPathFact> sockets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServerLoadFact> loads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProbeOutcome> connects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> hosts = [];
    private string configuration = "";
    private string errorLog = "";

    /// <summary>A process that listens; it has run for an hour.</summary>
    public Scene Listens(string address, string process, int pid, int queue = 0, int backlog = 511)
    {
        var who = new ProcessRef { Pid = pid, Name = process, StartedAt = Now.AddHours(-1), User = "app" };
        if (!Endpoint.TryParse(address, 0, out var endpoint))
        {
            throw new ArgumentException($"{address} is no address", nameof(address));
        }

        if (endpoint.IsUnix)
        {
            unix.Add(new(endpoint.UnixPath!, 0, queue, backlog, null, null, [who]));
            sockets[endpoint.UnixPath!] = Socket(endpoint.UnixPath!, mayConnect: true);
        }
        else
        {
            tcp.Add(new(endpoint.Host!.Trim('[', ']'), endpoint.Port, queue, backlog, null, null, [who]));
        }

        processes.Add(new(who, process, [], [address], 1, []));
        return this;
    }

    public Scene NoSocket(string path)
    {
        sockets[path] = new(false, null, [], path, null, null, null);
        return this;
    }

    /// <summary>A server whose socket is at a path of its own mounts, where nginx sees nothing (PrivateTmp=).</summary>
    public Scene ListensBeyond(string path, string process, int pid)
    {
        Listens("unix:" + path, process, pid);
        unix[^1] = unix[^1] with { AtPathOfItsMounts = true };
        return NoSocket(path);
    }

    public Scene SocketWithoutListener(string path)
    {
        sockets[path] = Socket(path, mayConnect: true);
        return this;
    }

    /// <summary>Connections to a server with threads, on which requests lie that nobody reads.</summary>
    public Scene Unread(string address, int connections)
    {
        loads[address] = new(0, 100, 1, 1, connections, null, null, []) { Unread = connections };
        return this;
    }

    /// <summary>A socket that nginx's worker may not open because of one step of its path.</summary>
    public Scene SocketBlocked(string path, string step, string owner, string group, string mode)
    {
        sockets[path] = Socket(path, mayConnect: false) with { BlockedBy = new(step, owner, group, mode, false, null) };
        return this;
    }

    public Scene Pool(string name, string listen, bool running)
    {
        pools.Add(new() { Name = name, File = $"/etc/php/8.2/fpm/pool.d/{name}.conf", ListenLine = 41, Listen = listen, MasterPid = running ? 700 : null, Unit = "php8.2-fpm.service" });
        return running ? Listens(listen, "php-fpm8.2", 700) : this;
    }

    public Scene Load(string address, int queue, int backlog, int workers, int busy, bool? oneRequestPerWorker = true)
    {
        loads[address] = new(queue, backlog, workers, busy, busy, null, oneRequestPerWorker, []);
        return this;
    }

    /// <summary>Requests in the access log: <paramref name="count"/> times the path, answered in about <paramref name="seconds"/>.</summary>
    public Scene Answered(string path, int status, string upstream, double seconds, long count)
    {
        access.Add(new()
        {
            Method = "GET",
            Path = path,
            Route = path,
            Host = "shop.example",
            ServerName = "shop.example",
            Status = status,
            UpstreamAddr = upstream,
            Count = count,
            First = Now.AddMinutes(-10),
            Last = Now.AddSeconds(-45),
            UpstreamResponseTime = new(seconds * 0.9, seconds, seconds, seconds, seconds, count),
        });
        return this;
    }

    /// <summary>What the name resolves to now.</summary>
    public Scene Resolves(string name, params string[] addresses)
    {
        names[name] = addresses;
        return this;
    }

    /// <summary>The name stands in /etc/hosts.</summary>
    public Scene InHosts(string name, params string[] addresses)
    {
        hosts.Add(name);
        return Resolves(name, addresses);
    }

    public Scene Rejects(int port) => Rule(port, "reject");

    public Scene Drops(int port) => Rule(port, "drop");

    /// <summary>What comes in is dropped but for these ports; loopback is let through by a rule of its own where <paramref name="loopback"/> says so.</summary>
    public Scene DropsByDefault(bool loopback, params int[] ports)
    {
        if (loopback)
        {
            accepts.Add(new("nft", "inet", "filter", "input", "input", "accept", null, null, [], [], [], "lo", null, false, true, 12, 3, "iif lo accept") { BaseChain = "input", Order = 0 });
        }

        accepts.AddRange(ports.Select((port, index) => new FilterRule("nft", "inet", "filter", "input", "input", "accept", null, "tcp", [$"{port}"], [], [], null, null, false, true, 12, 4 + index, $"tcp dport {port} accept") { BaseChain = "input", Order = 1 + index }));
        rules.Add(new("nft", "inet", "filter", "input", "input", "drop", null, null, [], [], [], null, null, true, true, 12, null, "chain input: policy drop") { BaseChain = "input", Order = 100 });
        return this;
    }

    public Scene Refuses(string address) => Connects(address, ProbeOutcome.Refused);

    public Scene DoesNotAnswer(string address) => Connects(address, ProbeOutcome.TimedOut);

    /// <summary>A rule that names a user, as this program reads it only in part.</summary>
    public Scene DropsFor(int user, int port, bool works)
    {
        rules.Add(new("nft", "inet", "filter", "output", "output", "drop", null, "tcp", [$"{port}"], [], [], null, null, false, false, 12, 7, $"meta skuid {user} tcp dport {port} drop"));
        dropped = works ? (user, port) : null;
        return this;
    }

    private Scene Connects(string address, ProbeOutcome outcome)
    {
        connects[address] = outcome;
        return this;
    }

    private Scene Rule(int port, string verdict)
    {
        rules.Add(new("nft", "inet", "filter", "output", "output", verdict, verdict == "reject" ? "tcp reset" : null, "tcp", [$"{port}"], [], [], null, null, false, true, 12, 7, $"tcp dport {port} {verdict}"));
        return this;
    }

    private static SocketPathFact Socket(string path, bool mayConnect) => new(true, "socket", [new(path, "root", "root", "0755", mayConnect, null)], null, mayConnect, null, Now.AddHours(-1));

    /// <summary>Runs a case to its findings.</summary>
    public static Conclusion Run(Case @case)
    {
        var scene = new Scene
        {
            configuration = $"events {{}} http {{ error_log {ErrorLogPath}; access_log {AccessLogPath} combined; {@case.Http} server {{ listen 80; server_name shop.example; location / {{ {@case.Location} }} }} }}",
            errorLog = @case.ErrorLog.Length == 0 ? "" : string.Join('\n', @case.ErrorLog.Split('\n').Select(line => $"{Now.AddMinutes(-1):yyyy/MM/dd HH:mm:ss} {(line.StartsWith('[') ? "" : "[error] 821#821: *1 ")}{line}")) + "\n",
        };
        @case.Machine?.Invoke(scene);
        return scene.Diagnose();
    }

    private Conclusion Diagnose()
    {
        var answers = new Dictionary<Question, Answer>();
        while (true)
        {
            var conclusion = Diagnoser.Diagnose(new Observations(answers, Now), new DiagnosisOptions());
            var open = conclusion.Wanted.Where(question => !answers.ContainsKey(question)).ToList();
            if (open.Count == 0)
            {
                return conclusion;
            }

            foreach (var question in open)
            {
                answers[question] = Reply(question);
            }
        }
    }

    private Answer Reply(Question question)
    {
        var fact = FactFor(question);
        var source = question switch
        {
            ErrorLogWindow => Sources.ErrorLog,
            AccessLogWindow => Sources.AccessLog,
            _ => question.Cost == Cost.Read ? Sources.Machine : Sources.Probe,
        };
        return new(question, fact, fact is null ? "not part of this example" : null, new("example", source, question.What, Now));
    }

    private Fact? FactFor(Question question) => question switch
    {
        NginxInstances => new NginxInstancesFact([new() { ConfigPath = ConfigPath, Prefix = "/usr/share/nginx/", Binary = "/usr/sbin/nginx", Release = new("nginx", "1.22.1", new(1, 22, 1)), NetworkNamespace = spaces.Count > 0 ? "net:host" : null, MasterPid = workersStartedAt is null ? null : 820, WorkerPids = workersStartedAt is null ? [] : [821], WorkerIdentity = new(33, "www-data", 33, []), StartedAt = workersStartedAt is null ? null : Now.AddDays(-1), WorkersStartedAt = workersStartedAt }]),
        ConfigurationText => new ConfigurationFact([new(ConfigPath, Encoding.UTF8.GetBytes(configuration), null, configurationModifiedAt)]),
        ConfigurationTest => disk,
        PackageHistory => new PackageHistoryFact(packages, [PackageLogPath]),
        ErrorLogWindow => new ErrorLogFact(Fold(errorLog), new(errorLog.Length, errorLog.Length, false, [ErrorLogPath])),
        AccessLogWindow => new AccessLogFact(new AccessLogSummary { Rows = access.Sum(group => group.Count), Groups = access, Fields = AccessFields.UpstreamAddr | AccessFields.UpstreamResponseTime | AccessFields.Status }, new(0, 0, false, [])) { Patterns = patterns },
        TcpListeners => new TcpListenersFact(tcp, spaces.Count > 0 ? "net:host" : null, true),
        UnixListeners => new UnixListenersFact(unix, true),
        AppProcesses => new AppProcessesFact(said.Count == 0 ? processes : [.. processes.Select(process => process with { LogFiles = [AppLogPath] })]),
        AppLogWindow { Path: AppLogPath } => Log(said, AppLogPath),
        AppSettings ask => settings.GetValueOrDefault(ask.Address),
        WorkerWaits ask => waits.GetValueOrDefault(ask.Address),
        ForwardsOf ask => forwards.GetValueOrDefault(ask.Address),
        PhpFpmPools => new PhpFpmPoolsFact(said.Count == 0 ? pools : [.. pools.Select(pool => pool with { ErrorLog = AppLogPath })]),
        ServiceUnits => new ServiceUnitsFact([]),
        SupervisedPrograms => new SupervisedProgramsFact([]),
        Pm2Apps => new Pm2AppsFact([]),
        PacketFilter => new PacketFilterFact(rules) { Accepts = accepts },
        KernelLogWindow => new AppLogFact([.. kernel, .. Log(kernelSaid, "/var/log/kern.log").Events], [], new(0, 0, false, [])),
        MachineState => new MachineStateFact("example", addresses, 4, 0.2, 8L << 30, 4L << 30, 0, 0, 0, 4096, true, "root"),
        SocketPath path => sockets.GetValueOrDefault(path.Path) ?? new SocketPathFact(false, null, [], path.Path, null, null, null),
        ServerLoad load => loads.GetValueOrDefault(load.Address) ?? new ServerLoadFact(0, 511, null, null, 0, null, null, []),
        RouteTo route => RouteFor(route),
        AccessControl => policy,
        NetworkSpaces => new NetworkSpacesFact(spaces),
        Containers => new ContainersFact(containers.Count > 0 ? ["Docker 27.3.1 (API 1.47)"] : [], containers),
        Resolve resolve => Answer(resolve),
        SystemNameServers => new NameServersFact(["10.0.0.2"], ["internal.example"]),
        TlsHandshake handshake => Answer(handshake),
        Connect connect => new ConnectFact(dropped is { } filtered && connect.AsUser == filtered.User && connect.Address.EndsWith($":{filtered.Port}", StringComparison.Ordinal) ? ProbeOutcome.TimedOut : Outcome(connect.Address), null, 0.2, 1),
        _ => LimitFor(question),
    };

    private ProbeOutcome Outcome(string address)
    {
        if (connects.TryGetValue(address, out var outcome))
        {
            return outcome;
        }

        if (!Endpoint.TryParse(address, 0, out var endpoint))
        {
            return ProbeOutcome.OtherError;
        }

        var serves = endpoint.IsUnix
            ? unix.Any(listener => listener.Address == endpoint.UnixPath)
            : IPAddress.TryParse(endpoint.Host, out var ip) && tcp.Any(listener => listener.Port == endpoint.Port && Listening.Serves(listener, ip));
        return serves ? ProbeOutcome.Ok
            : endpoint.IsUnix && sockets.GetValueOrDefault(endpoint.UnixPath!) is not { Exists: true } ? ProbeOutcome.NotFound
            : ProbeOutcome.Refused;
    }

    private static ErrorLogSummary Fold(string text)
    {
        var fold = new ErrorLogFold(null, null);
        var reader = new ErrorLogReader(ErrorLogPath);
        reader.Push(Encoding.UTF8.GetBytes(text), fold.Add);
        reader.Complete(fold.Add);
        return fold.Summary();
    }
}
