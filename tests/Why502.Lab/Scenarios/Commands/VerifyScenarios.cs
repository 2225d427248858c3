using System.Text.Json;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>What <c>verify</c> says of real servers: through nginx, straight to each of them, and in nginx's error log meanwhile.</summary>
public sealed class VerifyScenarios
{
    private const string Url = "http://shop.example.com:8080/";

    [SkippableFact]
    public void HealthyGroup_Works() => LabMachine.Run(nameof(HealthyGroup_Works), machine =>
    {
        var first = Node.Start(machine, 3000, name: "first");
        Node.Start(machine, 3001, name: "second");
        var down = Node.Start(machine, 3002, name: "third");
        var nginx = NginxServer.Start(machine, Group("server 127.0.0.1:3000; server 127.0.0.1:3001; server 127.0.0.1:3002 down;"));
        using var proof = Verify(machine, nginx, "works", $"{Url}fast?a=1");
        Assert.Equal(["nginx", "straight", "straight", "straight"], proof.Rows.Select(row => row.GetProperty("way").GetString()));
        Assert.Equal([5, 5, 5, 0], proof.Rows.Select(row => row.GetProperty("ok").GetInt32()));
        Assert.Empty(proof.Lines);
        Assert.Empty(down.Requests());
        Assert.All(first.Requests(), request => Assert.Equal(("GET", "/fast?a=1", "why502"), (request.Method, request.Target, request.Agent)));
    });

    /// <summary>Clients notice nothing while nginx tries the next server; the error log and the direct question do.</summary>
    [SkippableFact]
    public void DeadServerOfTwo_IsNamedWithItsLine() => LabMachine.Run(nameof(DeadServerOfTwo_IsNamedWithItsLine), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Group("server 127.0.0.1:3000; server 127.0.0.1:3001;"));
        using var proof = Verify(machine, nginx, "fails", Url);
        Assert.Equal("works", proof.Root.GetProperty("clients").GetString());
        Assert.Equal((0, 5), (Row(proof, "127.0.0.1:3001").GetProperty("ok").GetInt32(), Row(proof, "127.0.0.1:3001").GetProperty("failed").GetInt32()));
        Assert.Contains("127.0.0.1:3001 it is refused (1 of 2 servers answer)", proof.Why, StringComparison.Ordinal);
        var line = Assert.Single(proof.Lines);
        Assert.Equal("127.0.0.1:3001", line.GetProperty("upstream").GetString());
        Assert.Contains("upstream-down", line.GetProperty("causes").EnumerateArray().Select(cause => cause.GetString()));
    });

    [SkippableFact]
    public void ServerThatFailsWhereNginxTriesNoOther_FailsSometimes() => LabMachine.Run(nameof(ServerThatFailsWhereNginxTriesNoOther_FailsSometimes), machine =>
    {
        Node.Start(machine, 3000);
        TcpPeer.Start(machine, "close", "127.0.0.1:3001");
        var nginx = NginxServer.Start(machine, Group("server 127.0.0.1:3000 max_fails=0; server 127.0.0.1:3001 max_fails=0;", "proxy_next_upstream off;"));
        using var proof = Verify(machine, nginx, "fails", Url, "-n", "6");
        Assert.StartsWith("Works only sometimes: 200 (3 of 6), 502 (3 of 6) through nginx, while straight to 127.0.0.1:3001 it closes the connection", proof.Why, StringComparison.Ordinal);
        Assert.Equal(3, Assert.Single(proof.Lines).GetProperty("count").GetInt32());
    });

    [SkippableFact]
    public void SlowRoute_IsProvenByTheTimeoutAndNotBeforeIt() => LabMachine.Run(nameof(SlowRoute_IsProvenByTheTimeoutAndNotBeforeIt), machine =>
    {
        Node.Start(machine, 3000, routes: [new Route("/report") { Sleep = [20] }, new Route("/slow") { Sleep = [2] }]);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeout 5s;"));
        using (var early = Verify(machine, nginx, "unproven", $"{Url}report", "--timeout", "4500ms"))
        {
            Assert.Contains("proxy_read_timeout is 5 s; --timeout 10s proves it", early.Why, StringComparison.Ordinal);
            Assert.InRange(early.Root.GetProperty("took_ms").GetInt32(), 3500, 4700);
        }

        using (var whole = Verify(machine, nginx, "fails", $"{Url}report"))
        {
            Assert.StartsWith("Does not work: 504", whole.Why, StringComparison.Ordinal);
            Assert.Equal("proxy_read_timeout", whole.Rows[0].GetProperty("limit").GetProperty("directive").GetString());
            Assert.Contains("timeout-too-short", Assert.Single(whole.Lines).GetProperty("causes").EnumerateArray().Select(cause => cause.GetString()));
        }

        using var slow = Verify(machine, nginx, "works", $"{Url}slow", "-n", "1");
        Assert.InRange(slow.Rows[0].GetProperty("header_ms").GetProperty("p50").GetDouble(), 1900, 2900);
    });

    [SkippableFact]
    public void HeaderNearItsBuffer_IsMeasured() => LabMachine.Run(nameof(HeaderNearItsBuffer_IsMeasured), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/login") { Header = 3600 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_buffer_size 4k;"));
        using var proof = Verify(machine, nginx, "works", $"{Url}login");
        var row = Row(proof, "127.0.0.1:3000");
        Assert.Equal(4096, row.GetProperty("buffer_bytes").GetInt32());
        Assert.InRange(row.GetProperty("header_bytes").GetInt32(), 3600, 4096);
        var text = Tool.On(machine).Run("verify", "--config", nginx.Config, $"{Url}login").Output;
        Assert.Contains("% of its buffer; the largest field is", text, StringComparison.Ordinal);

        nginx.Configure(Site.Proxy("http://127.0.0.1:3000", "proxy_buffer_size 2k; proxy_buffers 8 2k; proxy_busy_buffers_size 4k;"));
        nginx.Reload();
        using var broken = Verify(machine, nginx, "fails", $"{Url}login");
        Assert.Contains("response-header-too-big", Assert.Single(broken.Lines).GetProperty("causes").EnumerateArray().Select(cause => cause.GetString()));
    });

    [SkippableFact]
    public void HttpsUpstream_HasATlsPhase() => LabMachine.Run(nameof(HttpsUpstream_HasATlsPhase), machine =>
    {
        var tls = TlsPeer.Create(machine);
        tls.Serve(tls.Issue("api.shop.test"), 9443);
        var nginx = NginxServer.Start(machine, Site.Proxy("https://127.0.0.1:9443"));
        using var proof = Verify(machine, nginx, "works", Url);
        Assert.True(Row(proof, "127.0.0.1:9443").GetProperty("tls_ms").GetProperty("p50").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, proof.Rows[0].GetProperty("tls_ms").ValueKind);
    });

    [SkippableFact]
    public void FastCgiOnASocket_IsAskedDirectly() => LabMachine.Run(nameof(FastCgiOnASocket_IsAskedDirectly), machine =>
    {
        var php = PhpFpm.Start(machine, "/run/php.sock");
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php.sock", php.Folder + "/index.php"));
        using var proof = Verify(machine, nginx, "works", $"{Url}fast");
        Assert.Equal("200", Row(proof, "unix:/run/php.sock").GetProperty("results")[0].GetProperty("result").GetString());
        Assert.Equal(5, Row(proof, "unix:/run/php.sock").GetProperty("ok").GetInt32());
    });

    [SkippableTheory]
    [InlineData("socket", "uwsgi")]
    [InlineData("scgi-socket", "scgi")]
    public void UwsgiAndScgi_AreAskedDirectly(string socket, string kind) => LabMachine.Run(nameof(UwsgiAndScgi_AreAskedDirectly), machine =>
    {
        Uwsgi.Start(machine, socket, 3031);
        var nginx = NginxServer.Start(machine, Site.Uwsgi("127.0.0.1:3031").Replace("uwsgi_", $"{kind}_", StringComparison.Ordinal));
        using var proof = Verify(machine, nginx, "works", $"{Url}fast", "-n", "2");
        Assert.Equal(("200", 2), (Row(proof, "127.0.0.1:3031").GetProperty("results")[0].GetProperty("result").GetString(), Row(proof, "127.0.0.1:3031").GetProperty("ok").GetInt32()));
    });

    /// <summary>logrotate comes while the slow request is under way, and nginx has reopened its log before it writes the line.</summary>
    [SkippableFact]
    public void LogRotatedMeanwhile_IsStillWatched() => LabMachine.Run(nameof(LogRotatedMeanwhile_IsStillWatched), machine =>
    {
        TcpPeer.Start(machine, "hang", "127.0.0.1:3000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeout 4s;"));
        var rotation = new Thread(() =>
        {
            Thread.Sleep(2000);
            File.Move(nginx.ErrorLog, nginx.ErrorLog + ".1");
            machine.Must("nginx", "-p", machine.Directory, "-c", nginx.Config, "-s", "reopen");
        });
        rotation.Start();
        using var proof = Verify(machine, nginx, "fails", Url);
        rotation.Join();
        Assert.Contains("while reading response header from upstream", Assert.Single(proof.Lines).GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True(nginx.Logged("upstream timed out"));
    });

    /// <summary>The error log is the unit's standard error, or goes to syslog's socket: journald has both.</summary>
    [SkippableTheory]
    [InlineData("stderr")]
    [InlineData("syslog:server=unix:/dev/log,nohostname")]
    public void ErrorLogInTheJournal_IsWatched(string log) => LabMachine.RunWithSystemd(nameof(ErrorLogInTheJournal_IsWatched), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Prepare(machine, Group("server 127.0.0.1:3000; server 127.0.0.1:3001;"), errorLog: $"error_log {log} error;");
        machine.WriteUnit("nginx.service", $"ExecStart=/usr/sbin/nginx -p {machine.Directory} -c {nginx.Config} -g 'daemon off;'");
        machine.Must("systemctl", "start", "nginx.service");
        machine.WaitForPort(8080);
        Skip.IfNot(machine.Execute("test", "-S", "/dev/log").ExitCode == 0, "journald has no socket for syslog here");
        using var proof = Verify(machine, nginx, "fails", Url);
        var line = Assert.Single(proof.Lines);
        Assert.Equal("127.0.0.1:3001", line.GetProperty("upstream").GetString());
        Assert.Contains("upstream-down", line.GetProperty("causes").EnumerateArray().Select(cause => cause.GetString()));
    });

    /// <summary>A real call of the health service, through nginx's HTTP/2 and to every server of a group: which of the app's methods may be called nobody here knows.</summary>
    [SkippableTheory]
    [InlineData("grpc_app.py", "UNIMPLEMENTED", " http2")]
    [InlineData("grpc_app.py SERVING", "SERVING", " http2")]
    [InlineData("grpc_app.py", "UNIMPLEMENTED", "")]
    public void GrpcServer_IsCalled(string app, string answer, string http2) => LabMachine.Run(nameof(GrpcServer_IsCalled), machine =>
    {
        Script.Start(machine, app.Split(' ')[0], 50051, [.. app.Split(' ').Skip(1)]);
        var nginx = NginxServer.Start(machine, $"server {{ listen 127.0.0.1:8080{http2}; server_name shop.example.com; location / {{ grpc_pass grpc://127.0.0.1:50051; }} }}");
        using var proof = Verify(machine, nginx, "works", "http://shop.example.com:8080/lab.Lab/Ok");
        var direct = Row(proof, "127.0.0.1:50051");
        Assert.Equal((answer, 5), (direct.GetProperty("results")[0].GetProperty("result").GetString(), direct.GetProperty("ok").GetInt32()));
        Assert.True(direct.GetProperty("header_ms").GetProperty("p50").GetDouble() > 0);
        Assert.InRange(direct.GetProperty("header_bytes").GetInt32(), 20, 4096);
        if (http2.Length > 0)
        {
            Assert.Equal((answer, 5), (proof.Rows[0].GetProperty("results")[0].GetProperty("result").GetString(), proof.Rows[0].GetProperty("ok").GetInt32()));
            Assert.Empty(proof.Lines);
        }
    });

    [SkippableFact]
    public void HealthServiceThatSaysNo_Fails() => LabMachine.Run(nameof(HealthServiceThatSaysNo_Fails), machine =>
    {
        Script.Start(machine, "grpc_app.py", 50051, "NOT_SERVING");
        var nginx = NginxServer.Start(machine, "server { listen 127.0.0.1:8080 http2; server_name shop.example.com; location / { grpc_pass grpc://127.0.0.1:50051; } }");
        using var proof = Verify(machine, nginx, "fails", "http://shop.example.com:8080/lab.Lab/Ok");
        Assert.Equal("NOT_SERVING", Row(proof, "127.0.0.1:50051").GetProperty("results")[0].GetProperty("result").GetString());
    });

    [SkippableFact]
    public void GrpcGroup_IsCalledServerByServer() => LabMachine.Run(nameof(GrpcGroup_IsCalledServerByServer), machine =>
    {
        Script.Start(machine, "grpc_app.py", 50051);
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, "upstream app { server 127.0.0.1:50051; server 127.0.0.1:3000; server 127.0.0.1:50053; }\nserver { listen 127.0.0.1:8080; server_name shop.example.com; location / { grpc_pass grpc://app; } }");
        using var proof = Verify(machine, nginx, "fails", "http://shop.example.com:8080/lab.Lab/Ok");
        Assert.Equal((5, 0), (Row(proof, "127.0.0.1:50051").GetProperty("ok").GetInt32(), Row(proof, "127.0.0.1:50051").GetProperty("failed").GetInt32()));
        Assert.Equal("UNIMPLEMENTED", Row(proof, "127.0.0.1:50051").GetProperty("results")[0].GetProperty("result").GetString());
        Assert.True(Row(proof, "127.0.0.1:3000") is var other && other.GetProperty("failed").GetInt32() > 0 && other.GetProperty("ok").GetInt32() == 0, proof.Text);
        Assert.Equal("refused", Row(proof, "127.0.0.1:50053").GetProperty("results")[0].GetProperty("result").GetString());
        Assert.NotEmpty(proof.Lines);
    });

    [SkippableFact]
    public void MemcachedGroup_IsAskedServerByServer() => LabMachine.Run(nameof(MemcachedGroup_IsAskedServerByServer), machine =>
    {
        Programs.Require("memcached", "python3");
        machine.Start("memcached", "memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", "11211", "-U", "0");
        machine.WaitForPort(11211);
        machine.Shell("python3 -c \"import socket; s = socket.create_connection(('127.0.0.1', 11211)); s.sendall(b'set /page 0 0 2\\r\\nok\\r\\n'); s.recv(99)\"");
        const string Pages = "server { listen 127.0.0.1:8080; server_name shop.example.com; location / { set $memcached_key $uri; memcached_pass app; } }";
        var nginx = NginxServer.Start(machine, "upstream app { server 127.0.0.1:11211; }\n" + Pages);
        using (var proof = Verify(machine, nginx, "works", $"{Url}page"))
        {
            Assert.Equal(("200", 5), (proof.Rows[0].GetProperty("results")[0].GetProperty("result").GetString(), proof.Rows[0].GetProperty("ok").GetInt32()));
            var direct = Row(proof, "127.0.0.1:11211");
            Assert.Equal(("END", 5), (direct.GetProperty("results")[0].GetProperty("result").GetString(), direct.GetProperty("header_bytes").GetInt32()));
            Assert.True(direct.GetProperty("header_ms").GetProperty("p50").GetDouble() > 0);
        }

        nginx.Configure("upstream app { server 127.0.0.1:11211; server 127.0.0.1:11212; }\n" + Pages);
        nginx.Reload();
        using var broken = Verify(machine, nginx, "fails", $"{Url}page");
        Assert.Equal("refused", Row(broken, "127.0.0.1:11212").GetProperty("results")[0].GetProperty("result").GetString());
        Assert.Equal("127.0.0.1:11212", Assert.Single(broken.Lines).GetProperty("upstream").GetString());
    });

    [SkippableFact]
    public void ListenerBehindABalancer_IsSpokenToInItsProtocol() => LabMachine.Run(nameof(ListenerBehindABalancer_IsSpokenToInItsProtocol), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", listen: "127.0.0.1:8080 proxy_protocol"));
        using var proof = Verify(machine, nginx, "works", Url);
        Assert.Equal("200", proof.Rows[0].GetProperty("results")[0].GetProperty("result").GetString());
    });

    /// <summary>A friendly page with status 200 is no proof.</summary>
    [SkippableFact]
    public void ErrorPageThatStandsIn_IsNoProof() => LabMachine.Run(nameof(ErrorPageThatStandsIn_IsNoProof), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "error_page 502 =200 @sorry;").Replace("location / {", "location @sorry { return 200 sorry; }\n    location / {", StringComparison.Ordinal));
        using var proof = Verify(machine, nginx, "fails", Url);
        Assert.Equal("fails", proof.Root.GetProperty("clients").GetString());
        Assert.StartsWith("Does not work: 200, 5 of 5 through nginx is an error page or comes from the cache, while straight to 127.0.0.1:3000 it is refused", proof.Why, StringComparison.Ordinal);
    });

    /// <summary>Without a URL: the path that the log shows as answered, once, without its query; nothing where nobody was.</summary>
    [SkippableFact]
    public void WithoutUrl_OnlyUsedPathsAreAsked() => LabMachine.Run(nameof(WithoutUrl_OnlyUsedPathsAreAsked), machine =>
    {
        var app = Node.Start(machine, 3000, name: "used");
        var idle = Node.Start(machine, 3001, name: "idle");
        var nginx = NginxServer.Start(machine, """
            server { listen 127.0.0.1:8080; server_name shop.example.com;
                location / { proxy_pass http://127.0.0.1:3000; }
                location /idle/ { proxy_pass http://127.0.0.1:3001; } }
            """);
        new Client(machine).MustGet(200, "/fast?token=secret");
        using var proof = Verify(machine, nginx, "works");
        Assert.Equal(["/fast?token=secret", "/fast", "/fast"], app.Requests().Select(request => request.Target));
        Assert.Empty(idle.Requests());
        Assert.DoesNotContain("secret", proof.Text, StringComparison.Ordinal);
    });

    [SkippableFact]
    public void WrongUsage_IsExitStatusTwo() => LabMachine.Run(nameof(WrongUsage_IsExitStatusTwo), machine =>
    {
        Assert.Equal(2, Tool.On(machine).Run("verify", "-n", "0", "http://localhost/").ExitCode);
        Assert.Equal(2, Tool.On(machine).Run("verify", "shop.example.com").ExitCode);
        Assert.Equal(2, Tool.On(machine).Run("verify", "--config", "/nowhere/nginx.conf").ExitCode);
    });

    private static string Group(string servers, string settings = "") => $$"""
        upstream app { {{servers}} }
        {{Site.Proxy("http://app", settings)}}
        """;

    private static JsonElement Row(VerifyRun proof, string address) => proof.Rows.Single(row => row.GetProperty("address").GetString() == address);

    private static VerifyRun Verify(LabMachine machine, NginxServer nginx, string verdict, params string[] arguments)
    {
        var result = Tool.On(machine).Run(["verify", "--config", nginx.Config, "--format", "json", .. arguments]);
        Assert.True(result.Output.Length > 0, result.Errors);
        var proof = new VerifyRun(result);
        Assert.True(proof.Root.GetProperty("verdict").GetString() == verdict, $"not {verdict}: {result.Output}");
        Assert.Equal(verdict == "works" ? 0 : 1, result.ExitCode);
        return proof;
    }

    private sealed class VerifyRun(CommandResult result) : IDisposable
    {
        private readonly JsonDocument document = JsonDocument.Parse(result.Output);

        public string Text => result.Output;

        public JsonElement Root => document.RootElement;

        public string Why => Root.GetProperty("why").GetString()!;

        public IReadOnlyList<JsonElement> Rows => [.. Root.GetProperty("cases")[0].GetProperty("rows").EnumerateArray()];

        public IReadOnlyList<JsonElement> Lines => [.. Root.GetProperty("error_log").EnumerateArray()];

        public void Dispose() => document.Dispose();
    }
}
