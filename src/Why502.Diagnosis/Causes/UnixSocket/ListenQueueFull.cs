using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.UnixSocket;

/// <summary>The app's accept queue is at its limit while its workers are not all busy.</summary>
public sealed class ListenQueueFull : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "listen-queue-full",
        Family = CauseFamily.UnixSocket,
        Title = "The app's listen queue is full",
        Explanation = """
            connections arrive faster than the app accepts them, and its listen backlog is too small for the burst. On a unix
            socket nginx gets "11: Resource temporarily unavailable" at once; on TCP Linux drops the SYN, and nginx waits until
            proxy_connect_timeout. The queue is what is full: if all workers are busy as well, worker-pool-exhausted lies beneath.
            """,
        LookAlikes = ["worker-pool-exhausted", "connect-timeout", "socket-stale", "firewall-blocked"],
        Remedy = "Give the app a larger backlog (and net.core.somaxconn, which caps it), and see why it accepts slowly.",
        DoNot = "Do not restart nginx: it helps for minutes only, because the clients go away meanwhile.",
        ProxyError = "connection_refused",
        Statuses = ["502", "504"],
        Prior = Prior.Usual,
        Example = new(
            "A burst meets a backlog of 5, and half of the workers are idle.",
            "connect() to unix:/run/app.sock failed (11: Resource temporarily unavailable) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/app.sock:/\", host: \"shop.example\"",
            "proxy_pass http://unix:/run/app.sock;",
            scene => scene.Listens("unix:/run/app.sock", "gunicorn", 812, queue: 6, backlog: 5).Load("unix:/run/app.sock", queue: 6, backlog: 5, workers: 4, busy: 2)),
        NearMiss = new(
            "The queue is full because every worker is busy.",
            "connect() to unix:/run/app.sock failed (11: Resource temporarily unavailable) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/app.sock:/\", host: \"shop.example\"",
            "proxy_pass http://unix:/run/app.sock;",
            scene => scene.Listens("unix:/run/app.sock", "gunicorn", 812, queue: 129, backlog: 128).Load("unix:/run/app.sock", queue: 129, backlog: 128, workers: 4, busy: 4),
            Expect: "worker-pool-exhausted"),
    };

    /// <summary>Backlogs up to this are smaller than any server's default.</summary>
    private const int SmallBacklog = 64;

    public override bool Applies(Incident incident)
        => incident is { Kind: SymptomKind.ConnectFailed, Peer.IsUnix: true, Errno: 11 } or { Kind: SymptomKind.TimedOut, Phase: Phase.Connect, Peer.IsUnix: false };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var tcp = !incident.Peer!.IsUnix;
        if (tcp && Addresses.IsLocal(incident.Peer, seen.Ask(new MachineState()).FactOrNull) == false)
        {
            scales.Weigh("remote", Sources.Config, Weight.Weak.Against($"the queue of {incident.Peer} is on another machine and cannot be seen"));
            return;
        }

        scales.Weigh(seen.Ask(Probing.Load(incident.Instance, incident.Peer)), load => load switch
        {
            { QueueLength: { } length, Backlog: { } backlog } when length >= backlog && backlog >= 0 => AllBusy(load)
                ? Weight.Moderate.For($"the accept queue is full ({length} of {backlog})")
                : Weight.Decisive.For($"the accept queue is full ({length} of {backlog}), and {Busy(load)}"),
            { QueueLength: { } length, Backlog: { } backlog } when tcp => Weight.Strong.Against($"the accept queue has room ({length} of {backlog})"),
            _ when AllBusy(load) => Weight.Moderate.Against($"{Busy(load)}"),
            { Workers: not null, BusyWorkers: not null } => Weight.Moderate.For($"the queue has room now, and {Busy(load)}: a burst"),
            _ => Weight.None,
        });
        scales.Weigh(seen.Ask(new UnixListeners()), table => table.Listeners.FirstOrDefault(listener => listener.Address == incident.Peer.UnixPath) is { Backlog: { } backlog and <= SmallBacklog }
            ? Weight.Moderate.For($"the backlog of {incident.Peer} is only {backlog}")
            : Weight.None);
    }

    private static bool AllBusy(ServerLoadFact load) => load is { Workers: { } workers, BusyWorkers: { } busy } && workers > 0 && busy >= workers && load.OneRequestPerWorker != false;

    private static string Busy(ServerLoadFact load) => load is { Workers: { } workers, BusyWorkers: { } busy } ? $"{busy} of {workers} workers are busy" : "its workers cannot be seen";

    public override string Describe(Incident incident, Observations seen) => $"the listen queue of {incident.UpstreamText} is full";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var load = seen.Known(Probing.Load(incident.Instance, incident.Peer!));
        var somaxconn = seen.Known(new MachineState())?.SomaxConn;
        var pool = ServiceReading.PoolFor(incident.Peer!, seen);
        var setting = (load?.Stack, pool) switch
        {
            (_, { } known) => $"listen.backlog in {known.File} (now {(known.Backlog is { } set ? set.ToString(System.Globalization.CultureInfo.InvariantCulture) : "its default")})",
            ("gunicorn", _) => "--backlog of gunicorn (default 2048)",
            ("uwsgi", _) => "--listen of uWSGI (default 100)",
            ("node", _) => "the backlog argument of server.listen() (default 511)",
            _ => "the backlog that the app passes to listen(2)",
        };
        var unit = pool?.Unit ?? SocketReading.ServingProcesses(incident, incident.Peer, seen).Select(process => process.Unit).FirstOrDefault(name => name is not null);

        // listen(2): the kernel cuts the app's number to somaxconn. What an app asks for is seen only where it is not cut.
        var isCut = load?.Backlog is { } now && somaxconn is { } capped && now >= capped;
        var made = (pool, unit) switch
        {
            ({ MasterPid: not null } known, { } name) => [
                new FixStep($"listen.backlog 1024 in pool {known.Name}: a burst of so many waits instead of being refused. FPM keeps a listening socket over a reload, so it needs a restart.") { Action = new RepairAction.EditSettings(known.File, [new(known.Name, "listen.backlog", "1024")]) },
                UnitDropIn.Restart(name, "PHP-FPM makes its socket anew."),
            ],
            (null, { } name) when isCut => [UnitDropIn.Restart(name, "The app calls listen(2) again, and is cut less.")],
            _ => Array.Empty<FixStep>(),
        };
        if (made.Length > 0)
        {
            return new Fix
            {
                Summary = $"Enlarge the listen backlog of {incident.Peer}{(load?.Backlog is { } length ? $", now {length}" : "")}.",
                Steps = [.. somaxconn < 1024 ? KernelParameterFix.AtLeast("net.core.somaxconn", 1024, $"The kernel cuts every backlog to net.core.somaxconn, {somaxconn} now.") : [], .. made],
                Unasked = "what failed were many requests at once, which are not sent again: one that is answered proves nothing",
                Later = "A longer queue hides bursts; if it stays full the app needs more workers or faster answers.",
            };
        }

        return new Fix
        {
            Summary = $"Enlarge the listen backlog of {incident.Peer}{(load?.Backlog is { } backlog ? $", now {backlog}" : "")}.",
            Steps =
            [
                new($"Raise {setting} to 1024 and restart the app gracefully."),
                new(somaxconn is { } cap ? $"net.core.somaxconn caps it at {cap}{(cap < 1024 ? ": raise that too" : ", which is enough")}." : "net.core.somaxconn caps it.", somaxconn < 1024 ? "sysctl -w net.core.somaxconn=1024" : null),
            ],
            Later = "A longer queue hides bursts; if it stays full the app needs more workers or faster answers.",
        };
    }
}
