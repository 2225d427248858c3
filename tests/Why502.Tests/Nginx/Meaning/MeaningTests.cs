using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Meaning;

public sealed class MeaningTests
{
    [Theory]
    [InlineData("proxy_pass http://127.0.0.1:3000;", "http", "127.0.0.1:3000", null)]
    [InlineData("proxy_pass http://127.0.0.1:3000/api/;", "http", "127.0.0.1:3000", "/api/")]
    [InlineData("proxy_pass http://app.internal;", "http", "app.internal:80", null)]
    [InlineData("proxy_pass https://app.internal?x=1;", "https", "app.internal:443", "?x=1")]
    [InlineData("proxy_pass HTTP://[::1]:3000;", "http", "[::1]:3000", null)]
    [InlineData("proxy_pass http://unix:/run/app.sock;", "http", "unix:/run/app.sock", null)]
    [InlineData("proxy_pass http://unix:/run/app.sock:/uri;", "http", "unix:/run/app.sock", "/uri")]
    [InlineData("fastcgi_pass localhost:9000;", "fastcgi", "localhost:9000", null)]
    [InlineData("fastcgi_pass unix:/run/php/fpm.sock;", "fastcgi", "unix:/run/php/fpm.sock", null)]
    [InlineData("uwsgi_pass suwsgi://10.0.0.1:3031;", "suwsgi", "10.0.0.1:3031", null)]
    [InlineData("scgi_pass 10.0.0.1:4000;", "scgi", "10.0.0.1:4000", null)]
    [InlineData("grpc_pass grpcs://10.0.0.1:50051;", "grpcs", "10.0.0.1:50051", null)]
    [InlineData("grpc_pass 10.0.0.1:50051;", "grpc", "10.0.0.1:50051", null)]
    [InlineData("memcached_pass 127.0.0.1:11211;", "memcached", "127.0.0.1:11211", null)]
    public void PassTarget_IsTakenApart(string pass, string scheme, string peer, string? uri)
    {
        var proxied = Assert.Single(Conf.InServer($"location / {{ {pass} }}").ProxiedLocations);
        Assert.Equal((scheme, peer, uri), (proxied.Scheme, Assert.Single(proxied.Peers).Endpoint?.ToString(), proxied.UriPart));
        Assert.False(proxied.HasVariables);
    }

    [Theory]
    [InlineData("proxy_pass http://$backend/x;", "http", false)]
    [InlineData("proxy_pass $backend;", null, false)]
    [InlineData("proxy_pass http://127.0.0.1:3000$request_uri;", "http", true)]
    public void PassTargetWithVariables_KeepsWhatIsKnown(string pass, string? scheme, bool peerKnown)
    {
        var proxied = Assert.Single(Conf.InServer($"location / {{ {pass} }}").ProxiedLocations);
        Assert.True(proxied.HasVariables);
        Assert.Equal(scheme, proxied.Scheme);
        Assert.Equal(peerKnown, proxied.Peers.Count == 1);
    }

    [Fact]
    public void Group_IsFoundWithoutRegardToCase()
    {
        var configuration = Conf.Http("""
            upstream Backend {
                server 10.0.0.1 weight=3 max_fails=2 fail_timeout=1m max_conns=10;
                server 10.0.0.2:8080 backup;
                server unix:/run/a.sock down;
                keepalive 16;
            }
            server { location / { proxy_pass http://backend; } }
            """);
        var proxied = Assert.Single(configuration.ProxiedLocations);
        Assert.Equal("Backend", proxied.Group?.Name);
        Assert.Equal(16, proxied.Group?.Keepalive);
        Assert.Equal(["10.0.0.1:80", "10.0.0.2:8080", "unix:/run/a.sock"], proxied.Peers.Select(p => p.Endpoint!.ToString()));
        var first = proxied.Peers[0];
        Assert.Equal((3, 2, TimeSpan.FromMinutes(1), 10), (first.Weight, first.MaxFails, first.FailTimeout, first.MaxConns));
        Assert.True(proxied.Peers[1].Backup);
        Assert.True(proxied.Peers[2].Down);
    }

    [Fact]
    public void Value_ComesFromTheNearestBlockThatHasIt()
    {
        var configuration = Conf.Load("""
            events {}
            http {
                proxy_read_timeout 10s;
                proxy_connect_timeout 11s;
                proxy_send_timeout 12s;
                server {
                    proxy_connect_timeout 21s;
                    location /a/ {
                        proxy_send_timeout 32s;
                        location /a/b { proxy_pass http://127.0.0.1:1; proxy_buffer_size 16k; }
                    }
                }
            }
            """);
        var proxied = Assert.Single(configuration.ProxiedLocations);
        Assert.Equal((10, 21, 32), ((int)proxied.ReadTimeout.TotalSeconds, (int)proxied.ConnectTimeout.TotalSeconds, (int)proxied.SendTimeout.TotalSeconds));
        Assert.Equal(16384, proxied.BufferSize);
        Assert.Equal(new SourceLine(Conf.Main, 3), proxied.Effective("proxy_read_timeout").At);
        Assert.Equal(["error", "timeout"], proxied.NextUpstream.Arguments);
        Assert.True(proxied.NextUpstream.IsDefault);
        Assert.Null(proxied.NextUpstream.At);
    }

    [Fact]
    public void ArrayDirective_IsReplacedAsAWhole()
    {
        var configuration = Conf.Http("""
            proxy_set_header A 1;
            proxy_set_header B 2;
            server {
                location /x { proxy_pass http://a; }
                location /y { proxy_pass http://a; proxy_set_header C 3; }
            }
            """);
        Assert.Equal(["A=1", "B=2"], Headers(configuration.ProxiedLocations[0]));
        Assert.Equal(["C=3"], Headers(configuration.ProxiedLocations[1]));

        static IEnumerable<string> Headers(ProxiedLocation p) => p.Effective("proxy_set_header").All!.Select(h => $"{h[0]}={h[1]}");
    }

    [Fact]
    public void PassInIfAndLimitExcept_IsProxiedToo()
    {
        var configuration = Conf.InServer("""
            location / {
                proxy_read_timeout 5s;
                if ($arg_a) { proxy_pass http://127.0.0.1:1; }
                limit_except GET { proxy_pass http://127.0.0.1:2; }
                proxy_pass http://127.0.0.1:3;
            }
            """);
        Assert.Equal(["if", "limit_except", "location"], configuration.ProxiedLocations.Select(p => p.Block.Name));
        Assert.All(configuration.ProxiedLocations, p => Assert.Equal(TimeSpan.FromSeconds(5), p.ReadTimeout));
    }

    [Theory]
    [InlineData("", "", "1.28.0", false)]
    [InlineData("keepalive 8;", "", "1.28.0", false)]
    [InlineData("keepalive 8;", "proxy_http_version 1.1;", "1.28.0", false)]
    [InlineData("keepalive 8;", "proxy_http_version 1.1; proxy_set_header Connection '';", "1.28.0", true)]
    [InlineData("keepalive 8;", "proxy_http_version 1.1; proxy_set_header Connection close;", "1.28.0", false)]
    [InlineData("", "proxy_http_version 1.1; proxy_set_header Connection '';", "1.28.0", false)]
    [InlineData("", "", "1.29.7", true)]
    [InlineData("keepalive 0;", "", "1.29.7", false)]
    [InlineData("", "proxy_http_version 1.0;", "1.29.7", false)]
    public void Keepalive_NeedsTheGroupTheVersionAndTheHeader(string inGroup, string inLocation, string version, bool kept)
    {
        var configuration = Conf.Http($"upstream a {{ server 10.0.0.1; {inGroup} }} server {{ location / {{ proxy_pass http://a; {inLocation} }} }}");
        Assert.Equal(kept, configuration.ProxiedLocations[0].KeepaliveToUpstream(new Version(version)));
    }

    [Fact]
    public void ServerWithoutListen_ListensOnPort80OrWithoutPrivilegesOn8000()
    {
        var source = new InMemorySource().Add(Conf.Main, "http { server { } }");
        Assert.Equal("0.0.0.0:80", NginxConfiguration.Load(source, Conf.Main, "/").Servers[0].Listens[0].Address);
        Assert.Equal("0.0.0.0:8000", NginxConfiguration.Load(source, Conf.Main, "/", null, unprivileged: true).Servers[0].Listens[0].Address);
    }

    [Theory]
    [InlineData("80", "0.0.0.0:80")]
    [InlineData("*:80", "0.0.0.0:80")]
    [InlineData("127.0.0.1", "127.0.0.1:80")]
    [InlineData("[::]:443", "[::]:443")]
    [InlineData("unix:/run/n.sock", "unix:/run/n.sock")]
    [InlineData("localhost:8080", "localhost:8080")]
    public void Listen_HasOneForm(string written, string address) =>
        Assert.Equal(address, Conf.InServer($"listen {written};").Servers[0].Listens[0].Address);

    [Theory]
    [InlineData("server { location / { proxy_pass http://127.0.0.1:1; } }")]
    [InlineData("location / { proxy_pass http://127.0.0.1:1; }")]
    [InlineData("proxy_pass http://127.0.0.1:1; proxy_read_timeout 5s;")]
    [InlineData("upstream a { server 127.0.0.1:1; } server { location / { proxy_pass http://a; } }")]
    public void Snippet_IsUnderstoodWhereItBelongs(string text)
    {
        var proxied = Assert.Single(Conf.Load(text).ProxiedLocations);
        Assert.Equal("127.0.0.1:1", proxied.Peers[0].Endpoint?.ToString());
    }

    [Fact]
    public void Stream_IsKeptApart()
    {
        var configuration = Conf.Load("stream { upstream db { server 10.0.0.1:5432; } server { listen 5432; proxy_pass db; } server { listen 1; proxy_pass 10.0.0.9:1; } }");
        Assert.Empty(configuration.Servers);
        Assert.True(Assert.Single(configuration.Upstreams).IsStream);
        Assert.Equal(["10.0.0.1:5432", "10.0.0.9:1"], configuration.StreamServers.Select(s => s.Peers[0].Endpoint!.ToString()));
    }

    [Fact]
    public void MainDirectives_AreRead()
    {
        var configuration = Conf.Load("user www-data;\nworker_processes auto;\nworker_rlimit_nofile 8192;\npid /run/nginx.pid;\nevents { worker_connections 768; }\n");
        Assert.Equal(("www-data", null, 8192L, "/run/nginx.pid", 768),
            (configuration.User, configuration.WorkerProcesses, configuration.WorkerRlimitNofile, configuration.PidFile, configuration.WorkerConnections));
    }

    [Theory]
    [InlineData("60", 60_000)]
    [InlineData("60s", 60_000)]
    [InlineData("500ms", 500)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1h 30m", 5_400_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1M", 2_592_000_000)]
    public void Time_IsReadAsNginxReadsIt(string text, long milliseconds)
    {
        Assert.True(NginxValue.TryTime(text, out var time));
        Assert.Equal(milliseconds, (long)time.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("1s1m")]
    [InlineData("1 s")]
    [InlineData("-1")]
    [InlineData("1x")]
    [InlineData("99999999999999999999")]
    public void TimeThatNginxRefuses_IsNone(string text) => Assert.False(NginxValue.TryTime(text, out _));

    [Theory]
    [InlineData("4k", 4096)]
    [InlineData("1M", 1048576)]
    [InlineData("512", 512)]
    [InlineData("2g", 2147483648)]
    public void Size_IsReadAsNginxReadsIt(string text, long bytes)
    {
        Assert.True(NginxValue.TrySize(text, out var size));
        Assert.Equal(bytes, size);
        Assert.False(NginxValue.TrySize(text + "x", out _));
    }

    [Theory]
    [InlineData("127.0.0.1:3000", true, false)]
    [InlineData("[::1]:3000", true, false)]
    [InlineData("localhost:3000", true, true)]
    [InlineData("10.0.0.1:80", false, false)]
    [InlineData("app.internal:80", false, true)]
    [InlineData("unix:/run/x.sock", true, false)]
    public void Endpoint_ReadsAndPrintsNginxsForm(string text, bool loopback, bool name)
    {
        Assert.True(Endpoint.TryParse(text, 80, out var endpoint));
        Assert.Equal(text, endpoint.ToString());
        Assert.Equal((loopback, name), (endpoint.IsLoopback, endpoint.IsName));
        Assert.True(Endpoint.TryParse(text, 80, out var again));
        Assert.Equal(endpoint, again);
        Assert.Equal(endpoint.GetHashCode(), again.GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:0")]
    [InlineData("a:70000")]
    [InlineData("a:b")]
    [InlineData("[::1")]
    [InlineData("unix:")]
    [InlineData(":80")]
    public void TextThatIsNoAddress_IsRefused(string text) => Assert.False(Endpoint.TryParse(text, 80, out _));
}
