namespace Why502.Diagnosis;

/// <summary>
/// A line that was cut before its upstream says how the connection failed and not where to. What needs the address cannot be looked
/// at then; the number alone still tells which causes can have written it (connect(2); the second number is BSD's, the third Solaris').
/// </summary>
internal static class LostPeer
{
    public static bool Admits(string cause, Incident incident)
        => incident is { Peer: null, FromProbe: false, Kind: SymptomKind.ConnectFailed or SymptomKind.TimedOut, Phase: Phase.Connect } && Causes(incident.Errno ?? (incident.Kind == SymptomKind.TimedOut ? 110 : null)).Contains(cause);

    private static string[] Causes(int? errno) => errno switch
    {
        111 or 61 or 146 => ["upstream-down", "upstream-wrong-address", "loopback-mismatch", "container-loopback", "firewall-blocked", "socket-path-mismatch"],
        110 or 60 or 145 => ["connect-timeout", "firewall-blocked", "listen-queue-full"],
        113 or 101 or 65 or 51 or 148 or 128 => ["host-unreachable", "firewall-blocked"],
        13 => ["access-control-denied", "socket-permission-denied"],
        2 => ["socket-missing", "socket-path-mismatch"],
        11 or 35 => ["listen-queue-full", "worker-pool-exhausted"],
        null => ["upstream-down", "upstream-wrong-address", "container-loopback", "firewall-blocked", "host-unreachable"],
        99 or 49 or 126 => ["ephemeral-ports-exhausted"],
        _ => [],
    };

    /// <summary>What the number alone says; where the peer is known the causes weigh it themselves.</summary>
    public static void Weigh(string cause, Incident incident, Scales scales)
    {
        // ip_route_output_flow(), arp_error_report(): the kernel's own word; a filter that rejects in this way has to be set up first.
        if (incident.Peer is null && cause == "host-unreachable" && incident is { Kind: SymptomKind.ConnectFailed, Errno: 113 or 101 })
        {
            scales.Weigh("errno", Sources.ErrorLog, (incident.Errno == 101 ? Weight.Strong : Weight.Weak).For($"{incident.Errno} is the kernel's answer where it has no way to the host"));
        }
    }
}
