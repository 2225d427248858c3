using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers whether nginx's worker may write to a directory, and how much room its file system has.</summary>
internal sealed class StorageReader(MachineSnapshot machine)
{
    private const int MountsBytesMax = 4 * 1024 * 1024;
    private const ulong ReadOnlyFlag = 1;

    /// <summary>File systems whose server may be gone: statvfs(3) would wait for it, for hours.</summary>
    private static readonly string[] Remote = ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "afs", "autofs"];

    public Look Read(StoragePath question)
    {
        var how = $"statx and statvfs of {question.Path}";
        if (!question.Path.StartsWith('/'))
        {
            return Look.Blind("the path is relative", how);
        }

        var root = question.ThroughPid == 0 ? "" : $"{machine.Options.ProcPath}/{question.ThroughPid}/root";
        var user = question.Uid == -1 ? null : new PathUser(question.Uid, Groups(question));
        var walk = new SocketPathWalk(root, user, machine.Accounts, protectsSymlinks: false);
        if (walk.Go(question.Path) is not { } found)
        {
            return Look.Blind(walk.Obstacle ?? "the path could not be followed", how);
        }

        var existing = found.Exists ? question.Path : Existing(question.Path, root);
        return Look.Saw(new StoragePathFact(found.Exists, found.Steps, found.FirstMissing, found.WorkerMayConnect, found.BlockedBy, Room(existing, root, question.ThroughPid)), how);
    }

    private static HashSet<int> Groups(StoragePath question)
        => [question.Gid, .. question.Groups.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text => int.TryParse(text, out var group) ? group : question.Gid)];

    private static string Existing(string path, string root)
    {
        while (path.Length > 1 && FileCalls.Status(root + path) is null)
        {
            path = path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";
        }

        return path;
    }

    private FileSystemRoom? Room(string path, string root, int pid)
    {
        var table = FileCalls.ReadText($"{machine.Options.ProcPath}/{(pid == 0 ? "self" : pid)}/mountinfo", MountsBytesMax) ?? "";
        var mount = MountTable.Holding(table, path);
        if (mount is { } known && (Remote.Contains(known.Type) || known.Type.StartsWith("fuse.", StringComparison.Ordinal)))
        {
            return null;
        }

        if (FileCalls.Room(root + path, out _) is not { } room)
        {
            return null;
        }

        var unit = (decimal)Math.Max(1, room.FragmentSize);
        return new(
            mount?.Point ?? path,
            mount?.Type,
            (room.Flags & ReadOnlyFlag) != 0,
            Bytes(room.Blocks * unit),
            Bytes(room.BlocksAvailable * unit),
            Bytes(room.Files),
            Bytes(room.FilesFree));
    }

    private static long Bytes(decimal count) => count > long.MaxValue ? long.MaxValue : (long)count;
}
