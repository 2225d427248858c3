using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.UnixSocket;

/// <summary>The socket file is there, and no process listens on it.</summary>
public sealed class SocketStale : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "socket-stale",
        Family = CauseFamily.UnixSocket,
        Title = "Nothing listens on the upstream's unix socket",
        Explanation = """
            a process that ended without removing its socket file left it behind. The path is right and nginx may open it, but
            the kernel refuses the connection ("111: Connection refused"): on a unix socket this means that nobody listens.
            No file at all is socket-missing; a full queue answers "11: Resource temporarily unavailable" (listen-queue-full).
            """,
        LookAlikes = ["socket-missing", "listen-queue-full", "socket-path-mismatch"],
        Remedy = "Start the server again; it replaces the file. Find out why it ended.",
        DoNot = "Do not change the file's mode: it is not what refuses.",
        ProxyError = "connection_refused",
        Statuses = ["502"],
        Prior = Prior.Common,
        Example = new(
            "gunicorn was killed and left its socket.",
            "connect() to unix:/run/app.sock failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/app.sock:/\", host: \"shop.example\"",
            "proxy_pass http://unix:/run/app.sock;",
            scene => scene.SocketWithoutListener("/run/app.sock")),
        NearMiss = new(
            "The file is left over, and the server listens in another place now.",
            "connect() to unix:/run/app.sock failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/app.sock:/\", host: \"shop.example\"",
            "proxy_pass http://unix:/run/app.sock;",
            scene => scene.SocketWithoutListener("/run/app.sock").Listens("unix:/run/gunicorn/app.sock", "gunicorn", 812),
            Expect: "socket-path-mismatch"),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.ConnectFailed, Peer.IsUnix: true, Errno: 111 };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        scales.Weigh(seen.Ask(SocketReading.Question(incident)), path => path switch
        {
            { Exists: false } => Weight.Strong.Against($"{peer.UnixPath} does not exist now"),
            { Kind: not "socket" } => Weight.Strong.For($"{peer.UnixPath} is a {path.Kind}, not a socket"),
            _ => Weight.None,
        });

        // unix(7), connect(2): ECONNREFUSED on a unix socket means that nobody listens on it.
        scales.Weigh(seen.Ask(new UnixListeners()), table => table.Listeners.FirstOrDefault(listener => listener.Address == peer.UnixPath) switch
        {
            null => Weight.Strong.For($"{peer.UnixPath} exists, and no process listens on it"),
            { } listener when incident.State == IncidentState.Recovered => Weight.Strong.For($"{Words.Processes(listener.Processes)} listens on it again"),
            { } listener => Weight.Strong.Against($"{Words.Processes(listener.Processes)} listens on it"),
        });
        if (RelatedApps.Of(incident, seen).FirstOrDefault() is { } app)
        {
            scales.Weigh("elsewhere", Sources.Machine, new Weight(-app.LogOdds, app.Why));
        }

        ServiceReading.WeighUnits(incident, peer, seen, scales);
        SupervisorReading.Weigh(incident, seen, scales);
        Pm2Reading.Weigh(incident, seen, scales);
        ServiceReading.WeighAppLogs(incident, seen, scales);
    }

    public override string Describe(Incident incident, Observations seen)
        => incident.State == IncidentState.Recovered ? $"nothing listened on {incident.Peer!.UnixPath}" : $"nothing listens on {incident.Peer!.UnixPath}: the file is left over";

    public override Fix? Propose(Incident incident, Observations seen) => StartFix.Of(incident, seen);
}
