namespace Why502.Host.Machine;

/// <summary>What statx(2) tells about a file.</summary>
internal readonly record struct FileStatus(uint Mode, uint Uid, uint Gid, ulong Inode, uint DeviceMajor, uint DeviceMinor, long Size, DateTimeOffset ModifiedAt)
{
    private const uint TypeMask = 0xF000;

    public bool IsSocket => (Mode & TypeMask) == 0xC000;

    public bool IsSymlink => (Mode & TypeMask) == 0xA000;

    public bool IsRegular => (Mode & TypeMask) == 0x8000;

    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    /// <summary>Permission bits with set-id and sticky bits.</summary>
    public uint Permissions => Mode & 0xFFF;

    public string ModeText => "0" + Convert.ToString(Permissions, 8).PadLeft(3, '0');

    public string Kind => (Mode & TypeMask) switch
    {
        0xC000 => "socket",
        0xA000 => "symlink",
        0x8000 => "file",
        0x4000 => "directory",
        _ => "other",
    };
}
