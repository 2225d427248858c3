using Why502.Host.Kernel;
using Why502.Nginx;

namespace Why502.Repair;

/// <summary>How a path was before <c>nginx -t</c> ran.</summary>
internal sealed record TouchedPath(string Path, bool Existed, uint User, uint Group, uint Mode);

/// <summary>
/// What <c>nginx -t</c> opens, makes and gives away besides reading the configuration (ngx_init_cycle: logs, the pid file, ngx_create_paths):
/// noted before, put back after.
/// </summary>
internal static class TouchedPaths
{
    private const int PathsMax = 1024;

    private static readonly string[] Files = ["pid", "lock_file", "error_log", "access_log"];

    public static IReadOnlyList<TouchedPath> Note(NginxConfiguration? configuration, string prefix, IEnumerable<string> compiledIn)
    {
        var named = configuration is null ? [] : configuration.Everything.Where(IsTouching).Select(directive => directive.Arguments.Count > 0 ? directive.Arguments[0] : "");
        return [.. named.Concat(compiledIn)
            .Where(path => path.Length > 0 && path is not ("off" or "stderr") && !path.Contains('$', StringComparison.Ordinal) && !path.Contains(':', StringComparison.Ordinal))
            .Select(path => path.StartsWith('/') ? path : Path.Combine(prefix, path))
            .Distinct(StringComparer.Ordinal)
            .Take(PathsMax)
            .Select(Look)];
    }

    /// <summary>What was made and holds nothing goes; owners and modes are as they were.</summary>
    public static void PutBack(IEnumerable<TouchedPath> noted)
    {
        foreach (var before in noted)
        {
            if (FileCalls.Status(before.Path, follow: false, out _) is not { } now)
            {
                continue;
            }

            if (!before.Existed)
            {
                // Neither call takes away what holds something: a log that was written to meanwhile stays.
                _ = now.IsDirectory ? WriteCalls.RemoveDirectory(before.Path) : now is { IsRegular: true, Size: 0 } ? WriteCalls.Unlink(before.Path) : 0;
                continue;
            }

            if (!now.IsSymlink && (now.Uid != before.User || now.Gid != before.Group))
            {
                _ = WriteCalls.ChangeOwnerAt(before.Path, before.User, before.Group);
            }

            if (!now.IsSymlink && now.Permissions != before.Mode)
            {
                _ = WriteCalls.ChangeModeAt(before.Path, before.Mode);
            }
        }
    }

    private static TouchedPath Look(string path)
        => FileCalls.Status(path, follow: false, out _) is { } status ? new(path, true, status.Uid, status.Gid, status.Permissions) : new(path, false, 0, 0, 0);

    private static bool IsTouching(Directive directive)
        => Files.Contains(directive.Name) || directive.Name.EndsWith("_temp_path", StringComparison.Ordinal) || directive.Name.EndsWith("_cache_path", StringComparison.Ordinal);
}
