using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.UnixSocket;

/// <summary>The app server listens on another unix path, or one side uses a unix socket and the other TCP.</summary>
public sealed class SocketPathMismatch : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "socket-path-mismatch",
        Family = CauseFamily.UnixSocket,
        Title = "The app server listens on another socket than nginx is told",
        Explanation = """
            the app server runs, and its `listen` names another path than fastcgi_pass, uwsgi_pass or proxy_pass does: after a PHP
            upgrade the socket carries the new version's number, a pool was copied, or one side was switched from TCP to a unix socket.
            Nothing running anywhere makes it socket-missing; two TCP addresses make it upstream-wrong-address.
            """,
        LookAlikes = ["socket-missing", "socket-stale", "upstream-wrong-address", "upstream-down"],
        Remedy = "Write the same address on both sides and reload the side that was changed.",
        DoNot = "Do not link one path to the other: the link is lost with the next restart.",
        ProxyError = "connection_refused",
        Statuses = ["502"],
        Example = new(
            "PHP was upgraded, and the pool's socket is named after the new version.",
            "connect() to unix:/run/php/php8.1-fpm.sock failed (2: No such file or directory) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://unix:/run/php/php8.1-fpm.sock:\", host: \"shop.example\"",
            "fastcgi_pass unix:/run/php/php8.1-fpm.sock;",
            scene => scene.NoSocket("/run/php/php8.1-fpm.sock").Pool("www", "unix:/run/php/php8.2-fpm.sock", running: true)),
        NearMiss = new(
            "The pool names the right socket, and PHP-FPM does not run.",
            "connect() to unix:/run/php/php8.2-fpm.sock failed (2: No such file or directory) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://unix:/run/php/php8.2-fpm.sock:\", host: \"shop.example\"",
            "fastcgi_pass unix:/run/php/php8.2-fpm.sock;",
            scene => scene.NoSocket("/run/php/php8.2-fpm.sock").Pool("www", "unix:/run/php/php8.2-fpm.sock", running: false),
            Expect: "socket-missing"),
    };

    public override bool Applies(Incident incident)
        => incident is { Kind: SymptomKind.ConnectFailed } && (incident.Peer is { IsUnix: true } ? incident.Errno is 2 or 20 or 111 : incident.Errno is 111);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Peer is not { } peer)
        {
            // The line lost its upstream, so that nginx's own address may be this one after all.
            if (ToldReading.Elsewhere(incident, seen) is { IsUnix: true } told)
            {
                scales.Weigh("told", Sources.Config, Weight.Moderate.For($"{told.Who} listens on {told.Address}, and a refused unix socket would be named in the message").At(told.File, told.Line));
            }

            return;
        }

        if (!peer.IsUnix && Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) == false)
        {
            scales.Weigh("remote", Sources.Config, Weight.Strong.Against($"{peer} is not on this machine"));
            return;
        }

        if (Since(incident, seen) is { } since)
        {
            scales.Weigh("since", Sources.Config, Weight.Decisive.For(LeftAddress.Why(incident, since)));
            return;
        }

        if (SocketReading.Serving(incident, peer, seen) is { } serving)
        {
            scales.Weigh("listening", Sources.Machine, Weight.Decisive.Against($"{Words.Processes(serving.Processes)} listens on {peer}"));
            return;
        }

        // path_resolution(7): a path is looked up from the caller's own root and mounts.
        if (SocketReading.Beyond(incident, peer, seen) is { } beyond)
        {
            scales.Weigh("elsewhere", Sources.Machine, Weight.Decisive.For($"{Words.Processes(beyond.Processes)} listens on {peer.UnixPath} of other mounts than nginx's own, where nothing is at this path"));
            return;
        }

        var other = Other(incident, seen);
        if (other is { } found)
        {
            scales.Weigh("elsewhere", Sources.Machine, new Weight(found.LogOdds, found.Why).At(found.File, found.Line));
        }
        else if (seen.Known(new UnixListeners()) is { ProcessesComplete: true })
        {
            scales.Weigh("elsewhere", Sources.Machine, Weight.Strong.Against("no app server listens on a socket that no location uses"));
        }
        else if (!peer.IsUnix)
        {
            scales.Weigh("elsewhere", Sources.Config, Weight.Moderate.Against("nothing seen uses a unix socket here"));
        }
    }

    public override string Describe(Incident incident, Observations seen)
        => Since(incident, seen) is { } since ? $"nginx was told {incident.UpstreamText}, and the app server listens on {since}"
            : incident.Peer is { } peer && SocketReading.Beyond(incident, peer, seen) is not null ? $"{peer.UnixPath} is another file for nginx than for the app server: their mounts differ"
            : Other(incident, seen) is { } other ? $"the app server listens on {other.Address}, and nginx is told {incident.UpstreamText}" : $"the app server does not listen on {incident.UpstreamText} but elsewhere";

    public override Fix? Propose(Incident incident, Observations seen)
        => incident.Peer is { } peer && SocketReading.Beyond(incident, peer, seen) is not null
            ? new Fix
            {
                Summary = "Move the socket to a directory that both see, such as one below /run.",
                Steps = [new("PrivateTmp= gives a service a /tmp and /var/tmp of its own; a container sees only what is mounted into it."), new("Let the app's unit make the directory (RuntimeDirectory=), write its path into both configurations, restart the app and reload nginx; for a container mount that directory into it.")],
            }
            : incident.State == IncidentState.Recovered || Other(incident, seen) is not { } other ? null
            : other.App is { } app && !AppIdentity.IsShown(app, incident, seen) ? AppIdentity.Ask(app, other.Address, incident)
            : RetargetFix.Of(incident, other.Address, $"Point nginx at {other.Address}, where the app server listens.");

    private static Nginx.Endpoint? Since(Incident incident, Observations seen)
        => LeftAddress.For(incident, seen) is { } target && (target.IsUnix || incident.Peer!.IsUnix) ? target : null;

    private static (string Address, double LogOdds, string Why, string? File, int? Line, RelatedApp? App)? Other(Incident incident, Observations seen)
    {
        if (incident.Peer is not { } peer)
        {
            return null;
        }

        if (ToldReading.Elsewhere(incident, seen) is { } told && (told.IsUnix || peer.IsUnix))
        {
            return (told.Address, Weight.Strong.Size, $"{told.Who} listens on {told.Address}, not on {peer}", told.File, told.Line, null);
        }

        // From files only: a listing of the directory shows a socket of another name, as an app server of another version makes it.
        if (peer.IsUnix && incident.Instance.FromFiles && seen.Ask(SocketReading.Question(incident)).FactOrNull is { Exists: false, Neighbour: { } neighbour })
        {
            return ($"unix:{neighbour}", Weight.Strong.Size, $"{neighbour} is there, and {peer.UnixPath} is not", null, null, null);
        }

        var pool = incident.Scheme is "fastcgi" ? PoolReading.Free(incident, seen) : null;
        if (pool is not null)
        {
            return (pool.Listen, Weight.Decisive.Size, $"pool {pool.Name} listens on {pool.Listen}, not on {peer}", pool.File, pool.ListenLine, null);
        }

        // Both sides TCP is upstream-wrong-address: here at least one side is a unix socket.
        var app = RelatedApps.Of(incident, seen).FirstOrDefault(candidate => peer.IsUnix || candidate.Listener.Port == 0);
        return app is null ? null : (app.Address, app.LogOdds, app.Why, null, null, app);
    }
}
