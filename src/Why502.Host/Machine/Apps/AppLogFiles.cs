using Why502.Diagnosis.Stacks;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>The log files of an app server: what it has open for its output, and what its arguments name.</summary>
internal static class AppLogFiles
{
    private const int DescriptorsMax = 64;
    private const int FilesMax = 16;

    private static readonly string[] Names = ["--error-logfile", "--log-file", "--access-logfile", "--logto", "--logto2", "--daemonize", "--access-log", "--log"];

    /// <summary>PM2 tells its apps where it writes for them (lib/God/ForkMode.js); no other variable is looked at.</summary>
    private static readonly string[] Pm2Variables = ["pm_err_log_path", "pm_out_log_path", "PM2_HOME"];

    /// <param name="parent">Who started it: a process manager keeps the logs of what it runs, and its own.</param>
    public static IReadOnlyList<string> Of(ProcessEntry process, AppLaunch app, ProcessEntry? parent)
    {
        var files = Options.Values(app.Arguments, Names).Where(path => path.Contains('/') || path.EndsWith(".log", StringComparison.Ordinal))
            .Select(path => LaunchPaths.FullPath(path, app.WorkingDirectory)).ToList();
        files.AddRange(Open(process));
        files.AddRange(OfManager(process, parent));
        return [.. files.Where(path => path.StartsWith('/')).Distinct().Take(FilesMax)];
    }

    private static IEnumerable<string> OfManager(ProcessEntry process, ProcessEntry? parent)
    {
        if (process.Environment(Pm2Variables) is { Count: > 0 } pm2)
        {
            foreach (var name in Pm2Variables)
            {
                if (pm2.GetValueOrDefault(name) is { Length: > 0 } path)
                {
                    yield return name == "PM2_HOME" ? path + "/pm2.log" : path;
                }
            }
        }

        if (parent is not null && (parent.Title.StartsWith("PM2 ", StringComparison.Ordinal) || parent.Title.Contains("/pm2", StringComparison.Ordinal) || parent.Title.Contains("supervisord", StringComparison.Ordinal)))
        {
            foreach (var path in Open(parent))
            {
                yield return path;
            }
        }
    }

    private static IEnumerable<string> Open(ProcessEntry process)
    {
        foreach (var name in FileCalls.List(process.Directory + "/fd", DescriptorsMax, out _) ?? [])
        {
            var descriptor = $"{process.Directory}/fd/{name}";
            if (FileCalls.ReadLink(descriptor) is not { } path || !path.StartsWith('/') || path.StartsWith("/dev/", StringComparison.Ordinal) || path.EndsWith(" (deleted)", StringComparison.Ordinal))
            {
                continue;
            }

            var isOutput = name is "1" or "2";
            var looksLikeLog = path.EndsWith(".log", StringComparison.Ordinal) || path.Contains("/log/", StringComparison.Ordinal) || path.Contains("/logs/", StringComparison.Ordinal);
            if ((isOutput || looksLikeLog) && FileCalls.Status(descriptor) is { IsRegular: true } && IsWritten(process, name))
            {
                yield return path;
            }
        }
    }

    /// <summary>/proc/PID/fdinfo/N: the lowest two bits of the octal flags are the access mode; 0 is read-only.</summary>
    private static bool IsWritten(ProcessEntry process, string descriptor)
    {
        const int FileBytesMax = 4096;
        foreach (var line in (FileCalls.ReadText($"{process.Directory}/fdinfo/{descriptor}", FileBytesMax) ?? "").AsSpan().EnumerateLines())
        {
            if (line.StartsWith("flags:"))
            {
                return (line[^1] & 3) != 0;
            }
        }

        return false;
    }
}
