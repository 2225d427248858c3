using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class TlsListingTests
{
    [Fact]
    public void SClient_GivesChainProtocolAndVerdict()
    {
        var shown = Read("""
            CONNECTED(00000003)
            depth=0 CN = api.shop.example
            verify error:num=20:unable to get local issuer certificate
            verify return:1
            ---
            Certificate chain
             0 s:CN = api.shop.example
               i:CN = Shop Issuing CA
               v:NotBefore: Jan  2 00:00:00 2026 GMT; NotAfter: Apr  2 00:00:00 2026 GMT
            ---
            Server certificate
            subject=CN = api.shop.example

            issuer=CN = Shop Issuing CA

            ---
            Acceptable client certificate CA names
            CN = Shop Clients
            ---
            New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384
            Verify return code: 20 (unable to get local issuer certificate)
            """, "openssl s_client -connect 10.0.0.9:8443 -servername api.shop.example");
        Assert.Equal(("10.0.0.9", 8443, "api.shop.example"), (shown!.Host, shown.Port, shown.ServerName));
        Assert.Equal(("CN = api.shop.example", "CN = Shop Issuing CA", "TLSv1.3", 20, 1, true, false), (shown.Subject, shown.Issuer, shown.Protocol, shown.VerifyCode, shown.CertificatesSent, shown.CertificateRequested, shown.IsFile));
    }

    [Theory]
    [InlineData("40A7E1B2:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record/ssl3_record.c:354:", 267, null)]
    [InlineData("140:error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../ssl/record/rec_layer_s3.c:1544:SSL alert number 40", 1040, 40)]
    [InlineData("* error:0A00042E:SSL routines::tlsv1 alert protocol version:", 1070, 70)]
    public void Refusals_KeepNumberAndAlert(string line, int code, int? alert)
    {
        var shown = Read("CONNECTED(00000003)\n" + line + "\nNew, (NONE), Cipher is (NONE)");
        Assert.Equal((code, alert, null), (shown!.ReasonCode!.Value, shown.Alert, shown.Protocol));
    }

    [Fact]
    public void X509Text_GivesNamesAndDates()
    {
        var shown = Read("""
            Certificate:
                Data:
                    Issuer: CN = Shop CA
                    Validity
                        Not Before: Jan  2 03:04:05 2025 GMT
                        Not After : Jan 12 03:04:05 2026 GMT
                    Subject: CN = api.shop.example
                    X509v3 extensions:
                        X509v3 Subject Alternative Name:
                            DNS:api.shop.example, DNS:*.api.shop.example, IP Address:10.0.0.9
            """);
        Assert.True(shown!.IsFile);
        Assert.Equal(["api.shop.example", "*.api.shop.example"], shown.Names);
        Assert.Equal(["10.0.0.9"], shown.AddressNames);
        Assert.Equal(new DateTimeOffset(2026, 1, 12, 3, 4, 5, TimeSpan.Zero), shown.NotAfter);
    }

    [Fact]
    public void CurlVerbose_GivesAlertAndRequest()
    {
        var shown = Read("""
            *   Trying 10.0.0.9:443...
            * Connected to api.shop.example (10.0.0.9) port 443 (#0)
            * TLSv1.2 (OUT), TLS handshake, Client hello (1):
            * TLSv1.2 (IN), TLS handshake, Request CERT (13):
            * TLSv1.2 (IN), TLS alert, handshake failure (552):
            """);
        Assert.Equal(("10.0.0.9", 443, "api.shop.example", 40, true), (shown!.Host, shown.Port, shown.ServerName, shown.Alert, shown.CertificateRequested));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nServer: x\r\n")]
    [InlineData("connect() failed (111: Connection refused)")]
    public void OtherText_IsPassedOver(string text) => Assert.Null(Read(text));

    private static TlsShown? Read(string output, string? command = null)
        => Paste.Read<TlsShown>(new TlsListing(), output, command).SingleOrDefault();
}
