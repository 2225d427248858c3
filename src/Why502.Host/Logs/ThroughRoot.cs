using Why502.Host.Kernel;

namespace Why502.Host.Logs;

/// <summary>A log of a process with files of its own, such as nginx in a container: opened below /proc/PID/root, and named as the process names it.</summary>
internal static class ThroughRoot
{
    private const int ControlGroupBytesMax = 16 * 1024;

    /// <summary>Where container engines keep the output of a container (json-file and local drivers of Docker, k8s-file of Podman).</summary>
    private static readonly string[] OutputFiles = ["/var/lib/docker/containers/{0}/{0}-json.log", "/var/lib/containers/storage/overlay-containers/{0}/userdata/ctr.log"];

    /// <summary>The file to open from here for <paramref name="path"/> of process <paramref name="pid"/>; the path itself for our own root.</summary>
    public static string Open(string path, int pid)
    {
        if (pid == 0)
        {
            return path;
        }

        var root = RootedPath.Of(pid);
        var inside = root.Follow(path) ?? path;

        // Official images link their logs to the standard streams: what nginx writes there is what the engine keeps.
        return StreamOf(inside) is { } descriptor ? Stream(pid, descriptor, root) : root.Resolve(inside) ?? path;
    }

    private static int? StreamOf(string path) => path switch
    {
        "/dev/stdout" => 1,
        "/dev/stderr" => 2,
        _ when path.StartsWith("/proc/", StringComparison.Ordinal) && path.Split('/') is [_, _, _, "fd", var number] && int.TryParse(number, out var descriptor) => descriptor,
        _ => null,
    };

    private static string Stream(int pid, int descriptor, RootedPath root)
    {
        if (FileCalls.ReadLink($"/proc/{pid}/fd/{descriptor}") is { } target && target.StartsWith('/') && target != "/dev/null")
        {
            return root.Resolve(target) ?? target;
        }

        var id = Machine.ControlGroup.Parse(FileCalls.ReadText($"/proc/{pid}/cgroup", ControlGroupBytesMax) ?? "").Container;
        return OutputFiles.Select(form => string.Format(System.Globalization.CultureInfo.InvariantCulture, form, id)).FirstOrDefault(file => id is not null && FileCalls.Status(file) is { IsRegular: true })
            ?? $"/proc/{pid}/fd/{descriptor}";
    }

    /// <summary>Names files as the process does, so that a report does not speak of /proc.</summary>
    public static ILogSink Named(ILogSink sink, int pid) => pid == 0 ? sink : new RenamingSink(sink, RootedPath.Of(pid));

    private sealed class RenamingSink(ILogSink sink, RootedPath root) : ILogSink
    {
        public void Begin(string file, int? firstLine) => sink.Begin(root.Seen(file), firstLine);

        public void Push(ReadOnlySpan<byte> block) => sink.Push(block);

        public void End() => sink.End();
    }
}
