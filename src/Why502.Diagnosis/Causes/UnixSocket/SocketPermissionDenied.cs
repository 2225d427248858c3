using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.UnixSocket;

/// <summary>Mode, owner or ACL of the socket, or of a directory above it, keeps nginx's worker out.</summary>
public sealed class SocketPermissionDenied : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "socket-permission-denied",
        Family = CauseFamily.UnixSocket,
        Title = "nginx's worker may not open the upstream's unix socket",
        Explanation = """
            connecting to a unix socket needs write permission on it and search permission on every directory above (unix(7)).
            nginx's worker user lacks one of them, and the kernel answers "13: Permission denied". Mostly the pool's listen.owner,
            listen.group and listen.mode do not name nginx's user, or the socket lives below a home directory of mode 0700.
            If every step lets the worker pass, SELinux or AppArmor refuses: access-control-denied.
            """,
        LookAlikes = ["access-control-denied", "socket-missing", "socket-stale"],
        Remedy = "Let the server give the socket to nginx's group with mode 0660, or let nginx's user search the directory above.",
        DoNot = "Do not chmod 0777 or run nginx's workers as root: that opens the app to every local user.",
        ProxyError = "connection_refused",
        Statuses = ["502"],
        Prior = Prior.Common,
        Example = new(
            "The socket belongs to root and has mode 0600.",
            "connect() to unix:/run/app.sock failed (13: Permission denied) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/app.sock:/\", host: \"shop.example\"",
            "proxy_pass http://unix:/run/app.sock;",
            scene => scene.SocketBlocked("/run/app.sock", "/run/app.sock", "root", "root", "0600")),
        NearMiss = new(
            "The worker may pass every step, so something else denies it.",
            "connect() to unix:/run/app.sock failed (13: Permission denied) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/run/app.sock:/\", host: \"shop.example\"",
            "proxy_pass http://unix:/run/app.sock;",
            scene => scene.Listens("unix:/run/app.sock", "gunicorn", 812)),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.ConnectFailed, Peer.IsUnix: true, Errno: 13 };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
        => scales.Weigh(seen.Ask(SocketReading.Question(incident)), path => path switch
        {
            { WorkerMayConnect: false, BlockedBy: { } step } => Weight.Decisive.For($"{step.Path} has mode {step.Mode}, owner {step.Owner}:{step.Group}{(step.Acl is { } list ? $", access list {list}" : "")}: {Worker(incident)} may not {(step.Path == incident.Peer!.UnixPath ? "write to it" : "search it")}{(JoinedGroup(incident, step) is { } joined ? $"; its user is in {joined} since then, and the worker is not" : "")}"),
            { WorkerMayConnect: true } when incident.State == IncidentState.Recovered => Weight.Weak.For($"{Worker(incident)} may open {incident.Peer!.UnixPath} now"),
            { WorkerMayConnect: true } => Weight.Strong.Against($"{Worker(incident)} may open {incident.Peer!.UnixPath} by every mode and owner on the way"),
            _ => Weight.None,
        });

    private static string Worker(Incident incident) => incident.Instance.WorkerIdentity is { } worker ? $"nginx's worker ({worker.User})" : "nginx's worker";

    /// <summary>The group that would let the worker through, and that its user joined after the worker had started; null when that is not what is missing.</summary>
    private static string? JoinedGroup(Incident incident, PathStep step)
        => incident.Instance is { Running: true, WorkerIdentity: { } worker } && worker.JoinedSince.Contains(step.Group) && step.Mode is [.., var bits, _] && bits is >= '0' and <= '7'
            && (bits & (step.Path == incident.Peer!.UnixPath ? 2 : 1)) != 0 ? step.Group : null;

    public override string Describe(Incident incident, Observations seen) => $"nginx may not open {incident.Peer!.UnixPath}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var worker = incident.Instance.WorkerIdentity;
        var step = seen.Known(SocketReading.Question(incident))?.BlockedBy;
        if (worker is null || step is null)
        {
            return new Fix { Summary = "Give the socket to nginx's group with mode 0660.", Steps = [new("Find out which step refuses nginx's user: the socket or a directory above it.", $"namei -l {Shell.Quote(incident.Peer!.UnixPath!)}")] };
        }

        if (JoinedGroup(incident, step) is { } joined)
        {
            return new Fix
            {
                Summary = $"Reload nginx: its new workers are in the group {joined}, which {worker.User} joined after those that run had started.",
                Steps = [RetargetFix.Reload(incident, "New workers take the groups of their user as they are now.")],
            };
        }

        if (step.Path != incident.Peer!.UnixPath)
        {
            return new Fix
            {
                Summary = $"Let {worker.User} search {step.Path}.",
                Steps = [SearchFix.Of(step, worker.User)],
                Later = "A socket below /run, in a directory made by RuntimeDirectory=, needs no permission on somebody's home.",
            };
        }

        if (ServiceReading.PoolFor(incident.Peer!, seen) is { } pool)
        {
            return new Fix
            {
                Summary = $"Give the socket of pool {pool.Name} to {worker.User}.",
                Steps =
                [
                    new($"In {pool.File}: listen.owner {worker.User} and listen.mode 0660 (now owner {pool.ListenOwner ?? "unset"}, group {pool.ListenGroup ?? "unset"}, mode {pool.ListenMode ?? "unset"}), for every socket that PHP-FPM makes from now on.")
                    {
                        Action = new RepairAction.EditSettings(pool.File, [new(pool.Name, "listen.owner", worker.User), .. IsForBoth(pool.ListenMode) ? (IEnumerable<IniSetting>)[] : [new(pool.Name, "listen.mode", "0660")]]),
                    },

                    // fpm_sockets.c: a reload takes the sockets over as they are; only a new one gets its owner and mode.
                    new("The socket that is there now gets the same at once: PHP-FPM keeps it over a reload, and nothing is restarted.", $"chown {Shell.Quote(worker.User)} {Shell.Quote(step.Path)} && chmod 0660 {Shell.Quote(step.Path)}")
                    {
                        Action = new RepairAction.Give(step.Path, (uint)worker.Uid, null, 0x1B0),
                    },
                ],
            };
        }

        return new Fix
        {
            Summary = $"Give {step.Path} to the group of {worker.User} with mode 0660.",
            Steps =
            [
                new("At once, until the server makes the socket anew.", $"chgrp {Shell.Quote(worker.User)} {Shell.Quote(step.Path)} && chmod 0660 {Shell.Quote(step.Path)}") { Action = new RepairAction.Give(step.Path, null, (uint)worker.Gid, 0x1B0) },
                new("For good: let the server create it so (gunicorn: --umask 007 and a group that nginx shares; uwsgi: chmod-socket = 660; systemd socket unit: SocketGroup=, SocketMode=0660)."),
            ],
        };
    }

    /// <summary>Owner and group may write, as by default.</summary>
    private static bool IsForBoth(string? mode) => mode?.TrimStart('0') is "660";
}
