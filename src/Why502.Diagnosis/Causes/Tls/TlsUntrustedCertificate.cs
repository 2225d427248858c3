using System.Globalization;
using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Tls;

/// <summary>The upstream's chain does not lead to an authority of proxy_ssl_trusted_certificate.</summary>
public sealed class TlsUntrustedCertificate : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "tls-untrusted-certificate",
        Family = CauseFamily.Tls,
        Title = "The upstream's certificate chain is not trusted by nginx",
        Explanation = """
            proxy_ssl_verify is on, and OpenSSL finds no way from the upstream's certificate to an authority in proxy_ssl_trusted_certificate
            (the system's store is never asked). The number says which: 18 a self-signed certificate, 19 a self-signed authority that the file
            does not hold, 20 and 21 an issuer that is neither sent nor in the file (a server that leaves out its intermediate), 22 a chain longer
            than proxy_ssl_verify_depth (1 by default: one intermediate).
            Numbers 9 and 10 are about dates: tls-expired-certificate. A default certificate shown for want of a server name is tls-sni-missing.
            """,
        LookAlikes = ["tls-expired-certificate", "tls-name-mismatch", "tls-sni-missing"],
        Remedy = "Put the issuing authority into proxy_ssl_trusted_certificate, have the upstream send its intermediates, or raise proxy_ssl_verify_depth.",
        DoNot = "Do not switch proxy_ssl_verify off: then anybody on the way may answer in the upstream's name.",
        ProxyError = "tls_certificate_error",
        Statuses = ["502"],
        Example = new(
            "An authority that nginx's file does not hold.",
            "upstream SSL certificate verify error: (20:unable to get local issuer certificate) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example; proxy_ssl_verify on; proxy_ssl_trusted_certificate /etc/ssl/ca.pem; proxy_ssl_server_name on;",
            scene => scene.Tls("10.0.0.9:443", new() { Trusted = false })),
        NearMiss = new(
            "The chain is fine, its time is over.",
            "upstream SSL certificate verify error: (10:certificate has expired) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example; proxy_ssl_verify on; proxy_ssl_trusted_certificate /etc/ssl/ca.pem; proxy_ssl_server_name on;",
            scene => scene.Tls("10.0.0.9:443", new() { DaysLeft = -2 }),
            Expect: "tls-expired-certificate"),
    };

    public override bool Applies(Incident incident)
        => TlsReading.InHandshake(incident) && ((TlsReading.IsVerifyError(incident) && !TlsExpiredCertificate.IsDate(incident.Code)) || incident.TlsRefusal == TlsRefusal.ServerCertificate);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_http_upstream_ssl_handshake() writes SSL_get_verify_result(); the numbers are those of x509_vfy.h.
        scales.Weigh("message", Sources.ErrorLog, incident.Code is { } code
            ? Weight.Strong.For($"verify error {code}: {Meaning(code)}")
            : Weight.Strong.For("the verification of the upstream's certificate failed"));
        if (TlsReading.Settings(incident) is not { } settings)
        {
            return;
        }

        if (incident.Code is null or not (18 or 19 or 20 or 21 or 22) && settings.TrustedCertificate.Length == 0 && settings.Verifies)
        {
            scales.Weigh("file", Sources.Config, Weight.Moderate.For($"{TlsFix.Prefix(incident)}_ssl_verify is on without {TlsFix.Prefix(incident)}_ssl_trusted_certificate"));
        }

        NameReading.WeighMoved(incident, seen, scales);
        var trial = TlsTrial.Of(incident, seen, scales);
        scales.Weigh("handshake", Sources.Probe, trial switch
        {
            { Result: TlsTrialResult.Untrusted, Fact: { } fact } => Weight.Strong.For(
                $"the upstream presents {fact.Subject}, issued by {(fact.SelfSigned ? "itself" : fact.Issuer)}, with {(fact.CertificatesSent - 1)?.ToString(CultureInfo.InvariantCulture) ?? "no"} further certificates"),
            { Result: TlsTrialResult.NeedsName } => Weight.Decisive.Against($"with the server name {trial.Name} the upstream presents a certificate that is trusted"),
            { Result: TlsTrialResult.Expired } => Weight.Strong.Against("the chain is trusted, but its time is over"),
            { Result: TlsTrialResult.Fine } => Weight.Weak.Against("the certificate is trusted now"),
            _ => Weight.None,
        });
    }

    private static string Meaning(int code) => code switch
    {
        2 or 20 => "the issuer is neither sent nor in the trusted file",
        18 => "a self-signed certificate",
        19 => "a self-signed authority that the trusted file does not hold",
        21 => "the issuer of the only certificate sent is not known",
        22 => "the chain is longer than the verify depth",
        23 => "the certificate is revoked",
        24 or 79 => "an authority of the chain is none",
        _ => "the chain is not accepted",
    };

    public override string Describe(Incident incident, Observations seen) => $"nginx does not trust the certificate of {incident.UpstreamText}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var prefix = TlsFix.Prefix(incident);
        var settings = TlsReading.Settings(incident);
        var fact = TlsTrial.Of(incident, seen, new Scales()) is { Result: TlsTrialResult.Untrusted, Fact: { } judged } ? judged : null;
        if (incident.Code == 22 || (fact is { ChainTrusted: true, Depth: { } deep } && deep > settings?.VerifyDepth))
        {
            var depth = Math.Max(fact?.Depth ?? 0, (settings?.VerifyDepth ?? 1) + 1);
            return new Fix
            {
                Summary = $"Allow {depth} intermediate authorities: {prefix}_ssl_verify_depth {depth}.",
                Edits = TlsFix.Set(incident, ("ssl_verify_depth", [depth.ToString(CultureInfo.InvariantCulture)])),
                Steps = [TlsFix.Reload(incident)],
            };
        }

        if (TrustFix.Of(incident, seen) is { } trusting)
        {
            return trusting;
        }

        var file = settings?.TrustedCertificate is { Length: > 0 } path ? path : "a file of its own";
        var selfSigned = fact?.SelfSigned ?? incident.Code == 18;
        return new Fix
        {
            Summary = selfSigned ? $"Have the upstream's certificate issued by an authority, or trust exactly this one in {file}."
                : fact is { CertificatesSent: 1 } ? "Have the upstream send its intermediate certificate; if it does, add the root to the trusted file."
                : $"Add the authority that issued the upstream's certificate to {file}.",
            Steps =
            [
                TlsFix.Look(incident, "See the chain that the upstream sends, and who issued its last certificate."),
                new($"Get that authority's certificate from whoever runs it, not from this connection, and {TrustFix.AdditionTo(file)} ({prefix}_ssl_trusted_certificate; for a public authority the distribution's bundle of authorities)."),
                TlsFix.Reload(incident),
            ],
        };
    }
}
