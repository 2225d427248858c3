namespace Why502.Host.Machine;

/// <param name="Point">Where it is mounted.</param>
/// <param name="Type">ext4, tmpfs, overlay …</param>
internal readonly record struct MountEntry(string Point, string Type);

/// <summary>/proc/PID/mountinfo (proc_pid_mountinfo(5)).</summary>
internal static class MountTable
{
    /// <summary>The mount that a path lies on: the longest mount point above it, the later of two at the same place.</summary>
    public static MountEntry? Holding(string mountinfo, string path)
    {
        MountEntry? holding = null;
        foreach (var line in mountinfo.Split('\n'))
        {
            // "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": optional fields end at the lone hyphen.
            var halves = line.Split(" - ", 2);
            var fields = halves[0].Split(' ');
            if (halves.Length == 2 && fields.Length >= 5 && Plain(fields[4]) is var point
                && (path == point || point == "/" || path.StartsWith(point + "/", StringComparison.Ordinal))
                && (holding is not { } before || point.Length >= before.Point.Length))
            {
                holding = new(point, halves[1].Split(' ')[0]);
            }
        }

        return holding;
    }

    /// <summary>Blanks, tabs, line feeds and backslashes are written as octal numbers.</summary>
    private static string Plain(string text)
        => text.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
}
