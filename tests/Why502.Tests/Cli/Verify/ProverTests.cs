using Why502.Cli.Verify;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Cli.Verify;

public sealed class ProverTests
{
    private const string Group = """
        upstream app { server 127.0.0.1:3000; server 127.0.0.1:3001; server 127.0.0.1:3008 backup; server 127.0.0.1:3009 down; }
        server { listen 80; server_name shop.example.com; location / { proxy_pass http://app; } }
        """;

    private const string Url = "http://shop.example.com/login";

    [Fact]
    public async Task HealthyGroup_Works()
    {
        var machine = new FakeMachine(Group) { Upstreams = Accepting(_ => FakeMachine.Response(200)) };
        var proof = await machine.ProveAsync(Url);
        Assert.Equal((ProofVerdict.Works, ProofVerdict.Works, 5), (proof.Verdict, proof.Clients, proof.Attempts));
        Assert.Equal(["GET /login  200   5 of 5, 3 of 3 servers answer"], proof.Lines);
        Assert.DoesNotContain(machine.Asked, question => question is HttpGet { Address: "127.0.0.1:3009" } or Connect { Address: "127.0.0.1:3009" });
    }

    [Fact]
    public async Task DeadServerThatNginxPassesOver_FailsTheGroupAndNotTheClients()
    {
        var machine = new FakeMachine(Group)
        {
            Upstreams = question => question switch
            {
                Connect { Address: "127.0.0.1:3001" } => new ConnectFact(ProbeOutcome.Refused, 111, 0.1, 1),
                Connect => Accepted,
                HttpGet { Address: "127.0.0.1:3001" } => FakeMachine.Failed(ProbeOutcome.Refused, "111: Connection refused"),
                _ => FakeMachine.Response(200),
            },
        };
        var proof = await machine.ProveAsync(Url);
        Assert.Equal((ProofVerdict.Fails, ProofVerdict.Works), (proof.Verdict, proof.Clients));
        Assert.Equal(["127.0.0.1:3001"], CaseVerdict.BadNodes(proof.Cases[0]).Select(node => node.Way));
        Assert.Contains("127.0.0.1:3001 it is refused (2 of 3 servers answer)", proof.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FlappingServer_IsSeenByItsShare()
    {
        var count = 0;
        var machine = new FakeMachine(Group)
        {
            Upstreams = Accepting(question => question is HttpGet { Address: "127.0.0.1:3000" } && Interlocked.Increment(ref count) % 2 == 0
                ? FakeMachine.Failed(ProbeOutcome.Closed, "the connection was closed without a response")
                : FakeMachine.Response(200)),
        };
        var proof = await machine.ProveAsync(Url, attempts: 6);
        Assert.Equal(ProofVerdict.Fails, proof.Verdict);
        Assert.Contains("127.0.0.1:3000 it closes the connection 3 of 6 times", proof.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailureSomeOfTheTimeThroughNginx_IsNoProof()
    {
        var count = 0;
        var machine = new FakeMachine(Group) { Upstreams = Accepting(question => FakeMachine.Response(question is HttpGet { Address: "127.0.0.1:80" } && ++count == 2 ? 502 : 200)) };
        var proof = await machine.ProveAsync(Url);
        Assert.Equal((ProofVerdict.Fails, ProofVerdict.Fails), (proof.Verdict, proof.Clients));
        Assert.StartsWith("Works only sometimes: 200 (4 of 5), 502 (1 of 5) through nginx", proof.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DirectRequestThatDiffersFromNginxs_AccusesNobody()
    {
        var machine = new FakeMachine(Group) { Upstreams = Accepting(question => FakeMachine.Response(question is HttpGet { Address: "127.0.0.1:80" } ? 200 : 500)) };
        Assert.Equal(ProofVerdict.Works, (await machine.ProveAsync(Url)).Verdict);
    }

    [Fact]
    public async Task NoAnswerWithinTheGivenTime_IsUnprovenAndNamesTheTimeThatProvesIt()
    {
        var machine = new FakeMachine(Group) { Upstreams = Accepting(_ => FakeMachine.Failed(ProbeOutcome.TimedOut, "nothing", 1000)) };
        var proof = await machine.ProveAsync(Url, patience: TimeSpan.FromSeconds(2));
        Assert.Equal(ProofVerdict.Unproven, proof.Verdict);
        Assert.Contains("proxy_read_timeout is 60 s for each of 3 servers; --timeout 185s proves it", proof.Why, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(191), proof.Needs);
        Assert.Single(proof.Cases[0].Through!.Attempts);
    }

    [Fact]
    public async Task TimeoutThatNginxItselfHas_IsProven()
    {
        var machine = new FakeMachine("server { listen 80; location / { proxy_read_timeout 1s; proxy_pass http://127.0.0.1:3000; } }")
        {
            Upstreams = Accepting(question => question is HttpGet { Address: "127.0.0.1:80" } ? FakeMachine.Response(504, headerMs: 1003) : FakeMachine.Failed(ProbeOutcome.TimedOut, "nothing", 2000)),
        };
        var proof = await machine.ProveAsync("http://localhost/");
        Assert.Equal(ProofVerdict.Fails, proof.Verdict);
        var straight = Assert.Single(proof.Cases[0].Nodes);
        Assert.Equal((AttemptEnd.Failed, TimeSpan.FromSeconds(2)), (straight.Attempts[0].End, straight.Attempts[0].Patience));
    }

    [Fact]
    public async Task NameWithTwoAddresses_IsTwoServers()
    {
        var machine = new FakeMachine("server { listen 80; location / { proxy_pass http://two.example:3000; } }")
        {
            Upstreams = Accepting(question => question is HttpGet { Address: "10.0.0.2:3000" } ? FakeMachine.Failed(ProbeOutcome.Reset, "104: Connection reset by peer") : FakeMachine.Response(200)),
        };
        var proof = await machine.ProveAsync("http://localhost/");
        Assert.Equal(["10.0.0.1:3000", "10.0.0.2:3000"], proof.Cases[0].Nodes.Select(node => node.Way));
        Assert.Equal(ProofVerdict.Fails, proof.Verdict);
    }

    [Fact]
    public async Task WithoutUrl_OnlyAnsweredPathsAreAskedAndOnce()
    {
        var machine = new FakeMachine("server { listen 80; server_name shop.example.com; location / { proxy_pass http://127.0.0.1:3000; } location /idle/ { proxy_pass http://127.0.0.1:3001; } }")
        {
            Used = [("/cart", 7)],
            Upstreams = Accepting(_ => FakeMachine.Response(200)),
        };
        var proof = await machine.ProveAsync(new ProofRequest());
        Assert.Equal(ProofVerdict.Works, proof.Verdict);
        Assert.Equal(["/cart", "/cart"], machine.Asked.OfType<HttpGet>().Select(question => question.Path));
        Assert.True(CaseVerdict.IsOnlyConnected(proof.Cases[1]));
        Assert.Equal("Works: 1 of 2 proxied locations work. 1 accept connections; no path of them is known to be asked by GET, so none was.", proof.Why);
    }

    [Fact]
    public async Task ConnectionsAlone_ProveNothing()
    {
        var machine = new FakeMachine("server { listen 80; location / { proxy_pass http://127.0.0.1:3000; } }") { Upstreams = Accepting(_ => null) };
        Assert.Equal(ProofVerdict.Unproven, (await machine.ProveAsync(new ProofRequest())).Verdict);
    }

    [Fact]
    public async Task ServerBeyondOwnNetworks_GetsAConnectionUnlessTheUserNamedTheUrl()
    {
        const string Far = "server { listen 80; server_name shop.example.com; location / { proxy_pass http://192.0.2.1:3000; } }";
        var unasked = new FakeMachine(Far) { Used = [("/", 1)], Upstreams = Accepting(_ => FakeMachine.Response(200)) };
        var proof = await unasked.ProveAsync(new ProofRequest());
        Assert.DoesNotContain(unasked.Asked, question => question is HttpGet { Address: "192.0.2.1:3000" });
        Assert.StartsWith("connection only", proof.Cases[0].Nodes[0].Restraint, StringComparison.Ordinal);

        var named = new FakeMachine(Far) { Upstreams = Accepting(_ => FakeMachine.Response(200)) };
        await named.ProveAsync(Url);
        Assert.Contains(named.Asked, question => question is HttpGet { Address: "192.0.2.1:3000" });
    }

    [Fact]
    public async Task RewrittenUri_IsWhatTheServerIsAsked()
    {
        var machine = new FakeMachine("server { listen 80; location /shop/ { rewrite ^/shop/(.*)$ /v2/$1?from=edge break; proxy_pass http://127.0.0.1:3000; } }") { Upstreams = Accepting(_ => FakeMachine.Response(200)) };
        await machine.ProveAsync("http://localhost/shop/cart?x=1");
        Assert.Contains(machine.Asked, question => question is HttpGet { Address: "127.0.0.1:3000", Path: "/v2/cart", Query: "from=edge&x=1" });
        Assert.Contains(machine.Asked, question => question is HttpGet { Address: "127.0.0.1:80", Path: "/shop/cart", Query: "x=1" });
    }

    [Fact]
    public async Task FrontController_IsAskedWithItsScript()
    {
        var machine = new FakeMachine("server { listen 80; root /srv/www; location / { rewrite ^ /index.php last; } location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:/run/php.sock; } }")
        {
            Upstreams = Accepting(_ => FakeMachine.Response(200)),
        };
        await machine.ProveAsync("http://localhost/cart");
        Assert.Contains(machine.Asked, question => question is FastCgiGet { Address: "unix:/run/php.sock", ScriptFilename: "/srv/www/index.php", ScriptName: "/index.php", Path: "/cart" });
    }

    [Theory]
    [InlineData("grpc_pass grpc://127.0.0.1:3000;", typeof(GrpcHealth))]
    [InlineData("grpc_pass grpcs://127.0.0.1:3000;", typeof(GrpcHealth))]
    [InlineData("memcached_pass 127.0.0.1:3000;", typeof(MemcachedGet))]
    [InlineData("uwsgi_pass 127.0.0.1:3000;", typeof(UwsgiGet))]
    [InlineData("uwsgi_pass suwsgi://127.0.0.1:3000;", typeof(TlsHandshake))]
    [InlineData("scgi_pass 127.0.0.1:3000;", typeof(ScgiGet))]
    [InlineData("proxy_ssl_certificate /etc/c.pem; proxy_ssl_certificate_key /etc/c.key; proxy_pass https://127.0.0.1:3000;", typeof(Connect))]
    public async Task EveryKindOfPass_IsAskedInItsWay(string pass, Type question)
    {
        var machine = new FakeMachine($"server {{ listen 80; location / {{ {pass} }} }}") { Upstreams = Accepting(_ => FakeMachine.Response(200)) };
        var proof = await machine.ProveAsync("http://localhost/");
        Assert.Equal(question, Assert.Single(proof.Cases[0].Nodes).Attempts[0].Answer.Question.GetType());
    }

    [Theory]
    [InlineData("listen 80 http2; location / { grpc_pass 127.0.0.1:3000; }", typeof(GrpcHealth))]
    [InlineData("listen 80; http2 on; location / { grpc_pass 127.0.0.1:3000; }", typeof(GrpcHealth))]
    [InlineData("listen 80; location / { grpc_pass 127.0.0.1:3000; }", typeof(HttpGet))]
    [InlineData("listen 80 http2; location /shop { grpc_pass 127.0.0.1:3000; }", typeof(HttpGet))]
    public async Task GrpcThroughNginx_IsCalledWhereTheHealthServiceIsReached(string server, Type question)
    {
        var machine = new FakeMachine($"server {{ {server} }}") { Upstreams = Accepting(_ => FakeMachine.Response(200)) };
        var proof = await machine.ProveAsync("http://localhost/shop");
        Assert.Equal(question, proof.Cases[0].Through!.Attempts[0].Answer.Question.GetType());
        Assert.All(machine.Asked.OfType<HttpGet>(), get => Assert.Equal(server.Contains("http2", StringComparison.Ordinal) ? "2" : "1.1", get.HttpVersion));
    }

    [Fact]
    public async Task ListenerWithProxyProtocol_GetsItsLine()
    {
        var machine = new FakeMachine("server { listen 80 proxy_protocol; location / { proxy_pass http://127.0.0.1:3000; } }") { Upstreams = Accepting(_ => FakeMachine.Response(200)) };
        await machine.ProveAsync("http://localhost/");
        Assert.All(machine.Asked.OfType<HttpGet>().Where(question => question.Address == "127.0.0.1:80"), question => Assert.True(question.AnnouncesProxy));
    }

    [Fact]
    public void Incident_GivesAPathThatMayBeAskedAgain()
    {
        Assert.Equal("/login", ProofTarget.Of(IncidentOf(["POST", "GET"], ["/user/{id}", "/login"])).Path);
        Assert.Null(ProofTarget.Of(IncidentOf(["POST"], ["/login"])).Path);
    }

    private static ConnectFact Accepted => new(ProbeOutcome.Ok, null, 0.2, 1);

    private static Func<Question, Fact?> Accepting(Func<Question, Fact?> others) => question => question is Connect ? Accepted : others(question);

    private static Incident IncidentOf(IReadOnlyList<string> methods, IReadOnlyList<string> routes) => new()
    {
        Id = "1",
        Kind = SymptomKind.ConnectFailed,
        Phase = Phase.Connect,
        Side = Side.Upstream,
        How = How.Refused,
        Message = "connect() failed",
        Instance = new NginxInstance { ConfigPath = "", Prefix = "/" },
        State = IncidentState.Current,
        Requests = 1,
        Traffic = PeerTraffic.Nothing,
        Methods = methods,
        Routes = routes,
    };
}
