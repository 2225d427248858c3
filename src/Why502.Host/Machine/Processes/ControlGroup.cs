using System.Buffers;

namespace Why502.Host.Machine;

/// <summary>The systemd service and the container that a process belongs to, by its control groups.</summary>
internal readonly record struct ControlGroup(string? Unit, string? Container)
{
    /// <summary>Container ids are SHA-256 in hex.</summary>
    private const int ContainerIdLength = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Reads /proc/PID/cgroup: one line per hierarchy, <c>ID:CONTROLLERS:PATH</c>; version 2 is <c>0::PATH</c>.</summary>
    public static ControlGroup Parse(string text)
    {
        string? unit = null;
        string? container = null;
        foreach (var line in text.Split('\n'))
        {
            var parts = line.Split(':', 3);
            if (parts.Length < 3)
            {
                continue;
            }

            container ??= ContainerOf(parts[2]);
            if (parts[1] is "" or "name=systemd")
            {
                unit ??= UnitOf(parts[2]);
            }
        }

        return new(unit, container);
    }

    /// <summary>
    /// The innermost service. Below a service there may be groups of its own making; a scope or slice between means that
    /// the process is not the service's (a login shell below user@1000.service).
    /// </summary>
    private static string? UnitOf(string path)
    {
        foreach (var segment in Enumerable.Reverse(path.Split('/')))
        {
            if (segment.EndsWith(".service", StringComparison.Ordinal))
            {
                return segment.StartsWith("user@", StringComparison.Ordinal) ? null : segment;
            }

            if (segment.EndsWith(".scope", StringComparison.Ordinal) || segment.EndsWith(".slice", StringComparison.Ordinal))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>docker-ID.scope, libpod-ID.scope, cri-containerd-ID.scope, crio-ID.scope, /docker/ID, /kubepods/…/ID, /lxc/NAME, machine-NAME.scope.</summary>
    private static string? ContainerOf(string path)
    {
        var segments = path.Split('/');
        for (var i = segments.Length - 1; i > 0; i--)
        {
            var name = segments[i].EndsWith(".scope", StringComparison.Ordinal) ? segments[i][..^6] : segments[i];
            var id = name[(name.LastIndexOfAny(['-', ':']) + 1)..];
            if (id.Length == ContainerIdLength && id.AsSpan().IndexOfAnyExcept(HexDigits) < 0)
            {
                return id;
            }

            if (segments[i - 1] is "lxc" && name.Length > 0)
            {
                return name;
            }

            if (name.StartsWith("lxc.payload.", StringComparison.Ordinal))
            {
                return name["lxc.payload.".Length..];
            }

            if (segments[i - 1] is "machine.slice" && name.StartsWith("machine-", StringComparison.Ordinal))
            {
                return name["machine-".Length..];
            }
        }

        return null;
    }
}
