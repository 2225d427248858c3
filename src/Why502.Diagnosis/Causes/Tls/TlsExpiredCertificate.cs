using System.Globalization;
using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Tls;

/// <summary>The upstream's certificate, or one above it, is out of its dates.</summary>
public sealed class TlsExpiredCertificate : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "tls-expired-certificate",
        Family = CauseFamily.Tls,
        Title = "The upstream's certificate is expired or not yet valid",
        Explanation = """
            proxy_ssl_verify is on, and a certificate of the upstream's chain is outside its dates: verify error 10 (has expired) or 9 (not yet
            valid). Mostly the certificate was renewed on disk and the app was not told, or the renewal failed. It can also be an authority
            above it whose root in proxy_ssl_trusted_certificate is over, or the clock of this machine.
            Other numbers are about who signed: tls-untrusted-certificate.
            """,
        LookAlikes = ["tls-untrusted-certificate", "tls-name-mismatch", "tls-sni-missing"],
        Remedy = "Renew the upstream's certificate and have the app load it; check the clock when it is not yet valid.",
        DoNot = "Do not switch proxy_ssl_verify off until it is renewed: renewing takes minutes.",
        ProxyError = "tls_certificate_error",
        Statuses = ["502"],
        Example = new(
            "The upstream's certificate ended two days ago.",
            "upstream SSL certificate verify error: (10:certificate has expired) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example; proxy_ssl_verify on; proxy_ssl_trusted_certificate /etc/ssl/ca.pem; proxy_ssl_server_name on;",
            scene => scene.Tls("10.0.0.9:443", new() { DaysLeft = -2 })),
        NearMiss = new(
            "The certificate is in time, and nobody in the file signed it.",
            "upstream SSL certificate verify error: (18:self-signed certificate) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example; proxy_ssl_verify on; proxy_ssl_trusted_certificate /etc/ssl/ca.pem; proxy_ssl_server_name on;",
            scene => scene.Tls("10.0.0.9:443", new() { Trusted = false, CertificatesSent = 1 }),
            Expect: "tls-untrusted-certificate"),
    };

    /// <summary>x509_vfy.h: 9 not yet valid, 10 has expired, 13 and 14 dates that cannot be read.</summary>
    public static bool IsDate(int? code) => code is 9 or 10 or 13 or 14;

    public override bool Applies(Incident incident)
        => TlsReading.InHandshake(incident) && ((TlsReading.IsVerifyError(incident) && (incident.Code is null || IsDate(incident.Code))) || incident.TlsRefusal == TlsRefusal.ServerCertificate);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (IsDate(incident.Code))
        {
            // ngx_http_upstream_ssl_handshake() writes SSL_get_verify_result(): the number has one meaning.
            scales.Weigh("message", Sources.ErrorLog, Weight.Decisive.For(incident.Code == 9 ? "verify error 9: a certificate of the chain is not yet valid" : $"verify error {incident.Code}: a certificate of the chain is out of date"));
        }

        NameReading.WeighMoved(incident, seen, scales);
        var trial = TlsTrial.Of(incident, seen, scales);
        scales.Weigh("handshake", Sources.Probe, trial switch
        {
            { Result: TlsTrialResult.Expired, Fact: { } fact } => Weight.Strong.For(Dates(fact, seen.Now)),
            { Result: TlsTrialResult.NeedsName, Fact: { } fact } => Weight.Strong.Against($"with the server name {trial.Name} the upstream presents a certificate that is valid until {Day(fact.NotAfter)}"),
            { Result: TlsTrialResult.Untrusted } when !IsDate(incident.Code) => Weight.Moderate.Against("the chain is not trusted, whatever its dates"),
            { Result: TlsTrialResult.Fine, Fact: { } fact } => Weight.Weak.Against($"the certificate is valid now, until {Day(fact.NotAfter)}"),
            _ => Weight.None,
        });
    }

    private static string Dates(TlsFact fact, DateTimeOffset now)
        => fact.NotAfter < now ? $"the certificate {fact.Subject} ended on {Day(fact.NotAfter)}"
            : fact.NotBefore > now ? $"the certificate {fact.Subject} begins on {Day(fact.NotBefore)}"
            : $"the certificate itself is valid until {Day(fact.NotAfter)}, its authority {fact.ExpiredIssuer} has ended";

    private static string Day(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "?";

    public override string Describe(Incident incident, Observations seen)
        => incident.Code == 9 ? $"the certificate of {incident.UpstreamText} is not yet valid" : $"the certificate of {incident.UpstreamText} has expired";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var fact = TlsTrial.Of(incident, seen, new Scales()) is { Result: TlsTrialResult.Expired, Fact: { } judged } ? judged : null;
        if (fact is { ExpiredIssuer: not null } && fact.NotAfter > seen.Now)
        {
            return new Fix
            {
                Summary = "Replace the authority that has ended in the trusted file, and have the upstream send the chain to its successor.",
                Steps = [TlsFix.Look(incident, "See which certificate of the chain is over."), TlsFix.Reload(incident)],
            };
        }

        return new Fix
        {
            Summary = incident.Code == 9 ? "Compare this machine's clock with the certificate's beginning." : $"Renew the certificate of {incident.UpstreamText}{(fact?.NotAfter is { } end ? $" (ended {Day(end)})" : "")}.",
            Steps =
            [
                TlsFix.Look(incident, "See the dates of what the upstream presents (Validity, or notAfter)."),
                new(incident.Code == 9 ? "Set the clock if it is wrong; else the certificate was issued for later." : "Renew it where it is issued, then restart or reload the app: a renewed file alone changes nothing until it is loaded."),
            ],
            Later = "Renew from a timer, and watch the date: why502 lint tells certificates that end soon.",
        };
    }
}
