using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Walks to a unix socket as the kernel does for nginx's worker, component by component, links included.</summary>
internal sealed class SocketPathReader(MachineSnapshot machine)
{
    public Look Read(SocketPath question)
    {
        var how = $"statx along {question.Path}";
        if (!question.Path.StartsWith('/'))
        {
            // nginx's workers run in the prefix or wherever the master was started; such a path has no fixed meaning.
            return Look.Blind("the path is relative; nginx resolves it against the directory it was started in", how);
        }

        var root = question.ThroughPid == 0 ? "" : $"{machine.Options.ProcPath}/{question.ThroughPid}/root";
        if (root.Length > 0 && FileCalls.Status(root + "/", follow: true, out var errno) is null)
        {
            return Look.Blind(Errno.IsDenied(errno) ? $"the file system of process {question.ThroughPid} needs root" : $"{root}: {Errno.Words(errno)}", how);
        }

        var user = question.Uid == -1 ? null : new PathUser(question.Uid, GroupsOf(question));
        var walk = new SocketPathWalk(root, user, machine.Accounts, ProtectsSymlinks());
        return walk.Go(question.Path) is { } fact
            ? Look.Saw(fact, how)
            : Look.Blind(walk.Obstacle ?? "the path could not be followed", how);
    }

    private static HashSet<int> GroupsOf(SocketPath question)
    {
        var groups = new HashSet<int> { question.Gid };
        foreach (var text in question.Groups.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (int.TryParse(text, out var group))
            {
                groups.Add(group);
            }
        }

        return groups;
    }

    private bool ProtectsSymlinks() => FileCalls.ReadText($"{machine.Options.ProcPath}/sys/fs/protected_symlinks", 16)?.Trim() == "1";
}
