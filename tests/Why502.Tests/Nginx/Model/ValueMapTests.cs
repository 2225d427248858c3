using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Model;

public sealed class ValueMapTests
{
    [Fact]
    public void Blocks_AreReadWithTheirLines()
    {
        var configuration = Conf.Http("""
            map $http_host $backend { hostnames; volatile; default app; *.example.com shop; \default odd; }
            geo $inside { ranges; default 0; 10.0.0.0-10.255.255.255 1; }
            geo $remote_addr $zone { 10.0.0.0/8 a; delete 127.0.0.0/16; }
            split_clients $remote_addr $variant { 0.5% one; 2.0% two; * rest; }
            types { text/html html htm; image/png png; }
            charset_map koi8-r utf-8 { 80 E282AC; }
            """);
        var maps = configuration.ValueMaps;
        Assert.Equal(
            [ValueMapKind.Map, ValueMapKind.Geo, ValueMapKind.Geo, ValueMapKind.SplitClients, ValueMapKind.Types, ValueMapKind.CharsetMap],
            maps.Select(m => m.Kind));
        Assert.Equal(("$http_host", "backend", "app", true, true), (maps[0].Source, maps[0].Name, maps[0].Default?.Value, maps[0].Hostnames, maps[0].Volatile));
        Assert.Equal([("*.example.com", "shop"), ("default", "odd")], maps[0].Entries.Select(e => (e.Key, e.Value)));
        Assert.True(maps[1].Ranges);
        Assert.Equal(new SourceLine(Conf.Main, 4), Assert.Single(maps[1].Entries).At);
        Assert.Equal(["a"], maps[2].Entries.Select(e => e.Value));
        Assert.Equal(["one", "two", "rest"], maps[3].Values);
        Assert.Equal([("html", "text/html"), ("htm", "text/html"), ("png", "image/png")], maps[4].Entries.Select(e => (e.Key, e.Value)));
        Assert.Equal([("80", "E282AC")], maps[5].Entries.Select(e => (e.Key, e.Value)));
    }

    [Theory]
    [InlineData("set $up http://127.0.0.1:3000; proxy_pass $up;", "127.0.0.1:3000")]
    [InlineData("set $h 10.0.0.1; set $p 81; proxy_pass http://$h:${p};", "10.0.0.1:81")]
    [InlineData("set $n app; proxy_pass http://$n;", "10.0.0.7:80,10.0.0.8:80")]
    [InlineData("set $up http://10.0.0.1; if ($arg_x) { set $up http://10.0.0.2; } proxy_pass $up;", "10.0.0.1:80,10.0.0.2:80")]
    [InlineData("proxy_pass http://$mapped;", "10.0.0.3:80,10.0.0.7:80,10.0.0.8:80")]
    [InlineData("proxy_pass http://$host;", "")]
    [InlineData("set $up http://$host; proxy_pass $up;", "")]
    [InlineData("proxy_pass http://$around;", "")]
    public void VariableInAPass_IsResolvedWhereTheConfigurationAloneTells(string inLocation, string peers)
    {
        var configuration = Conf.Http($$"""
            map $host $mapped { default app; b 10.0.0.3; }
            map $host $around { default $again; b $again; }
            map $host $again { default $around; b $around; }
            upstream app { server 10.0.0.7; server 10.0.0.8; }
            server { location / { {{inLocation}} } }
            """);
        var pass = configuration.ProxiedLocations[0];
        Assert.Equal(peers, string.Join(',', pass.Peers.Select(p => p.Endpoint)));
        Assert.True(pass.HasVariables);
    }

    [Fact]
    public void StreamServer_ReachesEveryTargetOfItsMap()
    {
        var configuration = Conf.Load("""
            events {}
            stream {
                map $ssl_preread_server_name $name { a.example.com a; default 10.0.0.9:443; }
                upstream a { server 10.0.0.1:443; }
                server { listen 443; ssl_preread on; proxy_pass $name; }
            }
            """);
        Assert.True(Assert.Single(configuration.ValueMaps).IsStream);
        Assert.Equal(["10.0.0.1:443", "10.0.0.9:443"], Assert.Single(configuration.StreamServers).Peers.Select(p => p.Endpoint?.ToString()));
    }

    [Fact]
    public void Upstream_HasTheParametersOfPlusAndAngie()
    {
        var configuration = Conf.Http("""
            upstream app {
                zone app 64k;
                least_time header;
                sticky cookie srv_id expires=1h;
                queue 100 timeout=70s;
                state /var/lib/nginx/app.conf;
                server app.internal service=_http._tcp resolve slow_start=30s route=a drain new_one=1;
                keepalive 8;
                keepalive_timeout 10s;
                keepalive_requests 7;
            }
            """);
        var group = Assert.Single(configuration.Upstreams);
        Assert.Equal(("app", 65536L), (group.Zone?.Name, group.Zone?.Size));
        Assert.Equal("least_time", group.Balancing?.Name);
        Assert.Equal("cookie", group.Sticky?.Arguments[0]);
        Assert.Equal((100, TimeSpan.FromSeconds(70)), (group.Queue!.Requests, group.Queue.Timeout));
        Assert.Equal("/var/lib/nginx/app.conf", group.StateFile);
        Assert.Equal((8, TimeSpan.FromSeconds(10), 7), (group.Keepalive, group.KeepaliveTimeout, group.KeepaliveRequests));
        var peer = group.Peers[0];
        Assert.Equal(("_http._tcp", true, TimeSpan.FromSeconds(30), "a", true), (peer.Service, peer.Resolve, peer.SlowStart, peer.StickyRoute, peer.Drain));
        Assert.Equal(["new_one=1"], peer.OtherParameters);
    }

    [Fact]
    public void MailServers_InheritFromMail()
    {
        var configuration = Conf.Load("""
            events {}
            mail {
                auth_http 127.0.0.1:9000/auth;
                server { listen 143; protocol imap; }
                server { listen 25; protocol smtp; auth_http 127.0.0.1:9001/auth; }
            }
            """);
        Assert.Equal(
            [(143, "imap", "127.0.0.1:9000/auth"), (25, "smtp", "127.0.0.1:9001/auth")],
            configuration.MailServers.Select(s => (s.Listens[0].Port, s.Protocol!, s.AuthHttp!)));
    }
}
