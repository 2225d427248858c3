using System.Globalization;
using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>Letting nginx do one thing that a policy forbids, and nothing more.</summary>
internal static class PolicyFix
{
    /// <summary>Ports that the reference policy labels (semanage port -l): those a narrower boolean covers.</summary>
    private static readonly Dictionary<int, string> Narrower = new()
    {
        [3306] = "httpd_can_network_connect_db",
        [5432] = "httpd_can_network_connect_db",
        [11211] = "httpd_can_network_memcache",
        [80] = "httpd_can_network_relay",
        [443] = "httpd_can_network_relay",
        [8008] = "httpd_can_network_relay",
        [8080] = "httpd_can_network_relay",
        [8443] = "httpd_can_network_relay",
    };

    public static Fix Of(Incident incident, Observations seen)
    {
        var denial = Policies.Denials(incident, seen).FirstOrDefault().Denial;
        var policy = seen.Known(Policies.Question(incident));
        return denial?.Module == "apparmor" || policy is { IsConfinedByAppArmor: true } ? AppArmor(incident, denial)
            : denial?.Module == "seccomp" || incident.Errno == 97 || (denial is null && policy is { HasSelinux: false, Seccomp: true }) ? Filter(incident)
            : denial is null && policy is { HasSelinux: false } ? Sandbox(incident)
            : incident.Peer is { IsUnix: true } || denial?.Class is "sock_file" or "unix_stream_socket" ? Socket(incident, denial)
            : Tcp(incident, denial);
    }

    private static Fix Tcp(Incident incident, AccessDenial? denial)
    {
        var port = denial?.Port ?? incident.Peer?.Port ?? 0;
        var look = new FixStep("The denials of today; each names the port and its label.", "ausearch -m avc,user_avc -ts today -c nginx");
        return Narrower.TryGetValue(port, out var boolean)
            ? new Fix
            {
                Summary = $"Let web servers connect to ports such as {port}: the boolean {boolean}.",
                Steps = [look, new("It takes effect at once and stays after a boot; nginx need not be reloaded.", $"setsebool -P {boolean} 1") { Action = Boolean(boolean) }],
                Later = "If the app moves to a port without such a label, httpd_can_network_connect covers all ports.",
            }
            : new Fix
            {
                Summary = "Let nginx connect: label the app's port, or the boolean httpd_can_network_connect.",
                Steps =
                [
                    look,
                    .. port > 0
                        ? new[] { new FixStep($"Narrow: port {port} becomes one of the web, which httpd_can_network_relay covers. If the port has a label already, use -m instead of -a.", string.Create(CultureInfo.InvariantCulture, $"semanage port -a -t http_port_t -p tcp {port} && setsebool -P httpd_can_network_relay 1")) { Action = Label(port) }, new FixStep("httpd_can_network_relay covers ports with that label.") { Action = Boolean("httpd_can_network_relay") } }
                        : [],
                    new("Wide: to any TCP port. It takes effect at once and stays after a boot.", "setsebool -P httpd_can_network_connect 1"),
                ],
            };
    }

    private static RepairAction.RunProgram Label(int port)
    {
        var number = port.ToString(CultureInfo.InvariantCulture);
        return new(["semanage", "port", "-a", "-t", "http_port_t", "-p", "tcp", number], ["semanage", "port", "-d", "-t", "http_port_t", "-p", "tcp", number]);
    }

    private static RepairAction.RunProgram Boolean(string name) => new(["setsebool", "-P", name, "1"], ["setsebool", "-P", name, "0"]);

    private static Fix Socket(Incident incident, AccessDenial? denial)
    {
        var path = incident.Peer?.UnixPath;
        var directory = path is null ? null : Path.GetDirectoryName(path);
        return denial?.Class == "unix_stream_socket"
            ? new Fix
            {
                Summary = $"Run the app in a domain that nginx may talk to (now {denial.Target}).",
                Steps = [new("A server started by hand or from a home directory runs unconfined or as initrc_t. Started by its unit, with its program labelled bin_t below /usr or /opt, it gets a domain of its own."), new("If it must stay there, a module of its own lets this one thing through; read it before you load it.", "ausearch -m avc -ts today -c nginx | audit2allow -M nginx-local")],
            }
            : new Fix
            {
                Summary = $"Give the socket{(directory is null ? "" : $" in {directory}")} the label httpd_var_run_t.",
                Steps = directory is null || directory is "/" or "/run" or "/tmp" or "/var/run"
                    ? [new("Let the server create its socket in a directory of its own below /run, labelled httpd_var_run_t (RuntimeDirectory= of its unit), not in /tmp or a home.")]
                    : [new("The label is kept in the policy's store and then set.", $"semanage fcontext -a -t httpd_var_run_t {Shell.Quote(directory + "(/.*)?")} && restorecon -Rv {Shell.Quote(directory)}"), new("Restart the app server: a socket that it makes anew inherits the directory's label.")],
            };
    }

    private static Fix AppArmor(Incident incident, AccessDenial? denial)
    {
        var profile = denial?.Domain?.Trim('/').Replace('/', '.') ?? "usr.sbin.nginx";
        var rule = incident.Peer is { IsUnix: true, UnixPath: { } path } ? $"{path} rw," : denial?.Name is { } name && incident.Kind != SymptomKind.ConnectFailed ? $"a rule for {name}" : "network inet stream, (and inet6)";
        return new Fix
        {
            Summary = "Add what nginx needs to its AppArmor profile.",
            Steps =
            [
                new($"In the local part of the profile (/etc/apparmor.d/local/{(profile.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_') ? profile : "usr.sbin.nginx")}) write: {rule}"),
                new("Load it anew; nginx keeps running.", "systemctl reload apparmor"),
            ],
        };
    }

    /// <summary>Neither SELinux nor AppArmor is there: what was laid over nginx when it was started is known to who starts it.</summary>
    private static Fix Sandbox(Incident incident) => new()
    {
        Summary = "Start nginx without the rules that forbid it to connect.",
        Steps =
        [
            new("See what starts nginx: a wrapper that lays Landlock rules over it, a hardened unit, a BPF program of a security agent. SELinux and AppArmor are not over it, and nothing is to be set there.", incident.Instance.Unit is { } unit ? $"systemctl cat {Shell.Quote(unit)}" : null),
            new($"Have it allow TCP connections to port {incident.Peer?.Port}; then restart nginx in a quiet moment, for a running process keeps its rules."),
        ],
    };

    private static Fix Filter(Incident incident) => new()
    {
        Summary = incident.Errno == 97 ? "Let nginx's unit use the address family that the upstream needs." : "Let nginx's unit make connections: a filter of its system calls forbids them.",
        Steps = [new("Look for RestrictAddressFamilies= and SystemCallFilter= in the unit.", $"systemctl cat {Shell.Quote(incident.Instance.Unit ?? "nginx.service")}"), new("AF_INET, AF_INET6 and AF_UNIX belong into RestrictAddressFamilies=, and what SystemCallFilter= takes away must not hold connect (systemd-analyze syscall-filter @network-io); then restart nginx in a quiet moment, for a reload does not change its filter.")],
    };
}
