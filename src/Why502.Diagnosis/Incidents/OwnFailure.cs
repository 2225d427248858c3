using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>What nginx needs of itself or of the machine and can run out of.</summary>
public enum Resource
{
    /// <summary>worker_connections.</summary>
    Connections,

    Descriptors,

    Memory,

    /// <summary>Blocks, inodes or quota of a file system.</summary>
    Space,

    /// <summary>The right to write to a temp or cache path.</summary>
    TempPath,

    /// <summary>A worker process.</summary>
    Worker,
}

/// <summary>
/// A failure of nginx itself, which often stands in a line without a request: accept4(), fork(), a temp file, the end of a
/// worker. The error number decides, not the words: what fails with 24 has no descriptors left, whichever call it was.
/// </summary>
/// <param name="Resource">What it lacks.</param>
/// <param name="Candidates">Causes that the message and its error number leave.</param>
/// <param name="File">The file that could not be written.</param>
/// <param name="Place">Tells incidents of one resource apart: different temp paths are different faults.</param>
public sealed record OwnFailure(Resource Resource, IReadOnlyList<string> Candidates, string? File = null, string Place = "")
{
    private static readonly string[] Connections = ["worker-connections-exhausted", "redirect-or-loop"];
    private static readonly string[] Descriptors = ["file-descriptors-exhausted"];
    private static readonly string[] Memory = ["host-memory-exhausted"];
    private static readonly string[] Space = ["disk-full"];
    private static readonly string[] TempPath = ["temp-path-unwritable", "access-control-denied"];
    private static readonly string[] Crashed = ["nginx-worker-crashed"];
    private static readonly string[] Killed = ["nginx-worker-crashed", "host-memory-exhausted", "worker-out-of-memory"];

    public How How => Resource switch
    {
        Resource.TempPath => How.Denied,
        Resource.Worker => How.Closed,
        _ => How.Limit,
    };

    /// <summary>The failure that a group of records reports, or null when it is of another kind.</summary>
    public static OwnFailure? Of(ErrorGroup group)
    {
        if (group.Known is not { } known || group.Level is > LogLevel.Error and not LogLevel.Stderr)
        {
            return null;
        }

        return ByMessage(group, known) ?? ByErrno(group, known);
    }

    /// <summary>Messages that nginx has for one resource only: ngx_get_connection(), ngx_process_get_status().</summary>
    private static OwnFailure? ByMessage(ErrorGroup group, ErrorMessage known) => known.Format switch
    {
        "%ui worker_connections are not enough" => new(Resource.Connections, Connections),
        _ when known.Format.StartsWith("the new socket has number", StringComparison.Ordinal) => new(Resource.Descriptors, Descriptors),

        // ngx_process_get_status(): each of nginx's processes is called so ("worker process", "cache manager process"); PHP-FPM and others say the rest in the same words.
        _ when known.Format.Contains("exited on signal %d", StringComparison.Ordinal) => group.Message.Contains("process ", StringComparison.Ordinal) ? Ended(group.Code) : null,

        // A write to a file falls short when the file system (or RLIMIT_FSIZE) has no room for the rest; the next one says 28.
        _ when known.Format.Contains("has written only", StringComparison.Ordinal) || known.Format.Contains("was incomplete", StringComparison.Ordinal)
            => new(Resource.Space, Space, group.OwnFile ?? TempFiles.FileIn(group.Message)),
        _ => null,
    };

    /// <summary>signal(7): 9 is somebody's kill, mostly the kernel's for memory; 1, 2, 3 and 15 are requests to end.</summary>
    private static OwnFailure? Ended(int? signal) => signal switch
    {
        1 or 2 or 3 or 15 => null,
        9 => new(Resource.Worker, Killed, Place: "9"),
        _ => new(Resource.Worker, Crashed),
    };

    /// <summary>errno(3) numbers of Linux. connect() and bind() towards an upstream have causes of their own.</summary>
    private static OwnFailure? ByErrno(ErrorGroup group, ErrorMessage known)
    {
        if (known.Format.StartsWith("connect()", StringComparison.Ordinal) || known.Format.StartsWith("bind", StringComparison.Ordinal))
        {
            return null;
        }

        var file = group.OwnFile ?? TempFiles.FileIn(group.Message);
        return group.Errno switch
        {
            // ENFILE, EMFILE
            23 or 24 => new(Resource.Descriptors, Descriptors),

            // ENOMEM; ENOBUFS is the same of sockets (accept(2), socket(2)); EAGAIN of fork(2) is a limit on processes.
            12 or 105 => new(Resource.Memory, Memory),
            11 when known.Format.StartsWith("fork()", StringComparison.Ordinal) => new(Resource.Memory, Memory),

            // ENOSPC, EDQUOT
            28 or 122 => new(Resource.Space, Space, file),

            // EPERM, EACCES, EROFS; ENOENT and ENOTDIR of a file that nginx makes itself: its directory is not there.
            1 or 13 or 30 when file is not null && TempFiles.IsTempOrCache(file) => new(Resource.TempPath, TempPath, file, TempFiles.Root(file)),
            // ngx_create_paths(), ngx_create_path(): no other mkdir() is logged so than that of nginx's own directories, whatever they are called.
            1 or 13 or 30 or 2 or 20 when file is not null && known.Format.StartsWith("mkdir()", StringComparison.Ordinal) => new(Resource.TempPath, TempPath, file, TempFiles.Root(file)),
            // EIO, ENOSYS, EOPNOTSUPP: the file system there does not do what nginx writes with (pwritev(2) on some layered and emulated ones).
            5 or 38 or 95 when file is not null && TempFiles.IsTempOrCache(file) => new(Resource.TempPath, TempPath, file, TempFiles.Root(file)),
            2 or 20 when file is not null && TempFiles.IsTemp(file) && MakesFiles(known) => new(Resource.TempPath, TempPath, file, TempFiles.Root(file)),
            _ => null,
        };
    }

    private static bool MakesFiles(ErrorMessage known)
        => known.Format.StartsWith("open()", StringComparison.Ordinal) || known.Format.StartsWith("mkdir()", StringComparison.Ordinal);

    /// <summary>Where the request was: a response under way is cut, a body that is being read fails the request before it is sent.</summary>
    public Phase PhaseOf(ErrorGroup group) => group.Phase switch
    {
        "reading upstream" => Phase.Body,
        "reading response header from upstream" => Phase.Header,
        "sending request to upstream" => Phase.Send,
        "resolving" => Phase.Resolve,
        _ => Resource is Resource.TempPath or Resource.Space && group.Path is not null ? Phase.Send : Phase.Connect,
    };
}
