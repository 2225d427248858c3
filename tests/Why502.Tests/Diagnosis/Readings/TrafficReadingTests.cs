using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;
using Why502.Tests.Nginx;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Rows of a log whose format does not name the server, as nginx's own does not.</summary>
public sealed class TrafficReadingTests
{
    private const string Shop = "server { listen 80; server_name shop.example; location / { proxy_pass http://127.0.0.1:3000; } }";

    [Fact]
    public void RowsThatAnotherServerMayHaveAnswered_AreNoAnswersOfThisUpstream()
    {
        var traffic = Read(Shop + " server { listen 80; server_name intranet.example; location / { root /srv; } }");
        Assert.False(traffic.Known);
        Assert.Equal(0, traffic.Succeeded);
        Assert.Equal(200, Assert.Single(traffic.Perhaps).Status);
        Assert.Equal(7, traffic.Total);
    }

    [Fact]
    public void RowsOfTheOnlyServer_AreIts() => Assert.Equal(40, Read(Shop).Succeeded);

    /// <summary>A server that redirects everything answers no 200.</summary>
    [Fact]
    public void ServerThatRedirects_IsNoRival()
        => Assert.Equal(40, Read("server { listen 80; server_name shop.example; return 301 https://$host$request_uri; } server { listen 443 ssl; server_name shop.example; location / { proxy_pass http://127.0.0.1:3000; } }").Succeeded);

    [Fact]
    public void ServersWithOneUpstream_AreOnePlace()
        => Assert.Equal(40, Read(Shop + " server { listen 80; server_name www.example; location / { proxy_pass http://127.0.0.1:3000; } }").Succeeded);

    [Fact]
    public void ServerWithALogOfItsOwn_IsNoRival()
    {
        var configuration = Conf.Http(Shop + " server { listen 80; server_name intranet.example; location / { root /srv; } }");
        Assert.Equal(40, Of(configuration, _ => [configuration.Servers[0]]).Succeeded);
    }

    /// <summary>The format tells the upstream, and these rows have none.</summary>
    [Fact]
    public void RowsThatNoUpstreamAnswered_AreNoRivals()
    {
        var traffic = Read(Shop + " server { listen 80; server_name intranet.example; location / { root /srv; } }", AccessFields.UpstreamAddr);
        Assert.True(traffic.Known);
        Assert.Empty(traffic.Perhaps);
    }

    private static PeerTraffic Read(string servers, AccessFields fields = default) => Of(Conf.Http(servers), null, fields);

    private static PeerTraffic Of(NginxConfiguration configuration, Func<AccessLogSummary, IReadOnlyList<Server>?>? writers, AccessFields fields = default)
    {
        AccessLogSummary log = new()
        {
            Rows = 47,
            Fields = fields,
            Groups = [new() { Method = "GET", Path = "/", Route = "/", Status = 200, Count = 40 }, new() { Method = "GET", Path = "/", Route = "/", Status = 502, Origin = StatusOrigin.Nginx, Count = 7 }],
        };
        var location = configuration.ProxiedLocations[0];
        return new TrafficReading(configuration, [log], writers).Of(location.Peers[0].Endpoint, location);
    }
}
