using System.Text;
using System.Text.RegularExpressions;
using Why502.Host.Kernel;
using Why502.Logs;

namespace Why502.Repair;

/// <summary>What a reload came to.</summary>
/// <param name="Serving">New workers.</param>
/// <param name="Draining">Old workers that still end requests they had begun.</param>
public sealed record Reloaded(int Serving, int Draining);

/// <summary>Tests the configuration on disk and has the running nginx take it, as an administrator would, and no harder.</summary>
internal sealed partial class NginxControl(NginxTarget target)
{
    /// <summary>A configuration with ten thousand servers and certificates loads within this.</summary>
    public static readonly TimeSpan TestPatience = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan ReloadPatience = TimeSpan.FromSeconds(60);

    /// <summary>Old workers without long requests have gone within this; longer ones are left to end by themselves.</summary>
    public static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A worker without a free descriptor cannot take the one that the master sends along, drops its channel (ngx_read_channel, ngx_channel_handler) and never
    /// hears that it is to end: after so long it is told by the signal that the master falls back on itself (ngx_signal_worker_processes).
    /// </summary>
    private static readonly TimeSpan HearingPatience = TimeSpan.FromSeconds(3);

    /// <summary>nginx tries a taken address again each 500 ms (ngx_open_listening_sockets): until it is silent for longer it has not given up, and may yet succeed.</summary>
    private static readonly TimeSpan RefusalQuiet = TimeSpan.FromMilliseconds(1200);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private const string Level = "[emerg] ";
    private const int OutputBytesMax = 256 * 1024;
    private const int LogTailBytesMax = 1024 * 1024;

    /// <summary><c>nginx -t</c> with the program, prefix, file and -g that run.</summary>
    /// <returns>Null when it passed, else nginx's own words.</returns>
    public async Task<string?> TestAsync(CancellationToken cancellation)
    {
        if (target.Binary is not { } binary)
        {
            return "which nginx program reads this configuration is not known";
        }

        List<string> arguments = ["-t", "-p", target.Prefix, "-c", target.ConfigPath];
        if (target.GlobalDirectives is { Length: > 0 } globals)
        {
            arguments.AddRange(["-g", globals]);
        }

        var run = await Programs.RunAsync(binary, arguments, TestPatience, OutputBytesMax, cancellation).ConfigureAwait(false);
        return run switch
        {
            { Failure: { } failure } => failure,
            { ExitCode: 0 } => null,
            _ => FirstProblem(run.Error),
        };
    }

    /// <summary>
    /// Sends the master SIGHUP, which is all that <c>nginx -s reload</c> does after reading the configuration once more, and waits until workers
    /// of the new configuration serve and the old ones have stopped to accept.
    /// </summary>
    /// <exception cref="StepFailedException">nginx kept its old configuration.</exception>
    public async Task<Reloaded> ReloadAsync(CancellationToken cancellation)
    {
        using var master = NginxMaster.Of(target.MasterPid ?? throw new StepFailedException("nginx does not run"));
        var logs = target.ErrorLogs.Select(path => (Path: path, From: FileCalls.Status(path)?.Size ?? 0)).ToList();
        var old = master.Workers();
        master.HangUp();
        var started = TimeProvider.System.GetTimestamp();
        TimeSpan? taken = null;
        (string? Line, int Count) refused = default;
        var refusedAt = TimeSpan.Zero;
        var told = false;
        while (true)
        {
            var workers = master.Workers();
            var serving = workers.Count(worker => !worker.Value && !old.ContainsKey(worker.Key));
            var accepting = workers.Count(worker => !worker.Value && old.ContainsKey(worker.Key));
            var draining = workers.Count(worker => worker.Value);
            var passed = TimeProvider.System.GetElapsedTime(started);
            if (serving > 0 && accepting == 0)
            {
                taken ??= passed;
                if (draining == 0 || passed - taken > DrainPatience)
                {
                    return new(serving, draining);
                }
            }
            else if (serving > 0 && !told && passed > HearingPatience)
            {
                told = true;
                foreach (var worker in workers.Where(worker => !worker.Value && old.ContainsKey(worker.Key)))
                {
                    master.Quit(worker.Key);
                }
            }
            else if (!master.Runs)
            {
                throw new StepFailedException($"nginx's master {master.Pid} ended");
            }
            else if (Refusal(logs) is { } refusal && (refused.Line != refusal.Line || refused.Count != refusal.Count))
            {
                (refused, refusedAt) = (refusal, passed);
            }
            else if (refused.Line is not null && passed - refusedAt > RefusalQuiet)
            {
                throw new StepFailedException($"nginx refused the reload: {refused.Line}");
            }
            else if (passed > ReloadPatience)
            {
                throw new StepFailedException(serving > 0
                    ? $"an old worker still takes connections {ReloadPatience.TotalSeconds:0} s after the reload"
                    : $"no new worker within {ReloadPatience.TotalSeconds:0} s of the reload");
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The first line of the level emerg that was written since, and how many there are.</summary>
    private static (string? Line, int Count)? Refusal(List<(string Path, long From)> logs)
    {
        foreach (var (path, from) in logs)
        {
            using var file = FileCalls.Open(path, out _);
            if (file is null || FileCalls.Status(file) is not { IsRegular: true } status || status.Size <= from)
            {
                continue;
            }

            var buffer = new byte[Math.Min(status.Size - from, LogTailBytesMax)];
            var read = RandomAccess.Read(file, buffer, from);
            var lines = Encoding.UTF8.GetString(buffer, 0, read).Split('\n').Where(line => line.Contains(Level, StringComparison.Ordinal)).ToList();
            if (lines.Count > 0)
            {
                return (Words(lines[0]), lines.Count);
            }
        }

        return null;
    }

    private static string FirstProblem(string errors)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Words(lines.FirstOrDefault(line => line.Contains(Level, StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "nginx -t failed without a word");
    }

    /// <summary>Without time, level and process.</summary>
    private static string Words(string line)
    {
        var at = line.IndexOf(Level, StringComparison.Ordinal);
        var words = at < 0 ? line : line[(at + Level.Length)..];
        return Sanitizer.Line(Process().Replace(words.Trim(), ""));
    }

    [GeneratedRegex(@"\A\d+#\d+: (\*\d+ )?", RegexOptions.CultureInvariant)]
    private static partial Regex Process();
}
