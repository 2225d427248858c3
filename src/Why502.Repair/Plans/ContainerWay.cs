using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>What a person does where nginx has files of its own, as in a container: which file on this machine it is, and how nginx there takes it.</summary>
internal static class ContainerWay
{
    private const int MountsBytesMax = 1024 * 1024;
    private const int IdLettersShown = 12;

    /// <param name="instance">An nginx whose files are seen through a process of it.</param>
    /// <param name="files">Paths that would be edited, as nginx calls them.</param>
    public static IEnumerable<string> Obstacles(NginxInstance instance, IReadOnlyList<string> files)
    {
        var id = instance.Container is { Length: > 0 } container ? container[..Math.Min(IdLettersShown, container.Length)] : null;
        yield return $"this nginx has files of its own (a container{(id is null ? "" : $" {id}")}): why502 changes nothing inside it, for what is changed there is gone with it";
        var ours = FileCalls.ReadText("/proc/self/mountinfo", MountsBytesMax) ?? "";
        var theirs = FileCalls.ReadText($"/proc/{instance.FilesThrough}/mountinfo", MountsBytesMax) ?? "";
        foreach (var file in files)
        {
            yield return HostPath(file, theirs, ours) is { } path && IsSame(path, $"/proc/{instance.FilesThrough}/root{file}")
                ? $"{file} is mounted from this machine: make the change in {path}"
                : $"{file} is part of its image or of a volume: make the change in what the image is built from, or in the file that its compose file mounts there";
        }

        yield return id is null
            ? "then, inside it: nginx -t && nginx -s reload"
            : $"then: docker exec {id} nginx -t && docker exec {id} nginx -s reload (podman has the same words; an image is built and started anew instead)";
    }

    /// <summary>Where a bind mount has a file from, by the two lists of mounts (proc_pid_mountinfo(5): device, root in its file system, mount point); null where no mount of ours shows it.</summary>
    internal static string? HostPath(string file, string theirs, string ours)
    {
        var inside = Mounts(theirs).Where(mount => Below(file, mount.Point) is not null).OrderByDescending(mount => mount.Point.Length).FirstOrDefault();
        if (inside.Point is null || Join(inside.Root, Below(file, inside.Point)!) is not { } there)
        {
            return null;
        }

        var outside = Mounts(ours).Where(mount => mount.Device == inside.Device && Below(there, mount.Root) is not null).OrderByDescending(mount => mount.Root.Length).FirstOrDefault();
        return outside.Point is null ? null : Join(outside.Point, Below(there, outside.Root)!);
    }

    private static IEnumerable<(string Device, string Root, string Point)> Mounts(string text)
        => text.Split('\n').Select(line => line.Split(' ')).Where(fields => fields.Length > 4).Select(fields => (fields[2], fields[3], fields[4]));

    /// <summary>The rest of a path below a directory, beginning with a slash; empty for the directory itself, null when it is not below it.</summary>
    private static string? Below(string path, string directory)
        => directory == "/" ? path : path == directory ? "" : path.StartsWith(directory + "/", StringComparison.Ordinal) ? path[directory.Length..] : null;

    private static string Join(string directory, string rest) => directory == "/" ? rest : directory + rest;

    private static bool IsSame(string one, string other) => FileCalls.Status(one) is { } first && FileCalls.Status(other) is { } second && first.Identity.Equals(second.Identity);
}
