using Why502.Cli.Verify;
using Why502.Nginx;
using Why502.Tests.Nginx;
using Xunit;

namespace Why502.Tests.Cli.Verify;

public sealed class WaitLimitTests
{
    private const string Two = "upstream app { server 127.0.0.1:3000; server 127.0.0.1:3001; }\n";

    [Theory]
    [InlineData("", "proxy_read_timeout", 60, 60)]
    [InlineData("proxy_read_timeout 3s;", "proxy_read_timeout", 3, 3)]
    [InlineData("proxy_read_timeout 3s; proxy_connect_timeout 75s;", "proxy_read_timeout", 3, 3)]
    [InlineData("proxy_read_timeout 2m;", "proxy_read_timeout", 120, 120)]
    public void OneServerThatAccepts_IsWaitedForByTheReadTimeout(string settings, string directive, int value, int longest)
        => Check(Of($"{settings} proxy_pass http://127.0.0.1:3000;", NodeDial.Accepts), directive, value, longest, 1);

    [Fact]
    public void SilentServer_IsWaitedForByTheConnectTimeout()
        => Check(Of("proxy_connect_timeout 4s; proxy_pass http://127.0.0.1:3000;", NodeDial.Silent), "proxy_connect_timeout", 4, 4, 1);

    [Fact]
    public void RefusingServer_IsNotWaitedFor()
        => Assert.Equal(TimeSpan.Zero, Of("proxy_pass http://127.0.0.1:3000;", NodeDial.Refuses).Longest);

    /// <summary>The handshake has the connect time-out (ngx_http_upstream_ssl_init_connection).</summary>
    [Fact]
    public void TlsServer_IsWaitedForByTheLongerOfBoth()
        => Check(Of("proxy_read_timeout 5s; proxy_connect_timeout 9s; proxy_pass https://127.0.0.1:3000;", NodeDial.Accepts), "proxy_connect_timeout", 9, 9, 1);

    [Theory]
    [InlineData("", 20, 2)]
    [InlineData("proxy_next_upstream off;", 10, 1)]
    [InlineData("proxy_next_upstream error;", 10, 1)]
    [InlineData("proxy_next_upstream error timeout http_502;", 20, 2)]
    [InlineData("proxy_next_upstream_tries 1;", 10, 1)]
    [InlineData("proxy_next_upstream_tries 5;", 20, 2)]
    [InlineData("proxy_next_upstream_timeout 4s;", 14, 2)]
    [InlineData("proxy_next_upstream_timeout 40s;", 20, 2)]
    public void Group_IsWaitedForAsNextUpstreamAllows(string settings, int longest, int servers)
        => Check(Of($"proxy_read_timeout 10s; {settings} proxy_pass http://app;", NodeDial.Accepts, NodeDial.Accepts), "proxy_read_timeout", 10, longest, servers);

    [Fact]
    public void GroupWithARefusingServer_IsWaitedForOnce()
        => Check(Of("proxy_read_timeout 10s; proxy_pass http://app;", NodeDial.Refuses, NodeDial.Accepts), "proxy_read_timeout", 10, 10, 1);

    [Fact]
    public void FastCgi_HasItsOwnDirectives()
        => Check(Of("fastcgi_read_timeout 7s; proxy_read_timeout 90s; fastcgi_pass unix:/run/php.sock;", NodeDial.Accepts), "fastcgi_read_timeout", 7, 7, 1);

    [Fact]
    public void AddressInAVariable_MayHangInTheResolver()
        => Check(Of("resolver 127.0.0.53; resolver_timeout 20s; proxy_read_timeout 5s; proxy_connect_timeout 5s; set $up $arg_to; proxy_pass http://$up;"), "resolver_timeout", 20, 20, 1);

    [Theory]
    [InlineData(60, 0, 65)]
    [InlineData(60, 1, 65)]
    [InlineData(60, 9, 70)]
    [InlineData(3, 0, 5)]
    [InlineData(4, 0, 5)]
    [InlineData(120, 0.5, 125)]
    public void ProvenBy_IsARoundNumberBeyondTheTimeout(int timeout, double before, int seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), Of($"proxy_read_timeout {timeout}s; proxy_pass http://127.0.0.1:3000;", NodeDial.Accepts).ProvenBy(TimeSpan.FromSeconds(before)));

    private static WaitLimit Of(string location, params NodeDial[] servers)
        => WaitLimit.Of(Conf.Http($"{Two}server {{ listen 80; location / {{ {location} }} }}").ProxiedLocations.Single(), servers);

    private static void Check(WaitLimit limit, string directive, int value, int longest, int servers)
        => Assert.Equal((directive, TimeSpan.FromSeconds(value), TimeSpan.FromSeconds(longest), servers), (limit.Directive, limit.Value, limit.Longest, limit.Servers));
}
