using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>nginx's workers, the app or the machine may open no more files.</summary>
public sealed class FileDescriptorsExhausted : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "file-descriptors-exhausted",
        Family = CauseFamily.Capacity,
        Title = "The limit on open files is reached",
        Explanation = """
            a socket, a log, a temp file and a cached page are a file descriptor each. At the limit (RLIMIT_NOFILE; errno 24) nginx
            answers 500 with an empty $upstream_addr and stops accepting; errno 23 is the machine's own limit, fs.file-max. An app at
            its limit accepts nothing more, so its queue fills and nginx times out; then the app's log has the 24.
            worker_connections has a message of its own (worker-connections-exhausted); with 99 it is ports, not files.
            """,
        LookAlikes = ["worker-connections-exhausted", "ephemeral-ports-exhausted", "worker-pool-exhausted", "host-memory-exhausted"],
        Remedy = "Raise worker_rlimit_nofile (nginx) or LimitNOFILE of the app's unit, above what it needs at its peak; look for a leak when the number only grows.",
        DoNot = "ulimit -n in a shell changes nothing for a service that runs; neither does limits.conf for a systemd unit.",
        ProxyError = "proxy_internal_error",
        Statuses = ["500", "502", "504"],
        Example = new(
            "The worker holds all the 1,024 files it may.",
            "socket() failed (24: Too many open files) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).WorkerFiles(used: 1021, sockets: 990, limit: 1024)),
        NearMiss = new(
            "Connections end before files do.",
            "1024 worker_connections are not enough while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).WorkerFiles(used: 1040, sockets: 1026, limit: 65535),
            Expect: "worker-connections-exhausted"),
    };

    public override bool Applies(Incident incident)
        => incident is { Kind: SymptomKind.OutOfResource } or { Kind: SymptomKind.AppLogged } ? incident.Candidates.Contains(Id) : AppMayBeAtItsLimit(incident);

    /// <summary>accept(2) fails in the app, so the kernel's queue holds the connection: a time-out, or a full queue.</summary>
    private static bool AppMayBeAtItsLimit(Incident incident)
        => incident.Peer is not null && incident is { Kind: SymptomKind.TimedOut, Phase: Phase.Header or Phase.Connect } or { Kind: SymptomKind.ConnectFailed, Errno: 11 };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (FileLimitSymptoms.Is(incident))
        {
            scales.Weigh("errno", Sources.ErrorLog, Weight.Moderate.For("a worker may not raise its limit on open files, and goes on with the one it has"));
            return;
        }

        if (incident.Kind == SymptomKind.OutOfResource)
        {
            // EMFILE and ENFILE have this one meaning in socket(2), accept(2) and open(2).
            scales.Weigh("errno", Sources.ErrorLog, Weight.Decisive.For(incident.Errno == 23 ? "errno 23: the machine's limit on open files is reached" : "a call failed with errno 24: the worker may open no more files"));
            if (LimitReading.WorkerFiles(incident) is { } question)
            {
                scales.Weigh(seen.Ask(question), NearLimit);
            }

            return;
        }

        if (incident.Kind == SymptomKind.AppLogged)
        {
            scales.Weigh("errno", Sources.AppLog, Weight.Strong.For("the app's own log says that it may open no more files"));
            return;
        }

        if (AppLogReading.During(incident, seen).LastOrDefault(logged => logged.Kind == AppEventKind.FilesExhausted) is { } said)
        {
            scales.Weigh("app log", Sources.AppLog, Weight.Decisive.For(said.Text).At(said.Line.File, said.Line.Line));
        }
        else if (LimitReading.AppFiles(incident, seen) is { } app)
        {
            scales.Weigh(seen.Ask(app), fact => fact.Processes.Any(LimitReading.IsAtLimit) ? NearLimit(fact)
                : Weight.Strong.Against(fact.Processes.MaxBy(process => process.Used) is { Used: { } used } most ? $"{most.Name}[{most.Pid}] has {used} of {most.SoftLimit} files open" : "the app's limit on files is not reached"));
        }
        else
        {
            // nginx logs a 24 of its own with the number; an app at its limit says so in its log with every accept().
            scales.Weigh("silence", Sources.ErrorLog, Weight.Strong.Against("no line speaks of open files"));
        }
    }

    private static Weight NearLimit(OpenFilesFact fact)
        => fact.Processes.FirstOrDefault(LimitReading.IsAtLimit) is { } full ? Weight.Decisive.For($"{full.Name}[{full.Pid}] has {full.Used} of {full.SoftLimit} files open")
            : fact is { SystemUsed: { } used, SystemMax: > 0 and { } max } && used > max * 9 / 10 ? Weight.Strong.For($"{used} of {max} files of the machine are open")
            : Weight.None;

    public override string Describe(Incident incident, Observations seen) => incident switch
    {
        _ when FileLimitSymptoms.Is(incident) => "nginx's workers may not raise their limit on open files",
        { Kind: SymptomKind.OutOfResource, Errno: 23 } => "the machine may open no more files (fs.file-max)",
        { Kind: SymptomKind.OutOfResource } => $"nginx's workers may open no more files{(Limit(incident, seen) is { } limit ? $" than {limit}" : "")}",
        _ => $"the app behind {incident.UpstreamText} may open no more files",
    };

    private static long? Limit(Incident incident, Observations seen)
        => (LimitReading.WorkerFiles(incident) is { } question ? seen.Known(question)?.Processes.Min(process => process.SoftLimit) : null) ?? incident.Instance.WorkerFileLimit;

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (incident.Kind != SymptomKind.OutOfResource)
        {
            if (AppDropIn(incident, seen) is { } dropIn)
            {
                return dropIn;
            }

            return new Fix
            {
                Summary = "Raise the app's limit on open files, and look for a leak.",
                Steps =
                [
                    new("LimitNOFILE=65536 in a drop-in of the app's unit (systemctl edit), then restart the app: a running process keeps its limit."),
                    new("When the number of open files grows without traffic, the app does not close what it opens (connections to a database, files): more of them only postpone the end."),
                ],
            };
        }

        if (FileLimitSymptoms.Is(incident))
        {
            return new Fix
            {
                Summary = "Raise the hard limit on open files that nginx is started with to what worker_rlimit_nofile asks for.",
                Steps =
                [
                    new("Under systemd: LimitNOFILE= in a drop-in of nginx's unit (systemctl edit nginx), then restart nginx."),
                    new("In a container: --ulimit nofile=N:N, or ulimits: nofile: in the compose file."),
                ],
            };
        }

        if (incident.Errno == 23)
        {
            return new Fix { Summary = "Raise fs.file-max, after seeing who holds the files.", Steps = [new("Who holds most descriptors is seen in the numbers below /proc/PID/fd; a leak in one process is mended there."), new("Raise fs.file-max in /etc/sysctl.d for all of the machine.")] };
        }

        var limit = Limit(incident, seen);
        var connections = LimitReading.Connections(incident) ?? LimitReading.DefaultConnections;
        var wanted = LimitReading.PowerOfTwo(Math.Max(connections * 2L, Math.Max(2048, (limit ?? 512) * 2)));
        var edit = incident.Configuration?.Root.LastOrDefault(directive => directive.Name == "worker_rlimit_nofile") is { } written
            ? Nginx.ConfigurationEdit.SetArguments(incident.Configuration, written, wanted.ToString(System.Globalization.CultureInfo.InvariantCulture))
            : null;
        return new Fix
        {
            Summary = $"Let nginx's workers open {wanted} files.",
            Edits = edit is { IsChange: true } ? [edit] : [],
            Steps =
            [
                new($"worker_rlimit_nofile {wanted}; at the top of nginx.conf: {(limit is { } now ? $"{now} are allowed now, and " : "")}{connections} worker_connections with a temp or cache file beside each need twice as many."),
                RetargetFix.Reload(incident, "Test the changed configuration and reload nginx; new workers get the new limit."),
            ],
            Later = "LimitNOFILE in nginx's unit is the ceiling of worker_rlimit_nofile when the master does not run as root.",
        };
    }

    /// <summary>The app's own unit, with twice what it may open now and at least what systemd's documentation asks servers to set.</summary>
    private static Fix? AppDropIn(Incident incident, Observations seen)
    {
        var unit = incident.Peer is null ? null : SocketReading.ServingProcesses(incident, incident.Peer, seen).Select(process => process.Unit).FirstOrDefault(name => name?.EndsWith(".service", StringComparison.Ordinal) == true);
        var full = LimitReading.AppFiles(incident, seen) is { } question ? seen.Known(question)?.Processes.MaxBy(process => process.Used) : null;
        if (unit is null || full is not { SoftLimit: { } now })
        {
            return null;
        }

        // fs.nr_open's default is the most that the kernel lets a limit be.
        var wanted = Math.Min(LimitReading.PowerOfTwo(Math.Max(now * 2, 65_536)), 1_048_576);
        return new Fix
        {
            Summary = $"Let {unit} open {wanted} files, and look for a leak.",
            Steps =
            [
                .. UnitDropIn.Steps(unit, $"LimitNOFILE={wanted}: {full.Name}[{full.Pid}] has {full.Used} of {now} open.", "LimitNOFILE", wanted.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                UnitDropIn.Restart(unit, "A running process keeps its limit."),
                new("When the number of open files grows without traffic, the app does not close what it opens (connections to a database, files): more of them only postpone the end."),
            ],
        };
    }
}
