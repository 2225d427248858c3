using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Asks the PM2 daemons of this machine, each at its own socket, for their apps.</summary>
internal sealed partial class Pm2Reader(MachineSnapshot machine, Programs programs)
{
    private const int DaemonsMax = 8;

    private sealed record Daemon(ProcessEntry Process, string Home, int Owner);

    public async Task<Look> ReadAsync(CancellationToken cancellation)
    {
        const string How = "PM2's daemons";
        var daemons = Daemons().ToList();
        var answers = await Task.WhenAll(daemons.Take(DaemonsMax).Select(daemon => AskAsync(daemon, cancellation))).ConfigureAwait(false);
        var failures = answers.Select(answer => answer.Failure).OfType<string>().ToList();
        var saved = new Pm2SavedLists(machine.Accounts, programs).Read([.. daemons.Select(daemon => daemon.Home)]);
        return failures.Count > 0 && failures.Count == answers.Length && saved.Count == 0 ? Look.Blind(string.Join("; ", failures), How) : Look.Saw(new Pm2AppsFact([.. answers.SelectMany(answer => answer.Apps), .. saved]), How);
    }

    /// <summary>
    /// "PM2 v7.0.4: God Daemon (/home/deploy/.pm2)" (lib/Daemon.js); a title ends where the arguments had, so a long directory is whole in the environment only, which its
    /// starter always sets (lib/Client.js). Those in containers have files and numbers of their own.
    /// </summary>
    private IEnumerable<Daemon> Daemons()
        => from process in machine.Processes.All
           where !process.IsZombie && process.ControlGroup.Container is null
           let title = Title.Match(process.Title)
           where title.Success
           let home = process.Environment("PM2_HOME")?.GetValueOrDefault("PM2_HOME") ?? (title.Groups["home"] is { Success: true, Value: var whole } ? whole : null)
           where home is ['/', ..] && process.Identity is not null
           select new Daemon(process, home, process.Identity!.Uid);

    private async Task<(IReadOnlyList<Pm2App> Apps, string? Failure)> AskAsync(Daemon daemon, CancellationToken cancellation)
    {
        var path = daemon.Home + "/rpc.sock";
        try
        {
            var socket = new Pm2Socket(path, daemon.Owner);
            using var list = await socket.ListAsync(cancellation).ConfigureAwait(false);
            using var report = await socket.ReportAsync(cancellation).ConfigureAwait(false);
            return list is null ? ([], $"{path}: not PM2's words") : ([.. Pm2Json.Apps(list.RootElement).Select(app => app with
            {
                Home = daemon.Home,
                Owner = Owner(daemon),
                DaemonPid = daemon.Process.Pid,
                Control = report is null ? null : Control(daemon, report.RootElement),
            })], null);
        }
        catch (SocketException failure)
        {
            return ([], $"{path}: {(failure.SocketErrorCode == SocketError.AccessDenied ? "permission denied; run with sudo" : failure.Message)}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ([], $"{path}: no answer");
        }
    }

    private string? Owner(Daemon daemon) => machine.Accounts.User(daemon.Owner) is { } name && Account.IsMatch(name) ? name : null;

    /// <summary>
    /// The daemon's own interpreter and its own PM2, in the name of its user: whose code that is, he runs it already. Somebody else's daemon is not asked, and root's
    /// pm2 would start a daemon of root's.
    /// </summary>
    private IReadOnlyList<string>? Control(Daemon daemon, JsonElement report)
    {
        const string Library = "/lib/Daemon.js";
        if (Pm2Json.Program(report) is not { } main || !main.EndsWith(Library, StringComparison.Ordinal) || daemon.Process.Executable is not { } interpreter || !Plain.IsMatch(daemon.Home))
        {
            return null;
        }

        var program = main[..^Library.Length] + "/bin/pm2";
        if (!Plain.IsMatch(program) || !Plain.IsMatch(interpreter) || FileCalls.Status(program) is not { IsRegular: true })
        {
            return null;
        }

        return InTheNameOf(daemon.Owner, Owner(daemon), ["env", "PM2_HOME=" + daemon.Home, interpreter, program], programs);
    }

    /// <summary>Null where it cannot be run as that user from here.</summary>
    internal static IReadOnlyList<string>? InTheNameOf(int owner, string? name, string[] command, Programs programs)
        => Libc.EffectiveUserId() == owner ? command
            : Libc.EffectiveUserId() == 0 && name is not null && programs.Find("runuser") is not null ? ["runuser", "-u", name, "--", .. command]
            : null;

    [GeneratedRegex(@"\APM2 v\S+: God Daemon \(((?<home>/[^\0)]+)\)\s*\z)?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Title { get; }

    /// <summary>useradd(8)'s rule for names.</summary>
    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    internal static partial Regex Account { get; }

    /// <summary>An absolute path that is one word wherever it is written, and no assignment.</summary>
    [GeneratedRegex(@"\A(/[A-Za-z0-9._+@-]+)+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    internal static partial Regex Plain { get; }
}
