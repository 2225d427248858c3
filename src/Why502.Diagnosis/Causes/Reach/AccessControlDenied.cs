using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Reach;

/// <summary>SELinux, AppArmor, Landlock or seccomp denies nginx the connection, or the file that it needs for it.</summary>
public sealed class AccessControlDenied : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "access-control-denied",
        Family = CauseFamily.Reach,
        Title = "A security policy forbids nginx to connect",
        Explanation = """
            SELinux or AppArmor confines nginx, and its policy does not let nginx connect there: connect() gives "13: Permission denied", over
            TCP too. On RHEL, Fedora and their kin the boolean httpd_can_network_connect is off by default, and a socket in a home or in /tmp has
            a label that httpd_t may not write to. The audit log has the denial.
            Over TCP nothing else gives 13 but a route of the kind prohibit (host-unreachable). On a unix socket mostly mode or owner do it
            (socket-permission-denied): when every step lets the worker pass, it is the policy.
            """,
        LookAlikes = ["socket-permission-denied", "host-unreachable", "firewall-blocked", "temp-path-unwritable"],
        Remedy = "Allow exactly this in the policy: the narrowest boolean, a port's label, or the label of the socket's directory.",
        DoNot = "Do not run setenforce 0 or disable AppArmor: the whole machine loses its protection, and the next boot brings the fault back.",
        ProxyError = "destination_ip_prohibited",
        Statuses = ["502"],
        Example = new(
            "SELinux enforces, and httpd_can_network_connect is off.",
            "connect() to 127.0.0.1:3000 failed (13: Permission denied) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Selinux("httpd_t", ("httpd_can_network_connect", false))),
        NearMiss = new(
            "The same line; no policy is over nginx, and the route refuses.",
            "connect() to 10.0.0.9:3000 failed (13: Permission denied) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.9:3000/\", host: \"shop.example\"",
            "proxy_pass http://10.0.0.9:3000;",
            scene => scene.Unreachable("10.0.0.9:3000").Route("10.0.0.9", "prohibit", errno: 13),
            Expect: "host-unreachable"),
    };

    /// <summary>13 on any socket; 1 where a BPF program of the control group refuses; 97 for IPv4 and unix sockets, which only a filter of system calls makes of them.</summary>
    public override bool Applies(Incident incident)
        => incident.Kind == SymptomKind.ConnectFailed
            ? incident is { Errno: 13 or 1 } or { Errno: 97, Peer.IsLiteralIPv6: false }
            : incident.Candidates.Contains(Id) && (incident.Errno is 13 or 1 || incident.Kind == SymptomKind.AppLogged);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        WeighDenials(incident, seen, scales);
        if (incident is { Kind: SymptomKind.OtherMessage, Errno: 13, How: How.Denied })
        {
            // security_socket_recvmsg(), security_socket_sendmsg(): the calls themselves know no EACCES (recv(2), send(2)).
            scales.Weigh("errno", Sources.ErrorLog, Weight.Strong.For("reading and writing a connected socket gives 13 when a security policy forbids it, and never otherwise"));
        }

        if (incident.Kind != SymptomKind.ConnectFailed || incident.Peer is not { } peer)
        {
            return;
        }

        if (!peer.IsUnix)
        {
            // security_socket_connect() before tcp_v4_connect(): EACCES is the policy's answer; of routes only "prohibit" has it (connect(2), fib_props).
            scales.Weigh("errno", Sources.ErrorLog, incident.Errno == 97
                ? Weight.Strong.For("97 for an address family that the kernel has: a filter of system calls answers so (RestrictAddressFamilies=)")
                : Weight.Strong.For($"connect() over TCP gives {incident.Errno} when a security policy forbids it"));
        }

        scales.Weigh(seen.Ask(Policies.Question(incident)), policy => Policy(policy, peer.IsUnix));
        if (peer.IsUnix)
        {
            scales.Weigh(seen.Ask(SocketReading.Question(incident)), path => path switch
            {
                { WorkerMayConnect: true } when incident.State != IncidentState.Recovered => Weight.Strong.For($"by mode, owner and ACL nginx's worker may open {peer.UnixPath}, and is refused all the same"),
                { WorkerMayConnect: false, BlockedBy: { } step } => Weight.Strong.Against($"{step.Path} has mode {step.Mode}, owner {step.Owner}:{step.Group}, which keeps nginx's worker out"),
                _ => Weight.None,
            });
        }
    }

    private static Weight Policy(AccessControlFact policy, bool isUnix) => policy switch
    {
        { IsConfinedBySelinux: true } when !isUnix && policy.Booleans.TryGetValue("httpd_can_network_connect", out var on) && policy.Domain == "httpd_t" => on
            ? Weight.Moderate.Against("SELinux enforces, and httpd_can_network_connect is on")
            : Weight.Decisive.For("SELinux enforces on httpd_t, and httpd_can_network_connect is off"),
        { IsConfinedBySelinux: true } => Weight.Strong.For($"SELinux enforces, and nginx runs as {policy.Domain}{(policy.PathContext is { } label ? $"; the socket's label is {label}" : "")}"),
        { IsConfinedByAppArmor: true } => Weight.Strong.For($"AppArmor confines nginx: {policy.Profile}"),
        { Seccomp: true } => Weight.Weak.For("nginx runs under a filter of system calls"),
        { SelinuxMode: "permissive" } => Weight.Decisive.Against("SELinux is permissive: it logs and forbids nothing"),
        { HasSelinux: false, MayBeSandboxed: true } when !isUnix => Weight.None,
        { SelinuxMode: "disabled", Profile: null } => Weight.Strong.Against("SELinux is disabled"),
        _ => Weight.Decisive.Against("no policy is over nginx: SELinux is absent and AppArmor does not confine it"),
    };

    private static void WeighDenials(Incident incident, Observations seen, Scales scales)
    {
        var (denial, logged) = Policies.Denials(incident, seen).FirstOrDefault();
        if (denial is null && incident.Instance.FromFiles && AppLogReading.Of(incident, seen).FirstOrDefault(logged => logged.Kind == AppEventKind.PolicyTold) is { } told)
        {
            scales.Weigh("told", Sources.AppLog, Weight.Strong.For(told.Text).At(told.Line.File, told.Line.Line));
            return;
        }

        if (denial is null)
        {
            if (incident.Kind == SymptomKind.AppLogged)
            {
                scales.Weigh("denial", Sources.KernelLog, Weight.Strong.Against("the denial is another program's"));
            }

            return;
        }

        scales.Weigh("denial", logged.Log == AppLogKind.Kernel ? Sources.KernelLog : Sources.AppLog, Weight.Decisive.For(Policies.Words(denial)).At(logged.Line.File, logged.Line.Line));
    }

    public override string Describe(Incident incident, Observations seen)
        => Policies.Denials(incident, seen).FirstOrDefault().Denial is { } denial ? $"{Policies.Name(denial.Module)} forbids nginx: {Policies.Words(denial)}"
            : seen.Known(Policies.Question(incident)) switch
            {
                { IsConfinedBySelinux: true } => $"SELinux forbids nginx to connect to {incident.UpstreamText}",
                { IsConfinedByAppArmor: true } => $"AppArmor forbids nginx to connect to {incident.UpstreamText}",
                _ => $"a security policy forbids nginx to connect to {incident.UpstreamText}",
            };

    public override Fix? Propose(Incident incident, Observations seen) => PolicyFix.Of(incident, seen);
}
