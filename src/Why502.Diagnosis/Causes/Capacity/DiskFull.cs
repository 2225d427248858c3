using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>The file system that nginx writes its temp files, caches or logs to is full.</summary>
public sealed class DiskFull : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "disk-full",
        Family = CauseFamily.Capacity,
        Title = "The file system nginx writes to is full",
        Explanation = """
            a response larger than proxy_buffers and a request body larger than client_body_buffer_size go through a temp file; with
            "28: No space left on device" (or 122, a quota) the response is cut in the middle of a 200, and the body ends in a 500.
            Blocks and inodes are two stocks: df -h may show room while df -i shows none. Logs on the same file system then say
            nothing of it.
            13 and 30 on the same paths are not room but rights: temp-path-unwritable.
            """,
        LookAlikes = ["temp-path-unwritable", "response-truncated", "host-memory-exhausted"],
        Remedy = "Make room (old logs, caches, deleted files that a process still holds open), or move the path to a larger file system.",
        DoNot = "Do not delete nginx's open log files: the space stays taken until nginx reopens them.",
        ProxyError = "proxy_internal_error",
        Statuses = ["500", "200"],
        Example = new(
            "The temp path's file system has no block left.",
            "pwrite() \"/var/lib/nginx/proxy/4/00/0000000004\" failed (28: No space left on device) while reading upstream, client: 192.0.2.7, server: shop.example, request: \"GET /export HTTP/1.1\", upstream: \"http://127.0.0.1:3000/export\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Storage("/var/lib/nginx/proxy", mayWrite: true, available: 0)),
        NearMiss = new(
            "The same file, and the worker may not write it.",
            "open() \"/var/lib/nginx/proxy/4/00/0000000004\" failed (13: Permission denied) while reading upstream, client: 192.0.2.7, server: shop.example, request: \"GET /export HTTP/1.1\", upstream: \"http://127.0.0.1:3000/export\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Storage("/var/lib/nginx/proxy", mayWrite: false, available: 0.5),
            Expect: "temp-path-unwritable"),
    };

    public override bool Applies(Incident incident)
        => incident.Candidates.Contains(Id) && (incident.Kind != SymptomKind.OutOfResource || incident.Resource == Resource.Space);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Resource == Resource.Space)
        {
            // ENOSPC and EDQUOT of open(2), write(2), mkdir(2): no blocks, no inodes, or no quota.
            scales.Weigh("errno", Sources.ErrorLog, incident.Errno switch
            {
                28 => Weight.Decisive.For("errno 28: the file system has no room"),
                122 => Weight.Decisive.For("errno 122: the worker's disk quota is used up"),
                _ => Weight.Strong.For("a write to a file fell short"),
            });
        }
        else if (incident.Event is { Kind: AppEventKind.DiskFull })
        {
            scales.Weigh("errno", Sources.AppLog, Weight.Strong.For("the app's own log says that no space is left"));
        }

        if (StorageReading.Directory(incident) is { } path)
        {
            scales.Weigh(seen.Ask(StorageReading.Question(incident, path)), fact => fact.Room switch
            {
                { OutOfInodes: true } room => Weight.Strong.For($"{room.MountPoint} has no inode left of {room.InodesTotal}"),
                { OutOfBytes: true } room => Weight.Strong.For($"{room.MountPoint} has {Words.Bytes(room.BytesAvailable)} left of {Words.Bytes(room.BytesTotal)}"),
                _ => Weight.None,
            });
        }
    }

    public override string Describe(Incident incident, Observations seen)
        => Room(incident, seen) is { Full: true } room ? $"{room.MountPoint} {(room.OutOfInodes ? "has no inodes left" : $"is full ({room.UsedPercent} % of {Words.Bytes(room.BytesTotal)})")}, and nginx writes to {StorageReading.Directory(incident)}"
            : StorageReading.Directory(incident) is { } path ? $"the file system of {path} has no room for what nginx writes"
            : "a file system that nginx writes to is full";

    private static FileSystemRoom? Room(Incident incident, Observations seen)
        => StorageReading.Directory(incident) is { } path ? seen.Known(StorageReading.Question(incident, path))?.Room : null;

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var room = Room(incident, seen);
        var steps = new List<FixStep>();
        if (room is not null)
        {
            var at = Shell.Quote(room.MountPoint);
            steps.Add(room.OutOfInodes
                ? new($"{room.MountPoint} has {room.InodesTotal} inodes and none free: many small files, not large ones. Find the directory that holds them.", $"du --inodes -xd2 {at} | sort -n | tail -15")
                : room.OutOfBytes
                    ? new($"{room.MountPoint} has {Words.Bytes(room.BytesAvailable)} left of {Words.Bytes(room.BytesTotal)}. Find what grew.", $"du -xhd2 {at} | sort -h | tail -15")
                    : new($"{room.MountPoint} has {Words.Bytes(room.BytesAvailable)} of {Words.Bytes(room.BytesTotal)} free again: what filled it is gone, as a temp file of nginx is when its request ends. If {Words.Bytes(room.BytesTotal)} are less than what requests need at once, nginx's temp files belong on a larger file system."));
            steps.Add(new("Files that were deleted while a process holds them open take room until it closes them.", "lsof +L1"));
        }
        else
        {
            steps.Add(new("See which file system is full, of blocks or of inodes.", "df -h && df -i"));
        }

        steps.Add(new("nginx goes on by itself as soon as there is room; nothing has to be restarted."));
        return new Fix
        {
            Summary = room is { OutOfInodes: true } ? $"Free inodes on {room.MountPoint}." : $"Make room on {room?.MountPoint ?? "the full file system"}.",
            Steps = steps,
            Later = "proxy_max_temp_file_size bounds what one response may take, max_size of proxy_cache_path a cache, logrotate the logs.",
        };
    }
}
