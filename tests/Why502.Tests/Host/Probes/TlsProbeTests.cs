using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Host.Probes;

public sealed class TlsProbeTests
{
    [Fact]
    public async Task SelfSignedCertificate_IsSeenWhole()
    {
        string? askedFor = null;
        await using var server = Serving(Options(name => askedFor = name, DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(-1)));
        var fact = await Ask.For(new TlsHandshake(server.Address, "app.example"));
        Assert.Equal((ProbeOutcome.Ok, null, "CN=app.example", false), (fact.Outcome, fact.Error, fact.Subject, fact.ChainTrusted));
        Assert.Equal(["app.example", "www.app.example"], fact.Names);
        Assert.Equal(["127.0.0.1"], fact.AddressNames);
        Assert.Equal((true, false), (fact.SelfSigned, fact.CertificateRequested));
        Assert.True(fact.NotAfter < DateTimeOffset.UtcNow && fact.NotBefore < fact.NotAfter);
        Assert.StartsWith("TLSv1.", fact.Protocol, StringComparison.Ordinal);
        Assert.Equal("app.example", askedFor);
    }

    [Fact]
    public async Task EmptyName_SendsNoSni()
    {
        string? askedFor = null;
        await using var server = Serving(Options(name => askedFor = name));
        Assert.Equal(ProbeOutcome.Ok, (await Ask.For(new TlsHandshake(server.Address, ""))).Outcome);
        Assert.Equal("", askedFor);
    }

    [Fact]
    public async Task PlainHttp_IsShown()
    {
        await using var server = ScriptedServer.Answering("HTTP/1.1 400 Bad Request\r\n\r\n");
        var fact = await Ask.For(new TlsHandshake(server.Address, "app.example"));
        Assert.Equal(ProbeOutcome.TlsFailed, fact.Outcome);
        Assert.Contains("wrong version number", fact.Error, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 400 Bad Request", fact.Error, StringComparison.Ordinal);
        Assert.Equal(TlsRefusal.NotTls, fact.Refusal);
    }

    [Theory]
    [InlineData(40, "handshake failure")]
    [InlineData(70, "protocol version")]
    [InlineData(112, "unrecognized name")]
    public async Task Alert_IsNamed(byte alert, string words)
    {
        await using var server = ScriptedServer.Answering([0x15, 3, 3, 0, 2, 2, alert]);
        var fact = await Ask.For(new TlsHandshake(server.Address, ""));
        Assert.Equal(ProbeOutcome.TlsFailed, fact.Outcome);
        Assert.Contains(words, fact.Error, StringComparison.Ordinal);
        Assert.Equal((alert, TlsRefusals.OfAlert(alert)), (fact.Alert!.Value, fact.Refusal));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task MissingClientCertificate_IsAFailureThatNamesTheRequest(SslProtocols version)
    {
        var options = Options(_ => { });
        options.EnabledSslProtocols = version;
        options.ClientCertificateRequired = true;
        options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        await using var server = Serving(options);
        var fact = await Ask.For(new TlsHandshake(server.Address, ""));
        Assert.NotEqual(ProbeOutcome.Ok, fact.Outcome);
        Assert.True(fact.CertificateRequested);
    }

    [Fact]
    public async Task OtherVersions_ArePartedByTheOffer()
    {
        var options = Options(_ => { });
        options.EnabledSslProtocols = SslProtocols.Tls13;
        await using var server = Serving(options);
        var old = await Ask.For(new TlsHandshake(server.Address, "") { Protocols = "TLSv1 TLSv1.1 TLSv1.2" });
        Assert.Equal((ProbeOutcome.TlsFailed, TlsRefusal.Version), (old.Outcome, old.Refusal));
        Assert.Equal("TLSv1.3", (await Ask.For(new TlsHandshake(server.Address, ""))).Protocol);
    }

    [Fact]
    public async Task CiphersWithoutCommon_AreRefused()
    {
        var options = Options(_ => { });
        options.EnabledSslProtocols = SslProtocols.Tls12;
        await using var server = Serving(options);
        // The server's key is of an elliptic curve: no suite with RSA signatures fits.
        var refused = await Ask.For(new TlsHandshake(server.Address, "") { Protocols = "TLSv1.2", Ciphers = "ECDHE-RSA-AES128-GCM-SHA256" });
        Assert.Equal((ProbeOutcome.TlsFailed, TlsRefusal.HandshakeFailure), (refused.Outcome, refused.Refusal));
        Assert.NotNull((await Ask.ForAnswer(new TlsHandshake(server.Address, "") { Ciphers = "HIGH:!aNULL" })).Unobserved);
    }

    [Fact]
    public async Task SilentPeer_TimesOut()
    {
        await using var server = new ScriptedServer((_, stop) => Task.Delay(Timeout.Infinite, stop));
        var answer = await Ask.ForAnswer(new TlsHandshake(server.Address, ""), limits: Ask.Quick with { HandshakePatience = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(ProbeOutcome.TimedOut, Assert.IsType<TlsFact>(answer.Fact).Outcome);
    }

    [Fact]
    public async Task ClosedInHandshake_IsClosed()
    {
        await using var server = ScriptedServer.Answering("");
        Assert.Equal(ProbeOutcome.Closed, (await Ask.For(new TlsHandshake(server.Address, ""))).Outcome);
    }

    [Fact]
    public async Task ResetInHandshake_IsReset()
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            await socket.ReceiveAsync(new byte[1], stop);
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        });
        Assert.Equal(ProbeOutcome.Reset, (await Ask.For(new TlsHandshake(server.Address, ""))).Outcome);
    }

    [Fact]
    public async Task GetOverTls_IsAnswered()
    {
        await using var server = Serving(Options(_ => { }));
        var fact = await Ask.For(new HttpGet(server.Address, "https", "app.example", "/", "1.1", 3000));
        Assert.Equal((ProbeOutcome.Ok, 200, 2L), (fact.Outcome, fact.Status, fact.BodyBytes));
    }

    private static ScriptedServer Serving(SslServerAuthenticationOptions options) => new(async (socket, stop) =>
    {
        try
        {
            await using var stream = new SslStream(new NetworkStream(socket));
            await stream.AuthenticateAsServerAsync(options, stop);
            await stream.ReadAtLeastAsync(new byte[4096], 1, cancellationToken: stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), stop);
        }
        catch (AuthenticationException)
        {
            // The refusal has been sent.
        }
    });

    private static SslServerAuthenticationOptions Options(Action<string> onName, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=app.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("app.example");
        names.AddDnsName("www.app.example");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(from ?? DateTimeOffset.UtcNow.AddDays(-1), to ?? DateTimeOffset.UtcNow.AddDays(30));
        return new SslServerAuthenticationOptions
        {
            ServerCertificateSelectionCallback = (_, name) =>
            {
                onName(name ?? "");
                return certificate;
            },
        };
    }
}
