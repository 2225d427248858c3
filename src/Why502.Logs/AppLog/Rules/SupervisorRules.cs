using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>supervisord (supervisor/process.py, supervisor/options.py), and the state of a service as its manager's listing shows it.</summary>
internal static partial class SupervisorRules
{
    private static readonly string[] StoppedOthers =
    [
        "nginx", "openresty", "sql", "maria", "redis", "mongo", "memcache", "docker", "cron", "firewall", "fail2ban", "postfix", "sendmail", "exim", "dovecot", "spamassassin", "clam", "rsyslog", "syslog", "ntp", "chrony",
        "sshd", "ssh", "ftp", "bind9", "named", "iptables", "ufw", "apparmor", "selinux", "auditd", "certbot", "letsencrypt", "snapd", "udev", "dbus", "avahi", "cups", "bluetooth", "network", "rpc", "nfs", "smb", "samba", "zabbix", "monit", "munin", "collectd", "telegraf",
    ];

    private static readonly string[] Pronouns = ["it", "this", "that", "server", "service", "daemon", "container", "app", "process"];

    public static AppRule[] All { get; } =
    [
        new("exited: ", AppEventKind.ChildExited, static (t, at, e) => Ended(t, at, e, "exited: ")),
        new("stopped: ", AppEventKind.ServerStopped, static (t, at, e) => t.Contains('(') ? e with { Source = TextScan.WordAfter(t, "stopped: ", at) } : null),
        new("gave up: ", AppEventKind.StartLimitHit, static (t, at, e) => e with { Source = TextScan.WordAfter(t, "gave up: ", at) }),
        new(" entered RUNNING state", AppEventKind.ServerStarted, static (t, at, e) => e with { Source = TextScan.WordAfter(t, "success: ") }),
        new("spawnerr: ", AppEventKind.StartFailed),

        // supervisorctl.py, _startresult(): what "start" and "restart" answer.
        new(": ERROR (spawn error)", AppEventKind.StartFailed, static (t, at, e) => e with { Source = t[..at].Trim() }),
        new(": ERROR (abnormal termination)", AppEventKind.StartFailed, static (t, at, e) => e with { Source = t[..at].Trim() }),
        new(": ERROR (no such file)", AppEventKind.StartFailed, static (t, at, e) => e with { Source = t[..at].Trim() }),

        // supervisorctl status (supervisor/rpcinterface.py, _interpretProcessInfo): NAME STATE description.
        new("Exited too quickly (process log may have details)", AppEventKind.StartLimitHit, static (t, at, e) => e with { Source = t.Split(' ', 2)[0] }),
        new(" BACKOFF ", AppEventKind.StartFailed, static (t, at, e) => t.Length > at + 9 && t[at + 9] != ' ' ? e with { Source = t.Split(' ', 2)[0] } : null),

        new(" RUNNING ", AppEventKind.ProgramRunning, static (t, at, e) => t.IndexOf("pid ", at, StringComparison.Ordinal) > 0 && t.IndexOf(", uptime ", at, StringComparison.Ordinal) > 0 ? e with { Source = t.Split(' ', 2)[0] } : null),
        new(" online ", AppEventKind.ProgramRunning, static (t, at, e) => !IsTableRow(t) ? null : IsStartedOver(t) ? e with { Kind = AppEventKind.UnitFailed } : e),

        // supervisor/states.py: STOPPED is what a program is that was not started, or was ended by a person; the description is a date or "Not started".
        new(" STOPPED ", AppEventKind.StartFailed, static (t, at, e) => t.AsSpan(at).StartsWith(" STOPPED ", StringComparison.Ordinal) && t.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, "STOPPED", _, _, ..] ? e with { Source = name } : null),
        new(" stopped ", AppEventKind.StartFailed, static (t, at, e) => IsTableRow(t) ? e : null),

        // pm2 list: PM2 gives up after max_restarts and calls that errored (lib/God.js).
        new(" errored ", AppEventKind.StartLimitHit, static (t, at, e) => t.Count(letter => letter == '│' || letter == '|') > 4 || t.Count(letter => letter == '\u0082') > 4 ? e : null),

        // Init scripts (LSB init-functions, status_of_proc; others by hand): the state of one service, in a sentence of its own.
        new(" is not running", AppEventKind.UnitFailed, static (t, at, e) => Stopped(t, at) is { } service ? e with { Source = service } : null),
        new(" is stopped", AppEventKind.UnitFailed, static (t, at, e) => at + " is stopped".Length == t.TrimEnd().Length && Stopped(t, at) is { } service ? e with { Source = service } : null),

        // runit's sv status: down although it should be up.
        new("normally up, want up", AppEventKind.UnitFailed, static (t, at, e) => t.Contains("down: ", StringComparison.Ordinal) ? e with { Source = TextScan.WordAfter(t, "down: ")?.TrimEnd(':') } : null),
    ];

    /// <summary>pm2's table has a line between columns, whatever a terminal made of it.</summary>
    private static bool IsTableRow(string text) => text.Count(letter => letter is '│' or '|' or '\u0082') > 4;

    /// <summary>
    /// The table's columns of uptime and restarts stand beside the status (CLI/UX/pm2-ls.js), before it since version 4 and behind it until then: who was started
    /// ten times and more and lives for seconds ends again and again.
    /// </summary>
    private static bool IsStartedOver(string text) => RestartsAndUptime().Match(text) is { Success: true } cells && (cells.Groups[1].Success ? cells.Groups[1] : cells.Groups[2]).Length >= 2;

    [GeneratedRegex(@"[^0-9A-Za-z ] +\d{1,2}s +[^0-9A-Za-z ]+ +(\d{1,9}) +[^0-9A-Za-z ]+ +online | online +[^0-9A-Za-z ]+ +(\d{1,9}) +[^0-9A-Za-z ]+ +\d{1,2}s +[^0-9A-Za-z ]")]
    private static partial Regex RestartsAndUptime();

    /// <summary><c>The gitlab-workhorse is not running.</c>, <c> * gunicorn is not running</c>: one word names the service. nginx, stores of data and the services that a machine runs for itself are no upstreams.</summary>
    private static string? Stopped(string text, int at)
    {
        var words = text[..at].Split([' ', '*', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var name = words is ["The" or "the", var told] ? told : words is [var only] ? only : null;
        return name is { Length: > 2 } && !Pronouns.Contains(name, StringComparer.OrdinalIgnoreCase) && !StoppedOthers.Any(other => name.Contains(other, StringComparison.OrdinalIgnoreCase)) && text[at..].Count(letter => letter == ' ') < 5 ? name : null;
    }

    /// <summary><c>exited: app (exit status 1; not expected)</c>, <c>exited: app (terminated by SIGKILL; not expected)</c></summary>
    private static AppLogEvent? Ended(string text, int at, AppLogEvent e, string marker)
    {
        AppLogEvent child = e with { Source = TextScan.WordAfter(text, marker, at) };
        if (PythonRules.Signal(TextScan.WordAfter(text, "terminated by ", at)?.TrimEnd(';')) is { } signal)
        {
            return child with { Kind = AppEventKind.ChildExitedOnSignal, Signal = signal };
        }

        // sh(1): 127 is a command that was not found, 126 one that may not be run: the app itself never was. supervisor/process.py, finish(): 0 is among the expected
        // statuses (exitcodes), and not expected only of who ended before startsecs were over.
        return TextScan.NumberAfter(text, "exit status ", at) is not { } status ? null
            : child with { ExitStatus = (int)status, Kind = status is 126 or 127 || (status == 0 && text.IndexOf("; not expected", at, StringComparison.Ordinal) > 0) ? AppEventKind.StartFailed : child.Kind };
    }
}
