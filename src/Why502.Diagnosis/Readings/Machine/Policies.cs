using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>Security policies over nginx, and the denials that concern an incident.</summary>
public static class Policies
{
    /// <summary>auditd's log; where it runs, the kernel's own log has no denials.</summary>
    private const string AuditLog = "/var/log/audit/audit.log";

    public static AccessControl Question(Incident incident)
        => new(incident.Instance.WorkerPids.Count > 0 ? incident.Instance.WorkerPids[0] : incident.Instance.MasterPid ?? 0, incident.Peer?.UnixPath ?? "");

    /// <summary>Denials of nginx's that fit the incident: this port, this socket, or where the incident names neither any connection.</summary>
    public static IEnumerable<(AccessDenial Denial, AppLogEvent Logged)> Denials(Incident incident, Observations seen)
        => Events(incident, seen)
            .Where(logged => logged.Kind == AppEventKind.AccessDenied)
            .Select(logged => (Denial: AccessDenial.Parse(logged.Text) ?? AccessDenial.Parse(logged.Line.Text), Logged: logged))
            .Where(item => item.Denial is { OnlyLogged: false } denial && denial.IsNginx && Fits(denial, incident))
            .Select(item => (item.Denial!, item.Logged))
            .OrderByDescending(item => item.Item1.IsConnect);

    private static IEnumerable<AppLogEvent> Events(Incident incident, Observations seen)
    {
        var kernel = seen.Ask(AppLogReading.Kernel(seen)).FactOrNull?.Events ?? [];
        if (incident.Instance.FromFiles)
        {
            return kernel.Concat(AppLogReading.Of(incident, seen)).Concat(incident.Event is { } reported ? [reported] : []);
        }

        // The audit log is asked for where SELinux is there to write it.
        return seen.Ask(Question(incident)).FactOrNull is { SelinuxMode: "enforcing" }
            ? kernel.Concat(seen.Ask(new AppLogWindow(AuditLog, seen.Now - DiagnosisOptions.DefaultWindow)).FactOrNull?.Events ?? [])
            : kernel;
    }

    private static bool Fits(AccessDenial denial, Incident incident)
    {
        if (incident.Peer is not { } peer || incident.Kind != SymptomKind.ConnectFailed)
        {
            return true;
        }

        return peer.IsUnix
            ? denial.Class is "unix_stream_socket" || denial.Name is null || denial.Name == peer.UnixPath || Path.GetFileName(peer.UnixPath) == Path.GetFileName(denial.Name)
            : denial.IsConnect && denial.Class is not ("sock_file" or "unix_stream_socket") && (denial.Port is null || denial.Port == peer.Port);
    }

    public static string Name(string module) => module switch { "selinux" => "SELinux", "apparmor" => "AppArmor", _ => "seccomp" };

    /// <summary>"SELinux denied httpd_t name_connect to http_cache_port_t, port 8080".</summary>
    public static string Words(AccessDenial denial)
        => $"{Name(denial.Module)} denied {denial.Domain ?? denial.Command ?? "nginx"} {string.Join(", ", denial.Permissions)}"
            + (denial.Target is { } target ? $" on {target}{(denial.Class is { } kind ? $" ({kind})" : "")}" : "")
            + (denial.Port is { } port ? $", port {port}" : denial.Name is { } name ? $", {name}" : "");
}
