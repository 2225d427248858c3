using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>One side sends the PROXY protocol's header and the other does not expect it, or the reverse.</summary>
public sealed class ProxyProtocolMismatch : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "proxy-protocol-mismatch",
        Family = CauseFamily.Config,
        Title = "Only one side speaks the PROXY protocol",
        Explanation = """
            a load balancer or a stream proxy may begin each connection with one line (PROXY TCP4 …) or a binary header that tells the
            client's address. A listen with proxy_protocol drops every connection that does not begin so: its own health checks, clients
            that come past the load balancer, or everybody once the load balancer no longer sends it. The other way round, a server that
            does not expect the header takes it for a request line and answers 400, or for a broken TLS handshake. proxy_pass sends no
            header: an upstream that demands one (accept-proxy, listen … proxy_protocol) closes each of nginx's connections.
            A few such lines beside served requests are scanners or health checks that come past the load balancer.
            """,
        LookAlikes = ["protocol-mismatch", "tls-plaintext-upstream", "upstream-closed-early", "upstream-reset"],
        Remedy = "Switch it on or off at both ends together: listen … proxy_protocol here, proxy_protocol on (or send-proxy) at the sender.",
        DoNot = "Do not trust the header from everybody (set_real_ip_from 0.0.0.0/0): any client can write one.",
        ProxyError = "http_request_error",
        Statuses = ["400", "drop", "502"],
        Prior = Prior.Rare,
        Example = new(
            "The load balancer no longer sends the header that listen expects.",
            "broken header: \"GET / HTTP/1.1\" while reading PROXY protocol, client: 192.0.2.7, server: 0.0.0.0:80",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "The header is the app's answer, and the upstream's.",
            "upstream sent no valid HTTP/1.0 header while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812),
            Expect: "protocol-mismatch"),
    };

    public override bool Applies(Incident incident) => base.Applies(incident) || IsTurnedAway(incident);

    /// <summary>The upstream ended the connection before it answered: so one does that waits for a PROXY header.</summary>
    private static bool IsTurnedAway(Incident incident)
        => incident is { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset, Phase: Phase.Header or Phase.Send, Location.Kind: PassKind.Proxy or PassKind.Grpc };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (IsTurnedAway(incident))
        {
            WeighUpstream(incident, seen, scales);
            return;
        }

        if (incident.Kind == SymptomKind.Answered)
        {
            // The header's first version (proxy-protocol.txt, 2.1) reads like a request line with the method PROXY.
            if (incident.Traffic.Groups.Where(group => group.Method == "PROXY").Sum(group => group.Count) is > 0 and var headers)
            {
                scales.Weigh("symptom", Sources.AccessLog, Weight.Decisive.For($"{headers} request lines begin with PROXY: the sender writes a PROXY header, and no listen here expects one"));
            }

            // RFC 9110 §15.5.1, and proxy-protocol.txt, 2: a header that a server does not expect is a malformed request to it.
            if (ProxyHeaders.AddedBetween(incident) is { } between && incident.Traffic.Groups.All(group => group.Status == incident.Status))
            {
                scales.Weigh("between", Sources.Config, Weight.Decisive.For($"the stream server at {incident.Peer} writes a PROXY header before what it passes on to {between.Target}, and every request is answered {incident.Status}").At(between.At.File, between.At.Line));
            }
        }
        else
        {
            // ngx_proxy_protocol_read(): nothing else writes it, and it drops the connection.
            scales.Weigh("symptom", Sources.ErrorLog, Weight.Decisive.For(Came(incident) is { } came ? $"the connection begins with {came} instead of a PROXY header" : "the connection does not begin with a valid PROXY header"));
            if (incident.Traffic.Succeeded > 10 * incident.Requests)
            {
                scales.Weigh("served", Sources.AccessLog, Weight.Decisive.Against($"{incident.Traffic.Succeeded} requests with a PROXY header were served meanwhile: these few clients come past the sender"));
            }
        }

        if (Listen(incident) is { ProxyProtocol: true, At: { } at } expecting && incident.Kind != SymptomKind.Answered)
        {
            scales.Weigh("listen", Sources.Config, Weight.Weak.For($"listen {expecting.Address} expects the PROXY protocol").At(at.File, at.Line));
        }

        if (Sender(incident) is { } sender)
        {
            scales.Weigh("sender", Sources.Config, Weight.Strong.For($"the stream server {(ProxyHeaders.Sends(sender) ? "sends" : "does not send")} the PROXY header to {sender.Target}").At(sender.At.File, sender.At.Line));
        }
    }

    /// <summary>http's proxy_pass and grpc_pass know no PROXY header: only stream's does (ngx_stream_proxy_module).</summary>
    private static void WeighUpstream(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Traffic.Succeeded == 0 && ProxyHeaders.AddedBetween(incident) is { } between)
        {
            scales.Weigh("between", Sources.Config, Weight.Strong.For($"the stream server at {incident.Peer} writes a PROXY header before what it passes on to {between.Target}, and none of those connections is answered").At(between.At.File, between.At.Line));
        }
        else if (ProxyHeaders.DemandedBy(incident) is { } listen)
        {
            scales.Weigh("demand", Sources.Config, Weight.Decisive.For($"listen {listen.Address} expects the PROXY protocol, and {incident.Location!.DirectivePrefix}_pass sends no such header").At(listen.At?.File, listen.At?.Line));
        }
        else if (ProtocolReading.Greeted(incident, seen) is { ExpectsProxyHeader: true } port)
        {
            scales.Weigh("demand", Sources.Probe, Weight.Decisive.For($"{incident.Peer} closes each connection unanswered, and answers {port.Greeting}"));
        }
        else
        {
            scales.Weigh("demand", Sources.Config, Weight.Strong.Against($"nothing says that {incident.UpstreamText} waits for a PROXY header"));
        }
    }

    private static Listen? Listen(Incident incident)
        => incident.Configuration?.Servers.SelectMany(server => server.Listens).FirstOrDefault(listen => listen.Address == incident.Server);

    /// <summary>A stream server of the same nginx that passes connections to one of its own http servers, and does not agree with its listen.</summary>
    private static StreamServer? Sender(Incident incident)
        => incident.Configuration?.StreamServers.FirstOrDefault(stream => stream.Peers.Any(peer => Expects(incident.Configuration, peer) is { } expects && expects != ProxyHeaders.Sends(stream)));

    private static bool? Expects(NginxConfiguration configuration, PeerTarget peer) => ProxyHeaders.ListenOf(configuration, peer.Endpoint)?.ProxyProtocol;

    /// <summary>What nginx quotes of the connection's beginning, in words; its bytes are the client's.</summary>
    private static string? Came(Incident incident)
    {
        var open = incident.Message.IndexOf('"', StringComparison.Ordinal);
        var text = open < 0 ? "" : incident.Message[(open + 1)..];
        return text switch
        {
            _ when text.StartsWith(@"\x16", StringComparison.Ordinal) => "a TLS handshake",
            _ when text.StartsWith("PROXY", StringComparison.Ordinal) => "a PROXY header that is not valid",
            _ when text.Split(' ') is [{ Length: > 2 } method, ['/' or '*', ..], ..] && method.All(char.IsAsciiLetterUpper) => "an HTTP request",
            _ => null,
        };
    }

    public override string Describe(Incident incident, Observations seen)
        => ProxyHeaders.AddedBetween(incident) is { } between ? $"the stream server at {incident.Peer} writes a PROXY header, which {between.Target} does not expect"
            : IsTurnedAway(incident) ? $"{incident.UpstreamText} expects a PROXY header, which nginx does not send"
            : incident.Kind == SymptomKind.Answered
            ? $"connections to {incident.Server ?? "this server"} begin with a PROXY header, which nothing here expects"
            : $"listen {incident.Server} expects the PROXY protocol, and connections begin with {Came(incident) ?? "something else"}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (ProxyHeaders.AddedBetween(incident) is { } between)
        {
            return new Fix
            {
                Summary = $"Switch proxy_protocol off at {between.At}, or let {between.Target} expect the header.",
                Steps = [new($"If {between.Target} is to know the clients' addresses, switch the PROXY protocol on there; else take proxy_protocol out of the stream server."), RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
            };
        }

        if (IsTurnedAway(incident))
        {
            return Undemanded(incident);
        }

        var answered = incident.Kind == SymptomKind.Answered;
        var at = Listen(incident)?.At ?? Sender(incident)?.At;
        return Agreed(incident) ?? new Fix
        {
            Summary = answered
                ? "Let the listen expect the PROXY protocol (listen … proxy_protocol), or switch it off at the sender."
                : "Let the sender write the PROXY header, or take proxy_protocol out of the listen.",
            Steps =
            [
                new("Ask who connects: if it is the load balancer, switch its PROXY protocol (send-proxy, proxy_protocol on) to what this listen expects; if clients come past it, give them a listen of their own. Whether the header is trusted is a decision about who may reach this port, so nothing is changed here without you."),
                RetargetFix.Reload(incident, $"Change {(at is { } line ? $"{line.File}:{line.Line}" : "the listen directive")} accordingly, test the configuration and reload."),
            ],
        };
    }

    private static Fix Undemanded(Incident incident)
    {
        return ProxyHeaders.DemandedBy(incident) is { At: { } at }
            ? new Fix
            {
                Summary = $"Give {incident.UpstreamText} a listen without proxy_protocol, and pass to that one: {at} is for senders of the PROXY protocol.",
                Steps =
                [
                    new($"Add a listen without proxy_protocol to the server of {at} (another port of 127.0.0.1 is enough), and name it in {incident.Location!.DirectivePrefix}_pass; if nobody sends the header there, take proxy_protocol out of it instead."),
                    RetargetFix.Reload(incident, "Test the configuration and reload."),
                ],
            }
            : new Fix
            {
                Summary = $"Let {incident.UpstreamText} take connections without a PROXY header (HAProxy: bind without accept-proxy), or pass to a port of it that does.",
                Steps = [new($"See who else connects to {incident.UpstreamText}: whoever sends the header keeps this port (bind … accept-proxy), nginx gets one of its own. nginx itself sends the header from stream {{}} only (proxy_protocol on).")],
            };
    }

    /// <summary>Where sender and listen are of one configuration, the sender is made to do what the listen expects: nobody else comes through it.</summary>
    private static Fix? Agreed(Incident incident)
    {
        if (incident.Configuration is not { } configuration || Sender(incident) is not { } sender)
        {
            return null;
        }

        var sends = ProxyHeaders.Sends(sender);
        return sender.Peers.All(peer => Expects(configuration, peer) == !sends)
            ? new Fix
            {
                Summary = sends
                    ? $"Send no PROXY header to {sender.Target}, where no listen expects one: proxy_protocol off in the stream server at {sender.At}."
                    : $"Send the PROXY header that the listen of {sender.Target} expects: proxy_protocol on in the stream server at {sender.At}.",
                Edits = ConfigurationEdit.Apply(configuration, new Edit.Set(sender.Block, "proxy_protocol", [sends ? "off" : "on"])).Files,
                Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
                Later = sends ? "The clients' addresses come through only if the listen expects the header instead (listen … proxy_protocol; set_real_ip_from 127.0.0.1; real_ip_header proxy_protocol)." : null,
            }
            : null;
    }
}
