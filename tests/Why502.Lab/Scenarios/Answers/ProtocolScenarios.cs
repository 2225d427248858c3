using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>nginx and the port speak different protocols, or the answer breaks the rules of the right one.</summary>
public sealed class ProtocolScenarios
{
    private const string Closed = "upstream prematurely closed connection while reading response header from upstream";
    private const string NoHeader = "upstream sent no valid HTTP/1.0 header while reading response header from upstream";
    private const string TooLargeFrame = "upstream sent too large http2 frame: 4740180";

    [SkippableFact]
    public void ProxyPassToUwsgiSocket_IsMismatch() => LabMachine.Run(nameof(ProxyPassToUwsgiSocket_IsMismatch), machine =>
    {
        Uwsgi.Start(machine, "socket", 3031);
        Mismatch(machine, Pass("proxy_pass http://127.0.0.1:3031"), Closed, 502, "proxy_pass");
    });

    [SkippableTheory]
    [InlineData("http-socket", "proxy_pass http://127.0.0.1:3031")]
    [InlineData("socket", "uwsgi_pass 127.0.0.1:3031")]
    [InlineData("scgi-socket", "scgi_pass 127.0.0.1:3031")]
    public void UwsgiWithItsOwnProtocol_IsHealthy(string socket, string pass) => LabMachine.Run(nameof(UwsgiWithItsOwnProtocol_IsHealthy), machine =>
    {
        Uwsgi.Start(machine, socket, 3031);
        var nginx = NginxServer.Start(machine, Pass(pass, Parameters("uwsgi") + Parameters("scgi")));
        new Client(machine).MustGet(200, "/", times: 10);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void UwsgiPassToHttpSocket_WaitsAndIsMismatch() => LabMachine.Run(nameof(UwsgiPassToHttpSocket_WaitsAndIsMismatch), machine =>
    {
        Uwsgi.Start(machine, "http-socket", 3031);
        Mismatch(machine, Pass("uwsgi_pass 127.0.0.1:3031", "uwsgi_read_timeout 700ms;"), "(110: Connection timed out) while reading response header", 504, "uwsgi_pass");
    });

    [SkippableFact]
    public void UwsgiPassToNode_PassesItsRefusalOn() => LabMachine.Run(nameof(UwsgiPassToNode_PassesItsRefusalOn), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Pass("uwsgi_pass 127.0.0.1:3000"));
        new Client(machine).MustGet(400, "/", times: 6);
        Examination.Faulty(machine, nginx, Expect("\" 400 ", "uwsgi_pass") with { Source = "access-log", ErrorLog = nginx.AccessLog });
    });

    [SkippableFact]
    public void SlowRouteBehindUwsgi_IsAskedOverUwsgi() => LabMachine.Run(nameof(SlowRouteBehindUwsgi_IsAskedOverUwsgi), machine =>
    {
        var app = Uwsgi.Start(machine, "socket", 3031, new Route("/report") { Sleep = [8] });
        var nginx = NginxServer.Start(machine, Pass("uwsgi_pass 127.0.0.1:3031", "uwsgi_read_timeout 700ms; " + Parameters("uwsgi")));
        var client = new Client(machine);
        client.MustGet(200, "/fast", times: 10);
        client.MustGet(504, "/report");
        var answer = Examination.Faulty(machine, nginx, Expect("(110: Connection timed out) while reading response header", "uwsgi_pass", "upstream-slow"));
        Assert.DoesNotContain(answer.Findings, finding => finding is { Cause: "protocol-mismatch", Confidence: >= 0.1 });
        Assert.All(app.Requests().Where(request => request.Agent == "why502"), request => Assert.Equal("GET", request.Method));
    });

    [SkippableFact]
    public void FastCgiPassToNode_IsMismatch() => LabMachine.Run(nameof(FastCgiPassToNode_IsMismatch), machine =>
    {
        Node.Start(machine, 3000);
        Mismatch(machine, Pass("fastcgi_pass 127.0.0.1:3000"), "upstream sent unsupported FastCGI protocol version: 72", 502, "fastcgi_pass");
    });

    [SkippableTheory]
    [InlineData("127.0.0.1:9000", "http://127.0.0.1:9000")]
    [InlineData("/run/php.sock", "http://unix:/run/php.sock")]
    public void ProxyPassToPhp_IsMismatch(string listen, string target) => LabMachine.Run(nameof(ProxyPassToPhp_IsMismatch), machine =>
    {
        PhpFpm.Start(machine, listen);
        Mismatch(machine, Pass($"proxy_pass {target}"), "while reading response header from upstream", 502, "proxy_pass");
    });

    [SkippableFact]
    public void GrpcPassToNode_IsMismatch() => LabMachine.Run(nameof(GrpcPassToNode_IsMismatch), machine =>
    {
        Node.Start(machine, 3000);
        Mismatch(machine, Pass("grpc_pass grpc://127.0.0.1:3000"), TooLargeFrame, 502, "grpc_pass");
    });

    [SkippableFact]
    public void ProxyPassToGrpc_PassesFramesOn() => LabMachine.Run(nameof(ProxyPassToGrpc_PassesFramesOn), machine =>
    {
        Script.Start(machine, "grpc_app.py", 50051);
        Raw(machine, NginxServer.Start(machine, Pass("proxy_pass http://127.0.0.1:50051")));
    });

    [SkippableFact]
    public void FastCgiPassToGrpc_IsMismatch() => LabMachine.Run(nameof(FastCgiPassToGrpc_IsMismatch), machine =>
    {
        Script.Start(machine, "grpc_app.py", 7001);
        Mismatch(machine, Pass("fastcgi_pass 127.0.0.1:7001"), "upstream sent unsupported FastCGI protocol version: 0", 502, "fastcgi_pass");
    });

    [SkippableFact]
    public void GrpcPassToGrpc_IsHealthy() => LabMachine.Run(nameof(GrpcPassToGrpc_IsHealthy), machine =>
    {
        Script.Start(machine, "grpc_app.py", 50051);
        var nginx = NginxServer.Start(machine, Pass("grpc_pass grpc://127.0.0.1:50051"));
        new Client(machine).MustGet(200, "/lab.Lab/Ok", times: 10);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void PlainHttpToNodesTlsPort_IsMismatch() => LabMachine.Run(nameof(PlainHttpToNodesTlsPort_IsMismatch), machine =>
    {
        Certificate(machine);
        Script.Start(machine, "tls.js", 7443, machine.PathOf("key.pem"), machine.PathOf("certificate.pem"));
        Mismatch(machine, Pass("proxy_pass http://127.0.0.1:7443"), "while reading response header from upstream", 502, "proxy_pass");
    });

    [SkippableFact]
    public void RedisWords_ArePassedOnAsTheyAre() => LabMachine.Run(nameof(RedisWords_ArePassedOnAsTheyAre), machine =>
    {
        TcpPeer.Start(machine, "raw", "127.0.0.1:6379");
        Raw(machine, NginxServer.Start(machine, Pass("proxy_pass http://127.0.0.1:6379")));
    });

    [SkippableFact]
    public void SpaceInHeaderName_IsInvalid() => LabMachine.Run(nameof(SpaceInHeaderName_IsInvalid), machine =>
    {
        TcpPeer.Start(machine, "space", "127.0.0.1:7000");
        var nginx = NginxServer.Start(machine, Pass("proxy_pass http://127.0.0.1:7000"));
        new Client(machine).MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, Expect("upstream sent invalid header", "proxy_pass", "invalid-response"));
    });

    [SkippableFact]
    public void BrokenChunk_IsInvalidAndCut() => LabMachine.Run(nameof(BrokenChunk_IsInvalidAndCut), machine =>
    {
        TcpPeer.Start(machine, "bad-chunk", "127.0.0.1:7000");
        var nginx = NginxServer.Start(machine, Pass("proxy_pass http://127.0.0.1:7000", "proxy_http_version 1.1;"));
        new Client(machine).Get(5, "/");
        Examination.Faulty(machine, nginx, Expect("upstream sent invalid chunked response", "proxy_pass", "invalid-response"));
    });

    [SkippableFact]
    public void FastCgiRecordsOutOfStep_AreInvalid() => LabMachine.Run(nameof(FastCgiRecordsOutOfStep_AreInvalid), machine =>
    {
        TcpPeer.Start(machine, "fastcgi-zero", "127.0.0.1:9000");
        var nginx = NginxServer.Start(machine, Pass("fastcgi_pass 127.0.0.1:9000"));
        new Client(machine).Get(5, "/");
        Examination.Faulty(machine, nginx, Expect("upstream sent unsupported FastCGI protocol version: 0", "fastcgi_pass", "invalid-response"));
    });

    [SkippableTheory]
    [InlineData("7")]
    [InlineData("2")]
    public void Http2ServerRefusesStreams_IsRejected(string code) => LabMachine.Run(nameof(Http2ServerRefusesStreams_IsRejected), machine =>
    {
        Script.Start(machine, "h2.js", 50051, code);
        var nginx = NginxServer.Start(machine, Pass("grpc_pass grpc://127.0.0.1:50051"));
        new Client(machine).MustGet(502, "/lab.Lab/Ok", times: 5);
        Examination.Faulty(machine, nginx, Expect($"upstream rejected request with error {code}", "grpc_pass", "h2-stream-rejected"));
    });

    private static void Mismatch(LabMachine machine, string http, string symptom, int status, string directive)
    {
        var nginx = NginxServer.Start(machine, http);
        new Client(machine).MustGet(status, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect(symptom, directive));
    }

    /// <summary>What is no HTTP header goes to the client as it is, so that the client has no status to read.</summary>
    private static void Raw(LabMachine machine, NginxServer nginx)
    {
        var client = new Client(machine);
        for (var i = 0; i < 4; i++)
        {
            client.GiveUp("/", 300);
        }

        Examination.Faulty(machine, nginx, Expect(NoHeader, "proxy_pass"));
    }

    private static void Certificate(LabMachine machine)
        => machine.Shell($"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {machine.PathOf("key.pem")} -out {machine.PathOf("certificate.pem")} && chmod 644 {machine.PathOf("key.pem")}");

    /// <summary>The least that a WSGI app needs of nginx's uwsgi_params and scgi_params.</summary>
    private static string Parameters(string family)
        => $"{family}_param REQUEST_METHOD $request_method; {family}_param PATH_INFO $document_uri; {family}_param QUERY_STRING $query_string; {family}_param SERVER_NAME $server_name; {family}_param SERVER_PORT $server_port; {family}_param SERVER_PROTOCOL $server_protocol; ";

    private static string Pass(string pass, string settings = "") => $$"""
        server {
            listen 127.0.0.1:8080;
            server_name shop.example.com;
            location / {
                {{settings}}
                {{pass}};
            }
        }
        """;

    private static Expected Expect(string symptom, string directive, string cause = "protocol-mismatch") => new(cause)
    {
        Symptom = symptom,
        Directive = directive,

        // Without rights nobody sees who listens, and greetings still tell.
        UnprivilegedMay = ["protocol-mismatch", "upstream-closed-early", "upstream-reset", "upstream-slow"],
    };
}
