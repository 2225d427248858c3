using Why502.Nginx.Routing;

namespace Why502.Cli.Commands.Config;

/// <summary>The file system of this machine, as stat(2) shows it.</summary>
internal sealed class DiskRouteFiles : IRouteFiles
{
    private readonly Dictionary<string, RouteFile> seen = new(StringComparer.Ordinal);

    public RouteFile Look(string path)
    {
        if (!seen.TryGetValue(path, out var file))
        {
            seen.Add(path, file = Stat(path));
        }

        return file;
    }

    private static RouteFile Stat(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal) || path.Contains(ByteUnknown, StringComparison.Ordinal) || path.Length == 0)
        {
            return RouteFile.Missing;
        }

        // Names are bytes to nginx and UTF-8 here; a name that is not UTF-8 cannot be asked for.
        path = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.Latin1.GetBytes(path));
        if (Directory.Exists(path))
        {
            return RouteFile.Directory;
        }

        if (!File.Exists(path) || path.EndsWith('/'))
        {
            return BehindFile(path) ? RouteFile.BehindFile : RouteFile.Missing;
        }

        return (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0
            ? RouteFile.Executable
            : RouteFile.Regular;
    }

    private const char ByteUnknown = '\uFFFF';

    private static bool BehindFile(string path)
    {
        for (var parent = Path.GetDirectoryName(path); !string.IsNullOrEmpty(parent) && parent != "/"; parent = Path.GetDirectoryName(parent))
        {
            if (Directory.Exists(parent))
            {
                return false;
            }

            if (File.Exists(parent))
            {
                return true;
            }
        }

        return false;
    }
}
