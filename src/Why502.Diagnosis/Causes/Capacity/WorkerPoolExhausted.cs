using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>Every worker of the app server is busy: even fast routes hang.</summary>
public sealed class WorkerPoolExhausted : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "worker-pool-exhausted",
        Family = CauseFamily.Capacity,
        Title = "All workers of the app server are busy",
        Explanation = """
            every worker (PHP-FPM child, gunicorn or uWSGI worker, Node's event loop) is occupied, so new requests wait in the
            listen queue, and fast routes hang like slow ones. The kernel has accepted the connection, so nginx times out while
            reading the response header, or gets "11: Resource temporarily unavailable" when the queue is full too.
            One slow route beside others that answer is upstream-slow. What the workers wait for is the next question.
            """,
        LookAlikes = ["upstream-slow", "listen-queue-full", "timeout-too-short", "host-overloaded"],
        Remedy = "Find what the workers wait for (slow log, database, remote API) and give that a time limit; add workers only as far as memory allows.",
        DoNot = "Do not raise nginx's time-outs: more requests then wait for the same workers.",
        ProxyError = "http_response_timeout",
        Statuses = ["504", "502"],
        Prior = Prior.Usual,
        Example = new(
            "Both gunicorn workers are busy, and requests queue.",
            "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /fast HTTP/1.1\", upstream: \"http://127.0.0.1:8000/fast\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812, queue: 9, backlog: 2048).Load("127.0.0.1:8000", queue: 9, backlog: 2048, workers: 2, busy: 2)),
        NearMiss = new(
            "The same line with idle workers and other routes that answer.",
            "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /report HTTP/1.1\", upstream: \"http://127.0.0.1:8000/report\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Load("127.0.0.1:8000", queue: 0, backlog: 2048, workers: 4, busy: 1).Answered("/", 200, "127.0.0.1:8000", 0.01, 40),
            Expect: "upstream-slow"),
    };

    /// <summary>So many answers show that routes which hang together now were served.</summary>
    private const int AnsweredBefore = 5;

    /// <summary>A single request that lies unread may be one whose body the app does not want.</summary>
    private const int UnreadLeast = 2;

    public override bool Applies(Incident incident)
        => incident.Peer is not null
            && (incident is { Kind: SymptomKind.TimedOut, Phase: Phase.Header or Phase.Send or Phase.Connect } or { Kind: SymptomKind.ConnectFailed, Errno: 11 });

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        var fresh = incident.Last is not { } last || seen.Now - last < TimeSpan.FromSeconds(15);
        if (Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) != false)
        {
            scales.Weigh(seen.Ask(Probing.Load(incident.Instance, peer)), load => Judge(load, incident, fresh));
            if (ServiceReading.PoolFor(peer, seen) is { StatusPath: { } status, MasterPid: not null } pool && seen.Known(Probing.Load(incident.Instance, peer)) is { } known && !Probing.IsFull(known))
            {
                scales.Weigh(seen.Ask(new FpmStatus(pool.StatusListen ?? peer.ToString(), status)), page => page switch
                {
                    { Idle: 0, ListenQueue: > 0 } => Weight.Decisive.For($"FPM status: {page.Active} of {page.Total} active, {page.ListenQueue} requests wait"),
                    { MaxChildrenReached: > 0 } => Weight.Moderate.For($"FPM status: max children reached {page.MaxChildrenReached} times"),
                    { Idle: > 0 } when fresh => Weight.Moderate.Against($"FPM status: {page.Idle} of {page.Total} workers are idle"),
                    _ => Weight.None,
                });
            }
        }

        if (ServiceReading.PoolFor(peer, seen) is { MasterPid: not null } && LimitReading.AppMemory(incident, seen) is { } workers)
        {
            // Weighs nothing: the fix computes with it how many workers fit.
            _ = seen.Ask(workers);
        }

        if (LimitReading.AppFiles(incident, seen) is { } files)
        {
            // accept(2) fails with EMFILE: the queue fills, however idle the workers are.
            scales.Weigh(seen.Ask(files), open => open.Processes.FirstOrDefault(LimitReading.IsAtLimit) is { } full
                ? Weight.Strong.Against($"{full.Name}[{full.Pid}] has {full.Used} of {full.SoftLimit} files open, and can accept nobody")
                : Weight.None);
        }

        OverloadReading.WeighAgainst(incident, seen, scales, Weight.Moderate);
        WeighLogs(incident, seen, scales);
        WaitsReading.Weigh(incident, seen, scales);
        var routes = RouteReading.Of(incident);
        if (incident.Phase != Phase.Connect && routes.OtherSucceeded > 0 && routes.OtherSlowest is { } slowest && slowest < (routes.Limit?.TotalSeconds ?? 60) / 2)
        {
            scales.Weigh("other routes", Sources.AccessLog, Weight.Strong.Against($"{routes.OtherSucceeded} requests to other routes were answered meanwhile, 95 % of them within {Words.Seconds(slowest)}"));
        }
        else if (incident.Phase != Phase.Connect && routes.OtherFailed > 0 && routes.OtherSucceeded == 0 && incident.Traffic.Known)
        {
            scales.Weigh("other routes", Sources.ErrorLog, routes.HangsThoughFast is { } usual
                ? Weight.Strong.For($"{routes.OtherFailed + 1} different routes time out and none is answered, and they usually take {Words.Seconds(usual)}")
                : (routes is { NoneAnswered: true, SameSucceeded: >= AnsweredBefore, OtherFailed: > 1 } ? Weight.Strong : Weight.Moderate).For($"{routes.OtherFailed + 1} different routes time out, and none is answered{(routes.NoneAnswered && routes.SameSucceeded > 0 ? $" any more ({routes.SameSucceeded} requests to them were before)" : "")}"));
        }
    }

    private static Weight Judge(ServerLoadFact load, Incident incident, bool fresh)
    {
        var full = load is { QueueLength: { } length, Backlog: { } backlog } && length >= backlog;
        return load switch
        {
            // proc_pid_stat(5): T is stopped by a signal, t by a debugger; such a process runs no instruction.
            { Stopped: { Count: > 0 } stopped }
                => Weight.Decisive.For($"{Words.Processes(stopped)} {(stopped.Count == 1 ? "is" : "are")} stopped (state T), and {(stopped.Count == 1 ? "takes" : "take")} no requests until continued"),
            { Workers: { } workers, BusyWorkers: { } busy, QueueLength: > 0 } when workers > 0 && busy >= workers
                => Weight.Decisive.For($"all {workers} workers are busy, and {load.QueueLength} connections wait in the queue"),
            { OneRequestPerWorker: true, Workers: { } workers, BusyWorkers: { } busy } when workers > 0 && busy >= workers
                => Weight.Strong.For($"all {workers} workers are busy"),
            { QueueLength: > 0, Workers: { } workers, BusyWorkers: { } busy } when busy < workers && full
                => Weight.Moderate.Against($"the queue is full while {busy} of {workers} workers are busy"),
            { QueueLength: > 0 } when incident.Phase != Phase.Connect
                => Weight.Strong.For($"{load.QueueLength} connections wait to be accepted"),

            // Threads that take connections from a poller read what lies on them as soon as one is free (Tomcat's http-nio); an event loop does, unless it is held up.
            { OneRequestPerWorker: not true, Unread: >= UnreadLeast } when incident.Phase == Phase.Header
                => Weight.Strong.For($"{load.Unread} connections were accepted, and nobody reads the requests that lie on them"),
            { OneRequestPerWorker: true, Workers: { } workers, BusyWorkers: { } busy, QueueLength: 0 }
                => (fresh ? Weight.Strong : Weight.Weak).Against($"{workers - busy} of {workers} workers are idle, and nothing waits in the queue"),

            // An event loop that takes connections is not held up. A server with threads (Tomcat, Kestrel, waitress, gunicorn's gthread, Puma) takes
            // every connection and lets it wait for a thread inside the process: its accept queue is empty, however busy it is.
            { QueueLength: 0, Stack: "node" } when fresh => Weight.Moderate.Against("nothing waits in the app's accept queue"),
            _ => Weight.None,
        };
    }

    private static void WeighLogs(Incident incident, Observations seen, Scales scales)
    {
        var events = AppLogReading.During(incident, seen);
        if (events.LastOrDefault(logged => logged.Kind is AppEventKind.MaxChildrenReached or AppEventKind.ListenQueueFull) is { } reached)
        {
            scales.Weigh("app log", Sources.AppLog, Weight.Strong.For(reached.Text).At(reached.Line.File, reached.Line.Line));
        }
        else if (events.LastOrDefault(logged => logged.Kind == AppEventKind.PoolSeemsBusy) is { } busy)
        {
            scales.Weigh("app log", Sources.AppLog, Weight.Moderate.For(busy.Text).At(busy.Line.File, busy.Line.Line));
        }
    }

    private static IReadOnlyList<ProcessRef>? Stopped(Incident incident, Observations seen) => seen.Known(Probing.Load(incident.Instance, incident.Peer!))?.Stopped;

    public override string Describe(Incident incident, Observations seen)
        => Stopped(incident, seen) is { Count: > 0 } stopped ? $"{Words.Processes(stopped)} behind {incident.UpstreamText} {(stopped.Count == 1 ? "is" : "are")} stopped by a signal or a debugger"
            : seen.Known(Probing.Load(incident.Instance, incident.Peer!)) is { Workers: { } workers and > 1 } ? $"all {workers} workers behind {incident.UpstreamText} are busy" : $"the app behind {incident.UpstreamText} is too busy to take requests";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (Stopped(incident, seen) is { Count: > 0 } stopped)
        {
            return new()
            {
                Summary = $"Continue {Words.Processes(stopped)}.",
                Steps = [new("Somebody stopped it, by kill -STOP, Ctrl-Z or a debugger: ask who, and continue it. What waited in its queue is then served.", $"kill -CONT {string.Join(' ', stopped.Select(process => process.Pid))}")],
            };
        }

        var load = seen.Known(Probing.Load(incident.Instance, incident.Peer!));
        var memory = seen.Known(new MachineState());
        var steps = new List<FixStep>();
        var pool = ServiceReading.PoolFor(incident.Peer!, seen);
        if (pool is not null)
        {
            steps.Add(new(pool.SlowLog is null
                ? $"Set slowlog and request_slowlog_timeout = 5s in {pool.File}: it names the function that every worker waits in."
                : $"Read {pool.SlowLog}: it names the function that every worker waits in."));
        }
        else if (load?.Stack == "node")
        {
            steps.Add(new("Node's event loop is blocked by one synchronous piece of work: a CPU profile (node --cpu-prof) names it. Move it to a worker thread."));
        }
        else
        {
            steps.Add(new(seen.Known(new WorkerWaits(incident.Peer!.ToString())) is { } waits && WaitsReading.Sentence(waits) is { } sentence
                ? $"{char.ToUpperInvariant(sentence[0])}{sentence[1..]}: see why that is slow, and give the call a time limit in the app."
                : "See what the workers wait for: a database, a remote API, a lock. Give that call a time limit in the app."));
        }

        if (pool is not null && LimitReading.AppMemory(incident, seen) is { } question && PoolFix.MoreChildren(pool, seen.Known(question)).ToList() is { Count: > 0 } more)
        {
            return new Fix { Summary = "Free the workers: find what they wait for and limit it. Until then, more of them.", Steps = [.. steps, .. more] };
        }

        steps.Add(new($"Only then more workers, as far as memory allows{(memory?.MemoryAvailable is { } free ? $" ({free / (1024 * 1024)} MiB are available now)" : "")}{(pool is { MaxChildren: { } children } ? $"; pm.max_children is {children} in {pool.File}" : load?.Workers is { } workers ? $"; there are {workers} now" : "")}."));
        return new Fix { Summary = "Free the workers: find what they wait for and limit it.", Steps = steps };
    }
}
