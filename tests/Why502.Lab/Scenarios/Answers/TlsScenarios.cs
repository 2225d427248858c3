using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Handshakes with an upstream that fail, one cause beside the other.</summary>
public sealed class TlsScenarios
{
    private const string Name = "api.shop.test";
    private const string Handshake = "SSL_do_handshake() failed";

    /// <summary>Two names on one server, and the default refuses, as a CDN does.</summary>
    [SkippableFact]
    public void NginxThatRejectsUnknownNames_NeedsSni() => Run(nameof(NginxThatRejectsUnknownNames_NeedsSni), (machine, tls) =>
    {
        tls.Issue(Name);
        tls.ServeByNginx($$"""
            server { listen 127.0.0.1:9443 ssl default_server; ssl_reject_handshake on; }
            server { listen 127.0.0.1:9443 ssl; server_name {{Name}}; ssl_certificate {{tls.Path(Name, "pem")}}; ssl_certificate_key {{tls.Path(Name, "key")}}; return 200 ok; }
            """, 9443);
        Faulty(machine, "tls-sni-missing", "SSL alert number 112", $"https://{Name}:9443");
    });

    /// <summary>The name is sent, but it is the group's.</summary>
    [SkippableFact]
    public void GroupNameAsServerName_IsTheWrongSni() => Run(nameof(GroupNameAsServerName_IsTheWrongSni), (machine, tls) =>
    {
        tls.Issue(Name);
        tls.ServeByNginx($$"""
            server { listen 127.0.0.1:9443 ssl default_server; ssl_reject_handshake on; }
            server { listen 127.0.0.1:9443 ssl; server_name {{Name}}; ssl_certificate {{tls.Path(Name, "pem")}}; ssl_certificate_key {{tls.Path(Name, "key")}}; return 200 ok; }
            """, 9443);
        Faulty(machine, "tls-sni-missing", "SSL alert number 112", "https://backend", "proxy_ssl_server_name on;", $"upstream backend {{ server {Name}:9443; }}\n");
    });

    /// <summary>Without a name the server shows another site's certificate: the name is missing, the certificate is there.</summary>
    [SkippableFact]
    public void DefaultCertificateForNoName_NeedsSni() => Run(nameof(DefaultCertificateForNoName_NeedsSni), (machine, tls) =>
    {
        tls.Issue(Name);
        tls.Issue("default.shop.test");
        tls.Serve("default.shop.test", 9443, "127.0.0.1", "-servername", Name, "-cert2", tls.Path(Name, "pem"), "-key2", tls.Path(Name, "key"));
        Faulty(machine, "tls-sni-missing", "upstream SSL certificate does not match", $"https://{Name}:9443", $"proxy_ssl_verify on; proxy_ssl_trusted_certificate {tls.Authority};");
    });

    /// <summary>The look-alike: the name is sent, and the certificate is for another.</summary>
    [SkippableFact]
    public void CertificateOfAnotherName_IsNameMismatch() => Run(nameof(CertificateOfAnotherName_IsNameMismatch), (machine, tls) =>
    {
        tls.Serve(tls.Issue("other.shop.test"), 9443);
        Faulty(machine, "tls-name-mismatch", "upstream SSL certificate does not match", $"https://{Name}:9443", Trusting(tls));
    });

    /// <summary>nginx compares DNS names only, whatever addresses the certificate carries.</summary>
    [SkippableFact]
    public void AddressInTheCertificate_IsNameMismatch() => Run(nameof(AddressInTheCertificate_IsNameMismatch), (machine, tls) =>
    {
        tls.Serve(tls.Issue("node.shop.test", alternativeNames: "DNS:node.shop.test,IP:127.0.0.1"), 9443);
        Faulty(machine, "tls-name-mismatch", "upstream SSL certificate does not match", "https://127.0.0.1:9443", Trusting(tls));
    });

    [SkippableFact]
    public void AnotherAuthority_IsUntrusted() => Run(nameof(AnotherAuthority_IsUntrusted), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name, "other-ca"), 9443);
        Faulty(machine, "tls-untrusted-certificate", "upstream SSL certificate verify error: (2", $"https://{Name}:9443", Trusting(tls));
    });

    [SkippableFact]
    public void SelfSigned_IsUntrusted() => Run(nameof(SelfSigned_IsUntrusted), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name, "self"), 9443);
        Faulty(machine, "tls-untrusted-certificate", "upstream SSL certificate verify error: (18", $"https://{Name}:9443", Trusting(tls));
    });

    [SkippableTheory]
    [InlineData(-2, "(10:certificate has expired)")]
    [InlineData(75, "(9:certificate is not yet valid)")]
    public void OutOfItsDates_IsExpired(int daysLeft, string symptom) => Run(nameof(OutOfItsDates_IsExpired), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name, daysLeft: daysLeft), 9443);
        Faulty(machine, "tls-expired-certificate", symptom, $"https://{Name}:9443", Trusting(tls));
    });

    /// <summary>An app of plain HTTP behind https://.</summary>
    [SkippableFact]
    public void PlainNode_IsPlaintext() => Run(nameof(PlainNode_IsPlaintext), (machine, _) =>
    {
        Node.Start(machine, 3000);
        Faulty(machine, "tls-plaintext-upstream", "wrong version number", "https://127.0.0.1:3000");
    });

    /// <summary>It takes the connection and waits for the end of a request that never comes.</summary>
    [SkippableFact]
    public void PlainServerThatWaits_IsPlaintext() => Run(nameof(PlainServerThatWaits_IsPlaintext), (machine, _) =>
    {
        machine.Start("waiting", "python3", "-c", """
            import socket, threading
            s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 3000)); s.listen(64)
            def serve(c):
                data = b""
                while b"\r\n\r\n" not in data:
                    got = c.recv(4096)
                    if not got: break
                    data += got
                c.close()
            while True:
                threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
            """);
        machine.WaitForPort(3000);
        Faulty(machine, "tls-plaintext-upstream", "while SSL handshaking to upstream", "https://127.0.0.1:3000", "proxy_connect_timeout 400ms;", status: 504);
    });

    /// <summary>nginx's default before 1.23.4 ends at TLS 1.2.</summary>
    [SkippableFact]
    public void OnlyTls13_IsProtocol() => Run(nameof(OnlyTls13_IsProtocol), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name), 9443, "127.0.0.1", "-tls1_3");
        Faulty(machine, "tls-protocol-mismatch", "SSL alert number 70", $"https://{Name}:9443", "proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.2;");
    });

    [SkippableFact]
    public void OnlyTls12_IsProtocol() => Run(nameof(OnlyTls12_IsProtocol), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name), 9443, "127.0.0.1", "-tls1_2");
        Faulty(machine, "tls-protocol-mismatch", "SSL alert number 70", $"https://{Name}:9443", "proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.3;");
    });

    /// <summary>Alert 40, as without a name and without a client certificate: here no cipher is common.</summary>
    [SkippableFact]
    public void DisjointCiphers_AreProtocol() => Run(nameof(DisjointCiphers_AreProtocol), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name), 9443, "127.0.0.1", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384");
        Faulty(machine, "tls-protocol-mismatch", "SSL alert number 40", $"https://{Name}:9443", "proxy_ssl_server_name on; proxy_ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;");
    });

    /// <summary>The same alert 40: the server asks for a certificate, and gets none.</summary>
    [SkippableFact]
    public void MutualTls12_WantsAClientCertificate() => Run(nameof(MutualTls12_WantsAClientCertificate), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name), 9443, "127.0.0.1", "-tls1_2", "-Verify", "1", "-CAfile", tls.Authority, "-verify_return_error");
        Faulty(machine, "tls-client-certificate-required", "SSL alert number 40", $"https://{Name}:9443", "proxy_ssl_server_name on;");
    });

    /// <summary>With TLS 1.3 the refusal comes when nginx believes the handshake done.</summary>
    [SkippableFact]
    public void MutualTls13_WantsAClientCertificate() => Run(nameof(MutualTls13_WantsAClientCertificate), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name), 9443, "127.0.0.1", "-tls1_3", "-Verify", "1", "-CAfile", tls.Authority, "-verify_return_error");
        Faulty(machine, "tls-client-certificate-required", "SSL alert number 116", $"https://{Name}:9443", "proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.3;");
    });

    [SkippableFact]
    public void VerifiedUpstream_IsHealthy() => Run(nameof(VerifiedUpstream_IsHealthy), (machine, tls) =>
    {
        tls.Serve(tls.Issue(Name), 9443);
        var nginx = NginxServer.Start(machine, Site.Proxy($"https://{Name}:9443", Trusting(tls)));
        new Client(machine).MustGet(200, "/", times: 5);
        Examination.Healthy(machine, nginx);
    });

    private static string Trusting(TlsPeer tls) => $"proxy_ssl_verify on; proxy_ssl_trusted_certificate {tls.Authority}; proxy_ssl_server_name on;";

    private static void Run(string scenario, Action<LabMachine, TlsPeer> body) => LabMachine.Run(scenario, machine =>
    {
        ReachScenarios.Hosts(machine, "127.0.0.1 localhost", $"127.0.0.1 {Name}");
        body(machine, TlsPeer.Create(machine));
    });

    private static void Faulty(LabMachine machine, string cause, string symptom, string pass, string settings = "", string http = "", int status = 502)
    {
        var nginx = NginxServer.Start(machine, http + Site.Proxy(pass, settings));
        new Client(machine).MustGet(status, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected(cause)
        {
            Symptom = symptom,
            Directive = "proxy_pass " + pass,
            Confidence = 0.8,
        });
    }
}
