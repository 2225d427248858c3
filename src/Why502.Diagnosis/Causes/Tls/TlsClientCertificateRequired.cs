using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Tls;

/// <summary>The upstream wants to know its client by certificate, and nginx shows none, or one that it refuses.</summary>
public sealed class TlsClientCertificateRequired : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "tls-client-certificate-required",
        Family = CauseFamily.Tls,
        Title = "The upstream asks for a client certificate that nginx does not send",
        Explanation = """
            the upstream sends a CertificateRequest (mutual TLS), and nginx has no proxy_ssl_certificate to answer with, or one that the
            upstream does not accept. With TLS 1.3 it then sends alert 116 (certificate required), which arrives after nginx took the
            handshake for finished, also while the request is sent or the answer is read; with TLS 1.2 OpenSSL servers send alert 40,
            Go and Java ones alert 42. Alerts 43 to 46, 48 and 49 are about a certificate that was sent.
            Alert 40 is also what a missing server name gives (tls-sni-missing) and disjoint ciphers (tls-protocol-mismatch): the
            CertificateRequest in a handshake decides. An nginx as upstream finishes the handshake and answers 400 (No required SSL certificate was sent).
            """,
        LookAlikes = ["tls-sni-missing", "tls-protocol-mismatch", "upstream-reset"],
        Remedy = "Have a client certificate issued by the authority that the upstream trusts, and name it with proxy_ssl_certificate and proxy_ssl_certificate_key.",
        DoNot = "Do not switch client verification off at the upstream to get rid of the error.",
        ProxyError = "tls_alert_received",
        Statuses = ["502", "400"],
        Example = new(
            "A server with mutual TLS, and a location without a client certificate.",
            "SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example; proxy_ssl_server_name on;",
            scene => scene.Tls("10.0.0.9:443", new() { ClientCertificateRequired = true })),
        NearMiss = new(
            "The same alert from a server that has another TLS version only.",
            "SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example; proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.2;",
            scene => scene.Tls("10.0.0.9:443", new() { Protocols = ["TLSv1.3"] }),
            Expect: "tls-protocol-mismatch"),
    };

    public override bool Applies(Incident incident)
        => incident.TlsRefusal == TlsRefusal.ClientCertificate
            || IsRefusedLater(incident)
            || (TlsReading.InHandshake(incident) && !TlsReading.IsCertificateComplaint(incident) && (incident.TlsRefusal is TlsRefusal.HandshakeFailure or TlsRefusal.Other || TlsReading.IsClosed(incident)));

    /// <summary>nginx as upstream finishes the handshake and answers 400 (ngx_http_process_request: ssl_verify_client).</summary>
    private static bool IsRefusedLater(Incident incident)
        => incident is { Kind: SymptomKind.Answered, Status: 400 } && incident.Candidates.Contains("tls-client-certificate-required") && ProtocolReading.Expected(incident) == WireProtocol.Tls;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (IsRefusedLater(incident))
        {
            WeighAnswer(incident, seen, scales);
            return;
        }

        // RFC 8446, 6.2 and 4.4.2.4: a server gets no certificate but the client's, so its alerts about certificates are about that one.
        if (incident.TlsRefusal == TlsRefusal.ClientCertificate)
        {
            scales.Weigh("message", Sources.ErrorLog, Weight.Decisive.For(incident.TlsAlert switch
            {
                116 => "alert 116: the upstream requires a client certificate",
                { } alert => $"alert {alert}: the upstream refuses the client's certificate, or misses one",
                null => "the upstream's alert is about the client's certificate",
            }));
        }

        if (TlsReading.Settings(incident) is not { } settings)
        {
            return;
        }

        if (settings.HasCertificate && incident.TlsRefusal != TlsRefusal.ClientCertificate)
        {
            scales.Weigh("certificate", Sources.Config, Weight.Moderate.Against($"nginx has a client certificate for this upstream ({TlsFix.Prefix(incident)}_ssl_certificate)"));
        }

        NameReading.WeighMoved(incident, seen, scales);
        var trial = TlsTrial.Of(incident, seen, scales);
        scales.Weigh("handshake", Sources.Probe, trial switch
        {
            { Result: TlsTrialResult.WantsCertificate } => Weight.Decisive.For($"in a handshake the upstream asks for a client certificate and then breaks off ({trial.Fact!.Error}); {TlsFix.Prefix(incident)}_ssl_certificate is not set"),
            { Result: TlsTrialResult.Unknown } => Weight.None,
            { Fact.CertificateRequested: true } => Weight.None,
            { Fact.CertificateRequested: false } => Weight.Strong.Against("in a handshake the upstream asks for no client certificate"),
            { Result: TlsTrialResult.Refused } when incident.TlsRefusal == TlsRefusal.ClientCertificate => Weight.None,
            _ => Weight.Moderate.Against("a handshake ends before the upstream could ask for a client certificate"),
        });
    }

    private static void WeighAnswer(Incident incident, Observations seen, Scales scales)
    {
        scales.Weigh("handshake", Sources.Probe, TlsTrial.Of(incident, seen, scales).Fact?.CertificateRequested switch
        {
            true => Weight.Strong.For("in a handshake the upstream asks for a client certificate, and goes on without one"),
            false => Weight.Decisive.Against("in a handshake the upstream asks for no client certificate"),
            null => Weight.None,
        });
        if (TlsReading.Settings(incident) is { HasCertificate: false })
        {
            scales.Weigh("certificate", Sources.Config, Weight.Moderate.For($"nginx has none for it ({TlsFix.Prefix(incident)}_ssl_certificate is not set)"));
        }

        var answered = incident.Traffic.Groups.Where(group => TrafficReading.IsSuccess(group) && group.Status < 400).Sum(group => group.Count);
        scales.Weigh("answered", Sources.AccessLog, answered > 0
            ? Weight.Strong.Against($"{answered} requests to the same upstream were answered")
            : Weight.Moderate.For("every request is answered 400, whatever it asks for"));
    }

    public override string Describe(Incident incident, Observations seen)
        => TlsReading.Settings(incident)?.HasCertificate == true ? $"{incident.UpstreamText} does not accept nginx's client certificate" : $"{incident.UpstreamText} asks for a client certificate, and nginx has none to show";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var prefix = TlsFix.Prefix(incident);
        var has = TlsReading.Settings(incident)?.HasCertificate == true;
        return new Fix
        {
            Summary = has ? "Replace nginx's client certificate by one that the upstream's authority issued and that is still valid." : "Give nginx a client certificate for this upstream.",
            Steps =
            [
                TlsFix.Look(incident, "See which authorities the upstream accepts (Acceptable client certificate CA names)."),
                new($"Have one of them issue a certificate for this nginx, and name it in this location: {prefix}_ssl_certificate FILE; {prefix}_ssl_certificate_key FILE; the key readable by root only."),
                TlsFix.Reload(incident),
            ],
        };
    }
}
