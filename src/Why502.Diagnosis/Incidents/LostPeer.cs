using System.Net;
using Why502.Diagnosis.Readings;
using Why502.Logs;

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
        97 or 47 => ["loopback-mismatch", "host-unreachable"],
        null => ["upstream-down", "upstream-wrong-address", "container-loopback", "firewall-blocked", "host-unreachable"],
        99 or 49 or 126 => ["ephemeral-ports-exhausted"],
        _ => [],
    };

    /// <summary>What the number alone says; where the peer is known the causes weigh it themselves.</summary>
    public static void Weigh(string cause, Incident incident, Observations seen, Scales scales)
    {
        if (incident.Peer is not null || !Admits(cause, incident))
        {
            return;
        }

        // ip_route_output_flow(), arp_error_report(): the kernel's own word; a filter that rejects in this way has to be set up first.
        if (cause == "host-unreachable" && incident is { Kind: SymptomKind.ConnectFailed, Errno: 113 or 101 })
        {
            scales.Weigh("errno", Sources.ErrorLog, (incident.Errno == 101 ? Weight.Strong : Weight.Weak).For($"{incident.Errno} is the kernel's answer where it has no way to the host"));
        }

        // socket(2): the kernel has no IPv6; what nginx got two addresses of, and can use one of, is mostly `localhost`.
        if (cause == "loopback-mismatch" && incident.Errno == 97)
        {
            scales.Weigh("family", Sources.ErrorLog, Weight.Moderate.For("97: this machine has no IPv6, and nginx was given an IPv6 address; `localhost` has one beside 127.0.0.1"));
        }

        if (cause == "loopback-mismatch" && incident.LostHost is "::1")
        {
            scales.Weigh("family", Sources.ErrorLog, Weight.Strong.For("nginx went to ::1; apps mostly listen on 127.0.0.1"));
        }

        if (cause == "listen-queue-full" && incident.Kind == SymptomKind.TimedOut && FullQueues(seen) is [var full])
        {
            scales.Weigh("queue", Sources.Machine, Weight.Strong.For($"the accept queue of {Words.Address(full)} is full ({full.QueueLength} of {full.Backlog})"));
        }
    }

    /// <summary>tcp(7), inet_csk_reqsk_queue_is_full(): a queue that holds its backlog takes no connection.</summary>
    private static List<Listener> FullQueues(Observations seen)
        => [.. (seen.Ask(new TcpListeners()).FactOrNull?.Listeners ?? []).Where(listener => listener is { QueueLength: { } length, Backlog: { } backlog } && backlog > 0 && length >= backlog)];

    /// <summary>The host of an address whose port somebody masked: <c>[::1]:XXX</c>, <c>192.0.2.8:&lt;port&gt;</c>.</summary>
    public static string? HostOf(ErrorGroup group)
        => group.UpstreamPeer is { } peer && peer.LastIndexOf(':') is > 0 and var colon && IPAddress.TryParse(peer.AsSpan(0, colon).Trim("[]"), out var address) ? address.ToString() : null;
}
