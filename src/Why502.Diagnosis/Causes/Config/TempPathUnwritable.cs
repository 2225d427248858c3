using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>nginx's worker may not write to the temp or cache path.</summary>
public sealed class TempPathUnwritable : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "temp-path-unwritable",
        Family = CauseFamily.Config,
        Title = "nginx's temp directory is not writable for its workers",
        Explanation = """
            nginx buffers large responses and request bodies in temp files. When its worker may not make them (13), the file system
            is mounted read-only (30), or the directory was removed (2), small responses go through and large ones are cut in the
            middle of a 200; a body that does not fit in memory ends in a 500. It comes from a changed `user`, a `nginx -t` run as
            another user, a copied or cleaned directory, a container with a read-only root.
            28 on the same path is room, not rights: disk-full. When owner and mode allow it and 13 comes all the same, SELinux or
            AppArmor refuse: access-control-denied.
            """,
        LookAlikes = ["disk-full", "access-control-denied", "response-truncated"],
        Remedy = "Give the directory to the user of the workers, or name one that they may write in the *_temp_path directive.",
        DoNot = "Do not set mode 0777, and do not run the workers as root.",
        ProxyError = "proxy_internal_error",
        Statuses = ["500", "200"],
        Example = new(
            "The directory belongs to another user.",
            "open() \"/var/lib/nginx/proxy/4/00/0000000004\" failed (13: Permission denied) while reading upstream, client: 192.0.2.7, server: shop.example, request: \"GET /export HTTP/1.1\", upstream: \"http://127.0.0.1:3000/export\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Storage("/var/lib/nginx/proxy", mayWrite: false, available: 0.5)),
        NearMiss = new(
            "The worker may write, and there is no room.",
            "pwrite() \"/var/lib/nginx/proxy/4/00/0000000004\" failed (28: No space left on device) while reading upstream, client: 192.0.2.7, server: shop.example, request: \"GET /export HTTP/1.1\", upstream: \"http://127.0.0.1:3000/export\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Storage("/var/lib/nginx/proxy", mayWrite: true, available: 0),
            Expect: "disk-full"),
    };

    public override bool Applies(Incident incident)
        => incident.Candidates.Contains(Id) && (incident.Kind is SymptomKind.OutOfResource or SymptomKind.AppLogged);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Kind == SymptomKind.OutOfResource)
        {
            // ngx_create_temp_file(), ngx_create_path(): only nginx's own files have this shape, and these numbers are rights and mounts.
            // Of the two paths of a rename() either may be refused.
            scales.Weigh("errno", Sources.ErrorLog, (incident is { MessageId: "rename-to-failed", Errno: 13 or 1 } ? Weight.Weak : Weight.Strong).For(incident.Errno switch
            {
                30 => "errno 30: the temp path lies on a read-only file system",
                2 or 20 => "the directory of nginx's temp files is not there",
                5 or 38 or 95 => $"errno {incident.Errno}: the file system of the temp path does not do what nginx writes with",
                _ => "nginx's worker may not write its own temp file",
            }));
        }

        if (StorageReading.Directory(incident) is not { } path)
        {
            return;
        }

        scales.Weigh(seen.Ask(StorageReading.Question(incident, path)), fact => fact switch
        {
            { Room.ReadOnly: true } => Weight.Decisive.For($"{fact.Room.MountPoint} is mounted read-only"),
            { Exists: false } => Weight.Decisive.For($"{fact.FirstMissing ?? path} does not exist"),
            { BlockedBy: { } step } => Weight.Decisive.For($"{step.Path} is {step.Owner}:{step.Group} {step.Mode}, and the worker runs as {incident.Instance.WorkerIdentity?.User}"),

            // ngx_ext_rename_file(): of the two paths the temp file's is fine, so that it is the other one (proxy_store, a WebDAV upload).
            { WorkerMayWrite: true } when incident is { MessageId: "rename-to-failed", Errno: 13 or 1 } => Weight.Decisive.Against($"the worker may write to {path}: the file cannot be moved to where it is meant to lie"),

            // Owner and mode allow it now: a security module, or a directory below it (levels are made with the worker's rights).
            { WorkerMayWrite: true } when incident.Errno is 13 or 1 => Weight.Moderate.Against($"owner and mode of {path} let the worker write"),
            _ => Weight.None,
        });
        if (incident.File is { } file && Below(path, file) is { } level)
        {
            scales.Weigh(seen.Ask(StorageReading.Question(incident, level)), fact => fact is { Exists: true, BlockedBy: { } step }
                ? Weight.Decisive.For($"{step.Path} is {step.Owner}:{step.Group} {step.Mode}, and the worker runs as {incident.Instance.WorkerIdentity?.User}")
                : Weight.None);
        }
    }

    /// <summary>The level directory right above the file, which may have another owner than the path (nginx ran as another user once).</summary>
    private static string? Below(string path, string file)
        => file.LastIndexOf('/') is > 0 and var slash && file[..slash] is var above && above.Length > path.Length ? above : null;

    public override string Describe(Incident incident, Observations seen)
        => $"nginx's worker{(incident.Instance.WorkerIdentity?.User is { } user ? $" ({user})" : "")} cannot write to {StorageReading.Directory(incident) ?? "its temp path"}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (StorageReading.Directory(incident) is not { } path)
        {
            return new Fix { Summary = "Give nginx's temp directory to the user of its workers.", Steps = [new("The path is in the line; its owner has to be the `user` of nginx.conf.")] };
        }

        var fact = seen.Known(StorageReading.Question(incident, path));
        var user = incident.Instance.WorkerIdentity?.User;
        var directive = StorageReading.DirectiveFor(incident);
        var where = directive is null ? "It is compiled in; a *_temp_path directive names another one." : $"{directive.Name} at {directive.At} names it.";
        if (fact?.Room is { ReadOnly: true } room)
        {
            return new Fix { Summary = $"{room.MountPoint} is read-only: mount it writable, or move the temp path.", Steps = [new($"The kernel remounts a file system read-only after errors: its log says so. In a container, mount a volume or a tmpfs at {path}. {where}")] };
        }

        if (fact is { Exists: false })
        {
            // ngx_create_paths(), at each start and reload: made with the rights of the master and given to the user of the workers.
            return new Fix { Summary = $"Reload nginx, which makes {path} again with the right owner.", Steps = [new($"See what took the directory away (a cleaner of temporary files, a deployment). {where}"), RetargetFix.Reload(incident, "Test and reload.")], IsMadeByReload = fact.FirstMissing == path };
        }

        if (user is { } worker && fact?.BlockedBy is { } step && step.Path != path)
        {
            return new Fix { Summary = $"Let {worker} through {step.Path}.", Steps = [SearchFix.Of(step, worker), new($"{where} A directory of nginx's own below /var needs no permission on another's.")] };
        }

        return new Fix
        {
            Summary = $"Give {path} to {user ?? "the user of nginx's workers"}.",
            Steps =
            [
                user is { } name && fact is not null
                    ? new($"{where} nginx goes on at once. What other users made below it is given along: nginx keeps its levels of directories.", $"chown -R {Shell.Quote(name)} {Shell.Quote(path)} && chmod 700 {Shell.Quote(path)}") { Action = incident.Instance.WorkerIdentity is { } identity ? new RepairAction.Give(path, (uint)identity.Uid, null, 0x1C0) { WithDirectories = true } : null }
                    : new($"Its owner has to be the `user` of nginx.conf, with mode 0700. {where}"),
            ],
        };
    }
}
