using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>A worker of nginx holds as many connections as worker_connections allows.</summary>
public sealed class WorkerConnectionsExhausted : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "worker-connections-exhausted",
        Family = CauseFamily.Capacity,
        Title = "nginx ran out of worker_connections",
        Explanation = """
            every connection of a worker counts against worker_connections: clients, upstreams (a proxied request takes two), idle
            keepalive connections, the listening sockets. When none is free, a request that needs an upstream gets a 500 with an
            empty $upstream_addr, and new clients are not accepted. "reusing connections" at level warn is not that yet: nginx
            closes idle connections to make room.
            If nginx passes requests to itself, the loop takes the connections: redirect-or-loop. If the number of files ends
            first, the line says "24": file-descriptors-exhausted.
            """,
        LookAlikes = ["redirect-or-loop", "file-descriptors-exhausted"],
        Remedy = "Raise worker_connections, with worker_rlimit_nofile above it, after seeing what holds the connections.",
        DoNot = "Do not raise it when an upstream hangs: slow answers hold two connections each, and more of them only postpone the end.",
        ProxyError = "proxy_internal_error",
        Statuses = ["500"],
        Example = new(
            "Sixteen connections are allowed, and a worker holds sixteen.",
            "16 worker_connections are not enough while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).WorkerFiles(used: 24, sockets: 18, limit: 1024)),
        NearMiss = new(
            "The same call for more, of file descriptors.",
            "socket() failed (24: Too many open files) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).WorkerFiles(used: 1024, sockets: 1000, limit: 1024),
            Expect: "file-descriptors-exhausted"),
    };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_get_connection() is the one writer of this message, and writes it when the free list is empty.
        scales.Weigh("message", Sources.ErrorLog, Weight.Strong.For("nginx writes this when no connection of a worker is free"));
        if (SelfReading.PassesToItself(incident, seen.Ask(new MachineState()).FactOrNull) is { } loop)
        {
            scales.Weigh("loop", Sources.Config, Weight.Strong.Against($"the upstream {loop.Peer} is this nginx's own server: the requests go round until nothing is left").At(loop.At.File, loop.At.Line));
        }
        else if (LoopReading.Of(incident) is { } way && SelfReading.IsHere(way, incident, seen) == true)
        {
            scales.Weigh("loop", Sources.Config, Weight.Strong.Against($"the requests come back to this nginx by {way.Listen}: they go round until nothing is left").At(way.At.File, way.At.Line));
        }

        if (LimitReading.WorkerFiles(incident) is { } files && LimitReading.Connections(incident) is { } limit)
        {
            scales.Weigh(seen.Ask(files), fact => fact.Processes.Max(process => process.Sockets) switch
            {
                // Besides connections a worker has the listening sockets and one to the master.
                { } sockets when sockets >= limit * 9 / 10 => Weight.Strong.For($"a worker holds {sockets} sockets now, and worker_connections is {limit}"),
                _ => Weight.None,
            });
        }
    }

    public override string Describe(Incident incident, Observations seen)
        => LimitReading.Connections(incident) is { } limit ? $"all {limit} worker_connections of a worker are taken" : "all worker_connections of a worker are taken";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var limit = LimitReading.Connections(incident) ?? LimitReading.DefaultConnections;
        var files = LimitReading.WorkerFiles(incident) is { } question ? seen.Known(question) : null;
        var held = files?.Processes.Max(process => process.Sockets);
        var wanted = LimitReading.PowerOfTwo(Math.Max(limit * 2L, 1024));
        var fileLimit = files?.Processes.Min(process => process.SoftLimit) ?? incident.Instance.WorkerFileLimit;
        var edits = new[] { LimitReading.Set(incident, "events", "worker_connections", wanted) }.OfType<Nginx.FileEdit>().ToList();
        var steps = new List<FixStep>
        {
            new($"{(held is { } now ? $"A worker holds {now} sockets of {limit} now. " : $"worker_connections is {limit}. ")}A proxied request takes two connections, so one worker serves about {limit / 2} of them at a time."),
            new($"Set worker_connections {wanted};{(fileLimit is { } files2 && wanted + 64 > files2 ? $" the workers may open {files2} files, so worker_rlimit_nofile {wanted * 2} belongs to it" : fileLimit is { } enough ? $" the workers' limit of {enough} files is enough for it" : " the workers' limit of files (worker_rlimit_nofile) has to be above it")}. A connection takes about 250 bytes while it is free."),
            new("See what holds them: slow upstreams (their connections stay), long keepalive_timeout, WebSockets.", "ss -tn state established"),
        };
        steps.Add(RetargetFix.Reload(incident, "Test the changed configuration and reload nginx."));
        return new Fix { Summary = $"Raise worker_connections from {limit} to {wanted}.", Edits = edits, Steps = steps };
    }
}
