using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Tls;

/// <summary>The upstream's certificate is not for the name that nginx compares it with.</summary>
public sealed class TlsNameMismatch : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "tls-name-mismatch",
        Family = CauseFamily.Tls,
        Title = "The upstream's certificate is for another name than nginx expects",
        Explanation = """
            proxy_ssl_verify is on, the chain is trusted, and the certificate does not carry the name of proxy_ssl_name: the host of proxy_pass
            unless set, which is the group's name for an upstream group and an address for proxy_pass https://10.0.0.9. nginx compares DNS names
            only (X509_check_host): an IP address among the alternative names never matches, and the common name counts only where there are no DNS names.
            When the upstream would show the right certificate if only it were asked for by name, it is tls-sni-missing.
            """,
        LookAlikes = ["tls-sni-missing", "tls-untrusted-certificate", "dns-stale-address"],
        Remedy = "Set proxy_ssl_name to a DNS name that the certificate carries, or have the certificate issued for the name.",
        DoNot = "Do not switch proxy_ssl_verify off.",
        ProxyError = "tls_certificate_error",
        Statuses = ["502"],
        Example = new(
            "An upstream group: nginx compares the certificate with the group's name.",
            "upstream SSL certificate does not match \"backend\" while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://backend; proxy_ssl_verify on; proxy_ssl_trusted_certificate /etc/ssl/ca.pem;",
            scene => scene.Tls("10.0.0.9:443", new() { Names = ["api.internal.example"] }),
            Http: "upstream backend { server 10.0.0.9:443; }"),
        NearMiss = new(
            "The server has the right certificate, for whoever asks by name.",
            "upstream SSL certificate does not match \"api.internal.example\" while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://10.0.0.9:443/\", host: \"shop.example\"",
            "proxy_pass https://api.internal.example; proxy_ssl_verify on; proxy_ssl_trusted_certificate /etc/ssl/ca.pem;",
            scene => scene.Tls("10.0.0.9:443", new() { Names = ["api.internal.example"], DefaultNames = ["default.example"] }),
            Expect: "tls-sni-missing"),
    };

    public override bool Applies(Incident incident)
        => TlsReading.InHandshake(incident) && (TlsReading.IsNameComplaint(incident) || (TlsReading.IsVerifyError(incident) && incident.Code is 62 or 63 or 64));

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_ssl_check_host(): the chain was accepted, and no name of the certificate fits.
        scales.Weigh("message", Sources.ErrorLog, Weight.Moderate.For("nginx has compared the certificate's names with the expected one, and none fits"));
        if (TlsReading.Settings(incident) is not { } settings)
        {
            return;
        }

        var location = incident.Location!;
        var name = location.Effective($"{location.DirectivePrefix}_ssl_name");
        scales.Weigh("name", Sources.Config, (settings.Name switch
        {
            null => Weight.None,
            { } address when TlsReading.IsAddress(address) => Weight.Strong.For($"nginx expects {address}, an address, and compares DNS names only"),
            { } group when group == location.Group?.Name && !group.Contains('.', StringComparison.Ordinal) => Weight.Strong.For($"nginx expects {group}, which is only the name of its own upstream group"),
            { } sent when sent == settings.ServerName => Weight.Moderate.For($"nginx asks for {sent} by name and gets a certificate for another"),
            _ => Weight.None,
        }).At(name.At?.File ?? location.At.File, name.At?.Line ?? location.At.Line));
        NameReading.WeighMoved(incident, seen, scales);
        var trial = TlsTrial.Of(incident, seen, scales);
        scales.Weigh("handshake", Sources.Probe, trial switch
        {
            { Result: TlsTrialResult.WrongName, Fact: { } fact } => Weight.Strong.For(Presents(fact)),
            // A group's name is no server name: what is to be mended is what nginx compares with, and the name sent comes with it.
            { Result: TlsTrialResult.NeedsName } when settings.Name == location.Group?.Name || TlsReading.IsAddress(settings.Name ?? "") => Weight.Weak.For($"the certificate is for {trial.Name}"),
            { Result: TlsTrialResult.NeedsName } => Weight.Decisive.Against($"asked for {trial.Name} by name, the upstream presents a certificate for it"),
            { Result: TlsTrialResult.Fine } => Weight.Weak.Against("the certificate carries the name now"),
            _ => Weight.None,
        });
    }

    private static string Presents(TlsFact fact)
        => $"the upstream presents a certificate for {string.Join(", ", fact.Names.Take(4))}{(fact.Names.Count > 4 ? " …" : "")}{(fact.AddressNames.Count > 0 ? $" and the address {fact.AddressNames[0]}, which nginx does not compare" : "")}";

    public override string Describe(Incident incident, Observations seen)
        => TlsReading.Settings(incident)?.Name is { } name ? $"the certificate of {incident.UpstreamText} is not for {name}" : $"the certificate of {incident.UpstreamText} is for another name than nginx expects";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var prefix = TlsFix.Prefix(incident);
        var trial = TlsTrial.Of(incident, seen, new Scales());
        var fact = trial.Fact;

        // The certificate may only confirm a name that the configuration gives to this upstream: taking its word for it would verify nothing.
        if (trial is { Result: TlsTrialResult.WrongName, Name: { } confirmed })
        {
            return new Fix
            {
                Summary = $"Compare with {confirmed}, the upstream's own name, which its certificate carries: {prefix}_ssl_name {confirmed}.",
                Edits = TlsFix.Set(incident, ("ssl_name", [confirmed])),
                Steps = [new("Verification stays on, and the server name that is sent stays the same unless it was this one."), TlsFix.Reload(incident)],
            };
        }

        return new Fix
        {
            Summary = $"Set {prefix}_ssl_name to the upstream's own DNS name, or have its certificate issued for the expected one.",
            Steps =
            [
                TlsFix.Look(incident, $"See which names the certificate carries{(fact is { Names.Count: > 0 } ? $" ({string.Join(", ", fact.Names.Take(4))})" : "")}."),
                new($"If one of them is this upstream's name, set {prefix}_ssl_name to it and {prefix}_ssl_server_name on in this location, and reload. If none is, another server answers at this address."),
            ],
        };
    }
}
