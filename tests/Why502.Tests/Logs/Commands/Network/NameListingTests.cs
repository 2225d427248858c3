using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class NameListingTests
{
    [Fact]
    public void Nslookup_LeavesTheServersOwnAddressOut()
    {
        var row = Assert.Single(Read("""
            Server:		10.96.0.10
            Address:	10.96.0.10#53

            Non-authoritative answer:
            Name:	app.shop.svc.cluster.local
            Address: 10.42.0.17
            Name:	app.shop.svc.cluster.local
            Address: 10.42.0.18
            """));
        Assert.Equal(("app.shop.svc.cluster.local", "ok", "10.96.0.10"), (row.Name, row.Code, row.Server));
        Assert.Equal(["10.42.0.17", "10.42.0.18"], row.Addresses);
    }

    [Fact]
    public void NslookupOfAnUnknownName_IsNotFound()
    {
        var row = Assert.Single(Read("Server:\t127.0.0.53\nAddress:\t127.0.0.53#53\n\n** server can't find app.shop.example: NXDOMAIN\n"));
        Assert.Equal(("app.shop.example", "not-found"), (row.Name, row.Code));
    }

    [Fact]
    public void Dig_IsReadToItsServer()
    {
        var row = Assert.Single(Read("""
            ; <<>> DiG 9.18.28 <<>> app.shop.example @10.0.0.2
            ;; global options: +cmd
            ;; Got answer:
            ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 4411
            ;; QUESTION SECTION:
            ;app.shop.example.		IN	A

            ;; ANSWER SECTION:
            app.shop.example.	60	IN	CNAME	lb.shop.example.
            lb.shop.example.	60	IN	A	10.0.4.9

            ;; Query time: 2 msec
            ;; SERVER: 10.0.0.2#53(10.0.0.2) (UDP)
            """));
        Assert.Equal(("app.shop.example", "ok", "10.0.0.2"), (row.Name, row.Code, row.Server));
        Assert.Equal(["10.0.4.9"], row.Addresses);
    }

    [Theory]
    [InlineData("dig app.shop.example @10.0.0.2", ";; communications error to 10.0.0.2#53: timed out", "timeout")]
    [InlineData("dig app.shop.example @127.0.0.11", ";; communications error to 127.0.0.11#53: connection refused", "unreachable")]
    [InlineData("dig app.shop.example", ";; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 1", "server-failure")]
    [InlineData("host app.shop.example", "Host app.shop.example not found: 3(NXDOMAIN)", "not-found")]
    [InlineData("host app.shop.example", "Host app.shop.example not found: 5(REFUSED)", "refused")]
    [InlineData("getent hosts app.shop.example", "", "not-found")]
    public void Failures_HaveTheirCode(string command, string output, string code)
    {
        var row = Assert.Single(Read(output, command));
        Assert.Equal(("app.shop.example", code), (row.Name, row.Code));
    }

    [Theory]
    [InlineData("getent hosts app", "10.0.0.7       app.shop.example app")]
    [InlineData("dig +short app", "10.0.0.7")]
    [InlineData("host app", "app has address 10.0.0.7")]
    [InlineData(null, "PING app (10.0.0.7) 56(84) bytes of data.")]
    public void Addresses_AreFound(string? command, string output)
    {
        var row = Assert.Single(Read(output, command));
        Assert.Equal(("app", "ok", "10.0.0.7"), (row.Name, row.Code, Assert.Single(row.Addresses)));
    }

    [Theory]
    [InlineData("Server: nginx/1.22.1\nDate: today")]
    [InlineData("server {\n  server_name app;\n}")]
    [InlineData("Name:   nginx\nAddress: here")]
    public void OtherText_IsPassedOver(string text) => Assert.Empty(Read(text));

    private static List<NameLookUp> Read(string output, string? command = null)
        => Paste.Read<NameLookUp>(new NameListing(), output, command);
}
