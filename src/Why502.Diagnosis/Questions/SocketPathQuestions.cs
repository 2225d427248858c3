namespace Why502.Diagnosis;

/// <summary>A unix socket's path, seen with the eyes of nginx's worker.</summary>
/// <param name="Path">The path nginx connects to.</param>
/// <param name="Uid">Worker's user id; -1 when unknown.</param>
/// <param name="Gid">Worker's primary group id.</param>
/// <param name="Groups">Supplementary group ids, comma separated (a question is a value).</param>
/// <param name="ThroughPid">A process whose root directory is looked through (nginx's master in another mount namespace); 0 is none.</param>
public sealed record SocketPath(string Path, int Uid, int Gid, string Groups, int ThroughPid) : Question<SocketPathFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"socket path {Path}";

    public override string WouldTell => "whether the socket exists and nginx's worker user may open it";
}

/// <param name="Exists">The last component exists.</param>
/// <param name="Kind">"socket", "file", "directory", "symlink" (dangling) or "other".</param>
/// <param name="Steps">Every directory above from / on, then the socket itself when it exists.</param>
/// <param name="FirstMissing">The first component that does not exist.</param>
/// <param name="WorkerMayConnect">Null when it cannot be told (unknown user, or no permission to look).</param>
/// <param name="BlockedBy">The step that stops the worker.</param>
public sealed record SocketPathFact(bool Exists, string? Kind, IReadOnlyList<PathStep> Steps, string? FirstMissing, bool? WorkerMayConnect, PathStep? BlockedBy, DateTimeOffset? ModifiedAt) : Fact
{
    /// <summary>
    /// Set when why502 itself could not look past a step that blocks the worker as well: then <see cref="BlockedBy"/> is
    /// certain, and whether the socket exists is not known.
    /// </summary>
    public string? Unseen { get; init; }

    /// <summary>The one socket that is in the directory where this one is not; null where there is none or several, and on a machine, where who listens is seen.</summary>
    public string? Neighbour { get; init; }
}

/// <param name="Mode">Such as "0660".</param>
/// <param name="Allowed">Whether the worker may traverse (directory) or write (socket); null when unknown.</param>
/// <param name="Acl">POSIX ACL in getfacl's short form when there is one.</param>
public sealed record PathStep(string Path, string Owner, string Group, string Mode, bool? Allowed, string? Acl);
