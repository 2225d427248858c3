using System.Globalization;
using System.Security.Cryptography;

namespace Why502.Lab.Machine;

/// <summary>Everything about the files below some folders that a reader must leave as it was.</summary>
public static class FileTree
{
    /// <summary>One line per entry: type and mode, owner, size, times of content and inode, hash of the content.</summary>
    /// <remarks>stat(1) sees the inode's change time, which no system call can set back.</remarks>
    public static IReadOnlyList<string> Snapshot(LabMachine machine, params string[] folders) =>
        [.. machine.Must(["find", .. folders, "-printf", "%p %y %m %U:%G %s %T@ %C@\\n"])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal)
            .Select(line => string.Create(CultureInfo.InvariantCulture, $"{line} {Hash(machine, line)}"))];

    private static string Hash(LabMachine machine, string line)
    {
        var parts = line.Split(' ');
        if (parts[1] != "f")
        {
            return "-";
        }

        using var stream = new FileStream(machine.FileSystem + parts[0], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
