using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Tls;

/// <summary>The upstream chooses by the name in the handshake, and nginx sends none or another.</summary>
public sealed class TlsSniMissing : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "tls-sni-missing",
        Family = CauseFamily.Tls,
        Title = "The upstream needs a server name (SNI) in the handshake that nginx does not send",
        Explanation = """
            nginx sends no server name to an upstream unless proxy_ssl_server_name is on, and then the one of proxy_ssl_name, which is the
            host of proxy_pass: for an upstream group that is the group's name, and an IP address is never sent. An upstream that serves
            several names (a CDN, a cloud load balancer, an ingress, a server with ssl_reject_handshake or strict SNI) answers with an alert
            (40 handshake failure, 112 unrecognized name, 80 internal error), closes, or shows its default certificate.
            The proof is a handshake that succeeds as soon as the right name is in it. Failing with the name as well, it is the
            protocol (tls-protocol-mismatch), a client certificate (tls-client-certificate-required), or the wrong certificate (tls-name-mismatch).
            """,
        LookAlikes = ["tls-protocol-mismatch", "tls-client-certificate-required", "tls-name-mismatch", "tls-untrusted-certificate", "tls-plaintext-upstream"],
        Remedy = "Set proxy_ssl_server_name on, and proxy_ssl_name to the name that the upstream knows itself by.",
        DoNot = "Do not switch proxy_ssl_verify off: verification is not what fails here.",
        ProxyError = "tls_alert_received",
        Statuses = ["502"],
        Prior = Prior.Common,
        Example = new(
            "A server that refuses handshakes without a name it knows.",
            "SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example;",
            scene => scene.Tls("10.0.0.9:443", new() { Names = ["api.internal.example"], NameRequired = true })),
        NearMiss = new(
            "The same alert, and the server does not care for names: it wants a client certificate.",
            "SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example;",
            scene => scene.Tls("10.0.0.9:443", new() { Names = ["api.internal.example"], ClientCertificateRequired = true }),
            Expect: "tls-client-certificate-required"),
    };

    public override bool Applies(Incident incident)
        => TlsReading.InHandshake(incident) && (TlsReading.IsCertificateComplaint(incident) || TlsReading.IsClosed(incident)
            || incident.TlsRefusal is TlsRefusal.HandshakeFailure or TlsRefusal.UnrecognizedName or TlsRefusal.InternalError or TlsRefusal.Other);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // RFC 6066, 3: unrecognized_name is about nothing but server_name; internal_error is what Go's crypto/tls sends without a certificate for the name (handshake_server.go, GetCertificate).
        scales.Weigh("message", Sources.ErrorLog, incident.TlsRefusal switch
        {
            TlsRefusal.UnrecognizedName => Weight.Strong.For("alert 112: the upstream does not recognise the name in the handshake, or misses one"),
            TlsRefusal.InternalError => Weight.Weak.For("alert 80: some servers send it when they have no certificate for the name"),
            _ => Weight.None,
        });
        if (TlsReading.Settings(incident) is not { } settings)
        {
            WeighAnywhere(incident, scales);
            return;
        }

        WeighSettings(incident, settings, scales);
        NameReading.WeighMoved(incident, seen, scales);
        var trial = TlsTrial.Of(incident, seen, scales);
        scales.Weigh("handshake", Sources.Probe, trial.Result switch
        {
            TlsTrialResult.NeedsName => Weight.Decisive.For($"a handshake with the name {trial.Name} succeeds, and the one that nginx makes {(settings.ServerName.Length == 0 ? "without a name" : $"with the name {settings.ServerName}")} does not"),
            TlsTrialResult.Unknown => Weight.None,
            TlsTrialResult.Fine => Weight.Moderate.Against("the handshake that nginx makes succeeds now"),
            _ when TlsReading.Names(incident).Count > 0 => Weight.Strong.Against("a handshake with a name fails as well"),
            _ => Weight.None,
        });
    }

    /// <summary>Which location it was nobody knows; what the configuration says everywhere holds there too.</summary>
    private static void WeighAnywhere(Incident incident, Scales scales)
    {
        var flags = incident.Location is null && incident.Configuration is { } configuration ? configuration.Everything.Where(line => line.Name is "proxy_ssl_server_name" or "grpc_ssl_server_name" or "uwsgi_ssl_server_name").ToList() : [];
        if (flags.Count > 0 && flags.TrueForAll(flag => flag.Arguments is ["on"]))
        {
            scales.Weigh("server name", Sources.Config, Weight.Moderate.Against($"{flags[0].Name} is on wherever the configuration speaks of it").At(flags[0].At.File, flags[0].At.Line));
        }
    }

    private static void WeighSettings(Incident incident, TlsSettings settings, Scales scales)
    {
        var location = incident.Location!;
        var flag = location.Effective($"{location.DirectivePrefix}_ssl_server_name");
        var names = TlsReading.Names(incident);
        // ngx_http_upstream_ssl_name(): no SNI without the flag, and none for an address.
        var weight = settings switch
        {
            { ServerName: "", Name: { } address } when TlsReading.IsAddress(address) && TlsReading.IsNameComplaint(incident) => Weight.None,
            { ServerName: "" } when names.Count > 0 => Weight.Moderate.For($"nginx sends no server name ({flag.Name} is {(flag.IsOn ? "on, but the name is an address" : "off")}), and the upstream is known as {names[0]}"),
            { ServerName: "" } => Weight.Weak.For($"nginx sends no server name ({flag.Name} is {(flag.IsOn ? "on, but the name is an address" : "off")})"),
            { ServerName: var sent } when sent == location.Group?.Name && !sent.Contains('.', StringComparison.Ordinal) => Weight.Strong.For($"the name that nginx sends, {sent}, is only the name of its own upstream group"),
            { ServerName: var sent } when names.Count > 0 && names[0] == sent => Weight.Moderate.Against($"nginx sends the server name {sent}"),
            _ => Weight.None,
        };
        scales.Weigh("server name", Sources.Config, weight.At(flag.At?.File ?? location.At.File, flag.At?.Line ?? location.At.Line));
    }

    public override string Describe(Incident incident, Observations seen)
        => TlsReading.Settings(incident) is { ServerName.Length: > 0 } settings
            ? $"{incident.UpstreamText} does not know the name {settings.ServerName} that nginx sends in the handshake"
            : $"{incident.UpstreamText} needs a server name (SNI) in the handshake, and nginx sends none";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var prefix = TlsFix.Prefix(incident);
        var name = TlsTrial.Of(incident, seen, new Scales()) is { Result: TlsTrialResult.NeedsName, Name: { } proven } ? proven : TlsReading.Names(incident).FirstOrDefault();
        var settings = TlsReading.Settings(incident);
        var edits = name is null ? []
            : name == settings?.Name ? TlsFix.Set(incident, ("ssl_server_name", ["on"]))
            : TlsFix.Set(incident, ("ssl_server_name", ["on"]), ("ssl_name", [name]));
        return new Fix
        {
            Summary = name is null
                ? $"Set {prefix}_ssl_server_name on and {prefix}_ssl_name to the name of the upstream's certificate."
                : $"Send the name {name} in the handshake: {prefix}_ssl_server_name on{(name == settings?.Name ? "" : $", {prefix}_ssl_name {name}")}.",
            Edits = edits,
            Steps = [edits.Count > 0 ? TlsFix.Reload(incident) : TlsFix.Look(incident, "See which name the upstream's certificate is for.")],
        };
    }
}
