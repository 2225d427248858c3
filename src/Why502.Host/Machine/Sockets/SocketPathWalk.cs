using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>
/// One walk along a path. A prefix (<c>/proc/PID/root</c>) stands for the root of another process; links are resolved
/// here, one by one, because an absolute link means that root and not ours (path_resolution(7)).
/// </summary>
internal sealed class SocketPathWalk(string root, PathUser? user, Accounts accounts, bool protectsSymlinks)
{
    /// <summary>MAXSYMLINKS of the kernel.</summary>
    private const int LinksMax = 40;

    private const int ComponentsMax = 4096;

    private readonly List<PathStep> steps = [];
    private readonly HashSet<string> listed = [];

    /// <summary>Components still to go, the next one on top.</summary>
    private readonly Stack<string> ahead = new();

    private readonly List<string> current = [];
    private PathStep? blockedBy;
    private int linksFollowed;

    /// <summary>Why why502 itself could not go on.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Null when the walk ended at an obstacle and nothing can be said.</summary>
    public SocketPathFact? Go(string path)
    {
        Push(path);
        if (!Enter(out var directory))
        {
            return Ended();
        }

        while (ahead.TryPop(out var name))
        {
            if (name == "..")
            {
                current.RemoveRange(Math.Max(0, current.Count - 1), Math.Min(1, current.Count));
                if (!Enter(out directory))
                {
                    return Ended();
                }

                continue;
            }

            var here = Join(name);
            if (FileCalls.Status(root + here, follow: false, out var errno) is not { } status)
            {
                return Errno.IsMissing(errno) ? Missing(here) : Stopped(here, errno);
            }

            if (status.IsSymlink)
            {
                if (!Follow(here, status, directory, out var fact))
                {
                    return fact;
                }

                if (!Enter(out directory))
                {
                    return Ended();
                }

                continue;
            }

            if (ahead.Count == 0)
            {
                return Arrived(here, status);
            }

            if (!status.IsDirectory)
            {
                return Missing(Join(name, ahead.Peek()));
            }

            current.Add(name);
            directory = status;
            List(here, status, PathPermission.Search);
        }

        return Arrived(Here, directory);
    }

    private string Here => "/" + string.Join('/', current);

    private string Join(params ReadOnlySpan<string> names) => (current.Count == 0 ? "" : Here) + "/" + string.Join('/', names);

    private void Push(string path)
    {
        foreach (var name in Enumerable.Reverse(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Take(ComponentsMax).ToList()))
        {
            if (name != ".")
            {
                ahead.Push(name);
            }
        }
    }

    /// <summary>Arrives at the directory that <see cref="current"/> names, by way of the root, of ".." or of a link.</summary>
    private bool Enter(out FileStatus directory)
    {
        if (FileCalls.Status(root + Here, follow: true, out var errno) is { } status)
        {
            directory = status;
            List(Here, status, PathPermission.Search);
            return true;
        }

        Stop(Here, errno);
        directory = default;
        return false;
    }

    /// <summary>False when the walk ends at this link, with what is known in <paramref name="fact"/>.</summary>
    private bool Follow(string here, FileStatus link, FileStatus directory, out SocketPathFact? fact)
    {
        fact = null;
        if (FileCalls.ReadLink(root + here, out var errno) is not { } target)
        {
            fact = Stopped(here, errno);
            return false;
        }

        if (++linksFollowed > LinksMax)
        {
            fact = new(true, "symlink", steps, null, user is null ? null : false, blockedBy, link.ModifiedAt);
            return false;
        }

        if (protectsSymlinks && ahead.Count == 0 && user is not null && !PathPermission.MayFollow(user, link, directory))
        {
            Block(List(here, link, allowed: false, acl: null));
        }

        if (target.StartsWith('/'))
        {
            current.Clear();
        }

        Push(target);
        return true;
    }

    private SocketPathFact Arrived(string here, FileStatus status)
    {
        var step = List(here, status, PathPermission.Write);
        bool? may = user is null ? null : blockedBy is null && step.Allowed == true;
        return new(true, status.KindText, steps, null, may, blockedBy, status.ModifiedAt);
    }

    private SocketPathFact Missing(string here)
    {
        bool? may = user is null ? null : false;
        return new(false, linksFollowed > 0 && ahead.Count == 0 ? "symlink" : null, steps, here, blockedBy is null ? null : may, blockedBy, null);
    }

    private SocketPathFact? Stopped(string here, int errno)
    {
        Stop(here, errno);
        return Ended();
    }

    /// <summary>What stops the worker is known even when what lies behind is not.</summary>
    private SocketPathFact? Ended()
        => blockedBy is null ? null : new(false, null, steps, null, false, blockedBy, null) { Unseen = Obstacle };

    private void Stop(string here, int errno)
    {
        Obstacle = Errno.IsDenied(errno) && steps.Count > 0
            ? $"permission denied below {steps[^1].Path} (owner {steps[^1].Owner}:{steps[^1].Group}, mode {steps[^1].Mode}); run with sudo"
            : $"{here}: {Errno.Words(errno)}";
    }

    private PathStep List(string path, FileStatus status, int want)
    {
        var acl = FileCalls.ExtendedAttribute(root + path, PosixAcl.AttributeName) is { } attribute ? PosixAcl.Parse(attribute) : null;
        bool? allowed = user is null ? null : PathPermission.Allows(user, status, acl, want);
        return List(path, status, allowed, acl);
    }

    private PathStep List(string path, FileStatus status, bool? allowed, PosixAcl? acl)
    {
        var step = new PathStep(
            path,
            accounts.User(unchecked((int)status.Uid)),
            accounts.Group(unchecked((int)status.Gid)),
            status.ModeText,
            allowed,
            acl?.ShortForm(accounts));
        if (listed.Add(path))
        {
            steps.Add(step);
        }

        if (allowed == false)
        {
            Block(step);
        }

        return step;
    }

    private void Block(PathStep step) => blockedBy ??= step;
}
