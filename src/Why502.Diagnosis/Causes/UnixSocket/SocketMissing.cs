using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.UnixSocket;

/// <summary>No such path, and no known server listens elsewhere.</summary>
public sealed class SocketMissing : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "socket-missing",
        Family = CauseFamily.UnixSocket,
        Title = "The upstream's unix socket does not exist",
        Explanation = """
            nothing is at the path that nginx connects to ("2: No such file or directory"): the app server that would create the
            socket is not started, could not start, or its directory below /run is gone after a boot.
            If the server runs and has its socket at another path, it is socket-path-mismatch; a file without a listener is socket-stale.
            """,
        LookAlikes = ["socket-path-mismatch", "socket-stale", "socket-permission-denied", "upstream-down"],
        Remedy = "Start the server that creates the socket; if the directory is missing, let its unit create it (RuntimeDirectory=).",
        DoNot = "Do not create the file by hand: a socket is made by the process that listens on it.",
        ProxyError = "connection_refused",
        Statuses = ["502"],
        Prior = Prior.Common,
        Example = new(
            "gunicorn is not started.",
            "connect() to unix:/run/app.sock failed (2: No such file or directory) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/app.sock:/\", host: \"shop.example\"",
            "proxy_pass http://unix:/run/app.sock;",
            scene => scene.NoSocket("/run/app.sock")),
        NearMiss = new(
            "gunicorn is started, with its socket one directory further down.",
            "connect() to unix:/run/app.sock failed (2: No such file or directory) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/app.sock:/\", host: \"shop.example\"",
            "proxy_pass http://unix:/run/app.sock;",
            scene => scene.NoSocket("/run/app.sock").Listens("unix:/run/gunicorn/app.sock", "gunicorn", 812),
            Expect: "socket-path-mismatch"),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.ConnectFailed, Peer.IsUnix: true, Errno: 2 or 20 };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        scales.Weigh(seen.Ask(SocketReading.Question(incident)), path => path switch
        {
            { Exists: false, Neighbour: { } other } => Weight.Weak.For($"{peer.UnixPath} does not exist, and {other} does"),
            { Exists: false, FirstMissing: { } missing } when missing != peer.UnixPath => Weight.Strong.For($"{missing} does not exist"),
            { Exists: false } => Weight.Strong.For($"{peer.UnixPath} does not exist"),
            { ModifiedAt: { } made } when incident.State == IncidentState.Recovered && made > incident.Last?.AddSeconds(-1) => Weight.Strong.For($"{peer.UnixPath} was made at {Words.Clock(made)}, after the last failure"),
            _ when incident.State == IncidentState.Recovered => Weight.None,
            _ => Weight.Strong.Against($"{peer.UnixPath} exists now"),
        });
        LeftAddress.WeighAgainstStart(incident, seen, scales);
        if (Unlinked(incident, seen) is { } unlinked)
        {
            // unix(7): a listener keeps its socket when its path is removed, and no path leads to it any more.
            scales.Weigh("elsewhere", Sources.Machine, Weight.Decisive.For($"{Words.Processes(unlinked.Processes)} still listens on {peer.UnixPath}, whose file was removed"));
            return;
        }

        var elsewhere = RelatedApps.Of(incident, seen);
        if (SocketReading.Beyond(incident, peer, seen) is { } beyond)
        {
            scales.Weigh("elsewhere", Sources.Machine, Weight.Decisive.Against($"{Words.Processes(beyond.Processes)} listens on {peer.UnixPath} where nginx does not see it"));
        }
        else if (elsewhere.Count > 0)
        {
            scales.Weigh("elsewhere", Sources.Machine, new Weight(-elsewhere[0].LogOdds, elsewhere[0].Why));
        }
        else if (incident.Scheme == "fastcgi" && PoolReading.Free(incident, seen) is { } free)
        {
            scales.Weigh("elsewhere", Sources.Machine, Weight.Strong.Against($"pool {free.Name} runs and listens on {free.Listen}").At(free.File, free.ListenLine));
        }
        else if (seen.Known(new UnixListeners()) is { ProcessesComplete: true })
        {
            scales.Weigh("elsewhere", Sources.Machine, Weight.Moderate.For("no app server here listens on a socket that no location uses"));
        }

        ServiceReading.WeighUnits(incident, peer, seen, scales);
        SupervisorReading.Weigh(incident, seen, scales);
        Pm2Reading.Weigh(incident, seen, scales);
        if (ServiceReading.PoolFor(peer, seen) is { MasterPid: null } pool)
        {
            scales.Weigh("pool", Sources.Machine, Weight.Strong.For($"pool {pool.Name} would listen there, and its PHP-FPM does not run").At(pool.File, pool.ListenLine));
        }

        ServiceReading.WeighAppLogs(incident, seen, scales);
    }

    /// <summary>Who listens on the path that is not there, in nginx's own view of files.</summary>
    private static Listener? Unlinked(Incident incident, Observations seen)
        => incident is { State: not IncidentState.Recovered, Instance.FromFiles: false, Peer: { IsUnix: true } peer } && seen.Ask(SocketReading.Question(incident)).FactOrNull is { Exists: false, Unseen: null }
            && SocketReading.Serving(incident, peer, seen) is { Processes.Count: > 0 } listener ? listener : null;

    public override string Describe(Incident incident, Observations seen)
        => Unlinked(incident, seen) is { } unlinked ? $"{incident.Peer!.UnixPath} was removed while {Words.Processes(unlinked.Processes)} listens on it"
            : incident.State == IncidentState.Recovered ? $"{incident.Peer!.UnixPath} did not exist" : $"{incident.Peer!.UnixPath} does not exist and no server would create it now";

    public override Fix? Propose(Incident incident, Observations seen)
        => Unlinked(incident, seen) is not { } unlinked ? StartFix.Of(incident, seen)
            : new()
            {
                Summary = $"Start {Words.Processes(unlinked.Processes)} anew: it makes its socket again.",
                Steps =
                [
                    unlinked.Processes.Select(process => process.Unit).OfType<string>().FirstOrDefault() is { } unit
                        ? new($"{unit} makes {incident.Peer!.UnixPath} when it starts.", $"systemctl restart {Shell.Quote(unit)}") { Action = new RepairAction.AskUnit(unit, UnitVerb.Restart) }
                        : new($"Restart it the way it was started; a reload keeps the socket that no path leads to."),
                ],
                Later = "Find what removes files there: a cleaner of temporary files, a second copy of the app that ended, a deployment.",
            };
}
