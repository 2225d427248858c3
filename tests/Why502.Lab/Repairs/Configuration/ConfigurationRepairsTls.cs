using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Handshakes that an edit of one location mends. Verification stays as it was in every one of them.</summary>
public sealed class ConfigurationRepairsTls
{
    private const string Name = "api.shop.test";

    [SkippableFact]
    public void ServerNameMissing() => Run(nameof(ServerNameMissing), (machine, tls) =>
    {
        TwoNames(tls);
        Prove(machine, "tls-sni-missing", $"https://{Name}:9443", "", ["proxy_ssl_server_name on;"]);
    });

    /// <summary>The group's own name was sent.</summary>
    [SkippableFact]
    public void ServerNameOfTheGroup() => Run(nameof(ServerNameOfTheGroup), (machine, tls) =>
    {
        TwoNames(tls);
        Prove(machine, "tls-sni-missing", "https://backend", $"proxy_ssl_server_name on; proxy_set_header Host {Name};", [$"proxy_ssl_name {Name};"], $"upstream backend {{ server {Name}:9443; }}\n");
    });

    /// <summary>The certificate confirms a name that the configuration gives to this upstream already.</summary>
    [SkippableFact]
    public void CertificateComparedWithTheGroup() => Run(nameof(CertificateComparedWithTheGroup), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name), 9443, "127.0.0.1", "-www");
        Prove(machine, "tls-name-mismatch", "https://backend", Trusting(tls), [$"proxy_ssl_name {Name};"], $"upstream backend {{ server {Name}:9443; }}\n");
    });

    /// <summary>A name from before the move is compared, and the certificate is for the one in proxy_pass.</summary>
    [SkippableFact]
    public void CertificateComparedWithAnOldName() => Run(nameof(CertificateComparedWithAnOldName), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name), 9443, "127.0.0.1", "-www");
        Prove(machine, "tls-name-mismatch", $"https://{Name}:9443", $"proxy_ssl_name old.shop.test;\n        {Trusting(tls)}", ["-proxy_ssl_name old.shop.test;", $"proxy_ssl_name {Name};"]);
    });

    [SkippableFact]
    public void ProtocolMismatch() => Run(nameof(ProtocolMismatch), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name), 9443, "127.0.0.1", "-tls1_3", "-www");
        Prove(machine, "tls-protocol-mismatch", $"https://{Name}:9443", "proxy_ssl_server_name on;\n        proxy_ssl_protocols TLSv1.2;", ["-proxy_ssl_protocols TLSv1.2;", "proxy_ssl_protocols TLSv1.2 TLSv1.3;"]);
    });

    [SkippableFact]
    public void CipherMismatch() => Run(nameof(CipherMismatch), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name), 9443, "127.0.0.1", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384", "-www");
        Prove(machine, "tls-protocol-mismatch", $"https://{Name}:9443", "proxy_ssl_server_name on;\n        proxy_ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;", ["-proxy_ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;", "proxy_ssl_ciphers DEFAULT;"]);
    });

    /// <summary>Another location trusts the authority that this one needs; both verify afterwards.</summary>
    [SkippableFact]
    public void UntrustedCertificate() => Run(nameof(UntrustedCertificate), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name, "other-ca"), 9443, "127.0.0.1", "-www");
        var other = tls.Authority.Replace("ca.pem", "other-ca.pem", StringComparison.Ordinal);
        Prove(machine, "tls-untrusted-certificate", $"https://{Name}:9443", $"proxy_ssl_verify on;\n        proxy_ssl_trusted_certificate {tls.Authority};\n        proxy_ssl_server_name on;",
            [$"-proxy_ssl_trusted_certificate {tls.Authority};", $"proxy_ssl_trusted_certificate {other};"],
            Site.Proxy("https://127.0.0.1:9444", $"proxy_ssl_verify on; proxy_ssl_trusted_certificate {other};", name: "other.example.com") + "\n");
    });

    /// <summary>No file at all was named where verification was switched on: the distribution's bundle has the authority.</summary>
    [SkippableFact]
    public void UntrustedWithoutTheBundle() => Run(nameof(UntrustedWithoutTheBundle), (machine, tls) =>
    {
        const string Bundle = "/etc/ssl/certs/ca-certificates.crt";
        Skip.IfNot(File.Exists(Bundle), "no bundle of authorities is installed");
        machine.Shell($"cat {Bundle} {tls.Path("other-ca", "pem")} >{machine.PathOf("bundle.crt")} && mount --bind {machine.PathOf("bundle.crt")} {Bundle}");
        tls.Serve(tls.Issue(Name, "other-ca"), 9443, "127.0.0.1", "-www");
        Prove(machine, "tls-untrusted-certificate", $"https://{Name}:9443", $"proxy_ssl_verify on;\n        proxy_ssl_trusted_certificate {tls.Authority};\n        proxy_ssl_server_name on;",
            [$"-proxy_ssl_trusted_certificate {tls.Authority};", $"proxy_ssl_trusted_certificate {Bundle};"]);
    });

    /// <summary>The root is trusted, and lies two authorities away.</summary>
    [SkippableFact]
    public void ChainDeeperThanAllowed() => Run(nameof(ChainDeeperThanAllowed), (machine, tls) =>
    {
        tls.IssueAuthority("upper", "ca");
        tls.IssueAuthority("lower", "upper");
        tls.Issue(Name, "lower");
        machine.Shell($"cat {tls.Path("lower", "pem")} {tls.Path("upper", "pem")} >{tls.Path("chain", "pem")}");
        tls.Serve(Name, 9443, "127.0.0.1", "-cert_chain", tls.Path("chain", "pem"));
        Prove(machine, "tls-untrusted-certificate", $"https://{Name}:9443", Trusting(tls), ["proxy_ssl_verify_depth 2;"]);
    });

    [SkippableFact]
    public void PlaintextUpstream() => Run(nameof(PlaintextUpstream), (machine, _) =>
    {
        Node.Start(machine, 3000);
        Prove(machine, "tls-plaintext-upstream", "https://127.0.0.1:3000", "", ["-proxy_pass https://127.0.0.1:3000;", "proxy_pass http://127.0.0.1:3000;"]);
    });

    private static void TwoNames(TlsPeer tls)
    {
        tls.Issue(Name);
        tls.ServeByNginx($$"""
            server { listen 127.0.0.1:9443 ssl default_server; ssl_reject_handshake on; }
            server { listen 127.0.0.1:9443 ssl; server_name {{Name}}; ssl_certificate {{tls.Path(Name, "pem")}}; ssl_certificate_key {{tls.Path(Name, "key")}}; return 200 ok; }
            """, 9443);
    }

    private static string Trusting(TlsPeer tls) => $"proxy_ssl_verify on; proxy_ssl_trusted_certificate {tls.Authority}; proxy_ssl_server_name on;";

    private static void Run(string scenario, Action<LabMachine, TlsPeer> body) => LabMachine.Run(scenario, machine =>
    {
        ReachScenarios.Hosts(machine, "127.0.0.1 localhost", $"127.0.0.1 {Name}");
        body(machine, TlsPeer.Create(machine));
    });

    private static void Prove(LabMachine machine, string cause, string pass, string settings, string[] changed, string http = "")
    {
        var nginx = NginxServer.Start(machine, http + Site.Proxy(pass, settings));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        Repaired.Prove(machine, nginx, cause, () => client.Get() == 200, changed);
    }
}
