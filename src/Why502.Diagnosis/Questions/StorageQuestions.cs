namespace Why502.Diagnosis;

/// <summary>A directory that nginx writes to, seen with the eyes of its worker, and the file system it lies on.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Uid">Worker's user id; -1 when unknown.</param>
/// <param name="Gid">Worker's primary group id.</param>
/// <param name="Groups">Supplementary group ids, comma separated (a question is a value).</param>
/// <param name="ThroughPid">A process whose root directory is looked through; 0 is none.</param>
public sealed record StoragePath(string Path, int Uid, int Gid, string Groups, int ThroughPid) : Question<StoragePathFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"room and rights at {Path}";

    public override string WouldTell => "whether nginx's worker may write there, and whether blocks or inodes are left";
}

/// <param name="Exists">The directory is there.</param>
/// <param name="Steps">Every directory from / on that could be looked at.</param>
/// <param name="FirstMissing">The first component that does not exist.</param>
/// <param name="WorkerMayWrite">By owner, mode and ACL; null when it cannot be told.</param>
/// <param name="BlockedBy">The step that stops the worker.</param>
/// <param name="Room">Null where the file system could not be asked (a network file system may hang, so it is not).</param>
public sealed record StoragePathFact(bool Exists, IReadOnlyList<PathStep> Steps, string? FirstMissing, bool? WorkerMayWrite, PathStep? BlockedBy, FileSystemRoom? Room) : Fact;

/// <summary>What statvfs(3) and mountinfo tell.</summary>
/// <param name="BytesAvailable">To users other than root; ext4 keeps 5 % for root.</param>
/// <param name="InodesTotal">0 where the file system has no fixed number (btrfs, tmpfs without a limit).</param>
public sealed record FileSystemRoom(string MountPoint, string? Type, bool ReadOnly, long BytesTotal, long BytesAvailable, long InodesTotal, long InodesFree)
{
    /// <summary>
    /// A file system is full before the last block is gone: a write that does not fit fails, and what it had written may be
    /// gone when somebody looks. So under one part in 50 and 8 MiB left counts as full.
    /// </summary>
    public bool OutOfBytes => BytesTotal > 0 && (BytesAvailable == 0 || (BytesAvailable < BytesTotal / 50 && BytesAvailable < 8L << 20));

    public bool OutOfInodes => InodesTotal > 0 && InodesFree == 0;

    public bool Full => OutOfBytes || OutOfInodes;

    /// <summary>The part in use, in percent, as df(1) counts it.</summary>
    public int UsedPercent => BytesTotal == 0 ? 0 : (int)Math.Ceiling(100.0 * (BytesTotal - BytesAvailable) / BytesTotal);
}
