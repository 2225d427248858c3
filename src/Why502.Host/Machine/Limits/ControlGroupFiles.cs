using System.Globalization;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Where the control groups of a process are: version 2's one tree, or version 1's tree of a controller.</summary>
internal static class ControlGroupFiles
{
    private const int FileBytesMax = 64 * 1024;

    /// <summary>Groups above one another that are looked at; systemd nests four or five.</summary>
    private const int DepthMax = 12;

    /// <summary>Directories of the group and of those above it, the innermost first, with the path as systemd-cgls shows it.</summary>
    public static IEnumerable<(string Directory, string Path)> Above(ProcessEntry process, string controller)
    {
        foreach (var line in (FileCalls.ReadText(process.Directory + "/cgroup", FileBytesMax) ?? "").Split('\n'))
        {
            var parts = line.Split(':', 3);
            if (parts.Length < 3 || (parts[1].Length > 0 && !parts[1].Split(',').Contains(controller)))
            {
                continue;
            }

            var mount = parts[1].Length == 0
                ? FileCalls.Status(Root + "/cgroup.controllers") is null ? Root + "/unified" : Root
                : $"{Root}/{(FileCalls.Status($"{Root}/{parts[1]}") is null ? controller : parts[1])}";
            var path = parts[2];
            for (var depth = 0; depth < DepthMax && path.Length > 1; depth++)
            {
                yield return (mount + path, path);
                path = path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "";
            }
        }
    }

    private const string Root = "/sys/fs/cgroup";

    public static string? Text(string directory, string name) => FileCalls.ReadText($"{directory}/{name}", FileBytesMax);

    /// <summary>Null when the file is not there or says "max".</summary>
    public static long? Number(string directory, string name)
        => long.TryParse(Text(directory, name)?.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A value of a flat-keyed file: "nr_throttled 12".</summary>
    public static long Keyed(string? text, string key)
    {
        foreach (var line in (text ?? "").Split('\n'))
        {
            if (line.StartsWith(key + " ", StringComparison.Ordinal) && long.TryParse(line[(key.Length + 1)..], out var number))
            {
                return number;
            }
        }

        return 0;
    }
}
