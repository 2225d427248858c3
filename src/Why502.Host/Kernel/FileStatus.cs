namespace Why502.Host.Kernel;

/// <summary>The type bits of a file's mode (inode(7)).</summary>
internal enum FileKind
{
    Other = 0,
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    Symlink = 0xA000,
    Socket = 0xC000,
}

/// <summary>What statx(2) tells about a file.</summary>
internal readonly record struct FileStatus(uint Mode, uint Uid, uint Gid, ulong Inode, uint DeviceMajor, uint DeviceMinor, long Size, DateTimeOffset ModifiedAt)
{
    private const uint TypeMask = 0xF000;

    /// <summary>Names that the inode has (hard links).</summary>
    public uint Links { get; init; }

    public FileKind Kind => (FileKind)(Mode & TypeMask);

    /// <summary>What rotation keeps when it renames a file.</summary>
    public (uint DeviceMajor, uint DeviceMinor, ulong Inode) Identity => (DeviceMajor, DeviceMinor, Inode);

    public bool IsSocket => Kind == FileKind.Socket;

    public bool IsSymlink => Kind == FileKind.Symlink;

    public bool IsRegular => Kind == FileKind.Regular;

    public bool IsDirectory => Kind == FileKind.Directory;

    /// <summary>Permission bits with set-id and sticky bits.</summary>
    public uint Permissions => Mode & 0xFFF;

    public string ModeText => "0" + Convert.ToString(Permissions, 8).PadLeft(3, '0');

    public string KindText => Kind switch
    {
        FileKind.Socket => "socket",
        FileKind.Symlink => "symlink",
        FileKind.Regular => "file",
        FileKind.Directory => "directory",
        _ => "other",
    };
}
