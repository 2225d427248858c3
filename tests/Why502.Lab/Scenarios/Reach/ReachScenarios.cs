using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>One log line, "111: Connection refused" over TCP, and the causes that share it.</summary>
public sealed class ReachScenarios
{
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void NodeCrashed_IsDown() => LabMachine.Run(nameof(NodeCrashed_IsDown), machine =>
    {
        var app = Node.Start(machine, 3000, routes: new Route("/buy") { Crash = true });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        client.MustGet(502, "/buy");
        app.Process.WaitForExit();
        client.MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, Down("http://127.0.0.1:3000") with { Alongside = ["upstream-closed-early", "worker-crashed"] });
    });

    [SkippableFact]
    public void GunicornNeverStarted_IsDown() => LabMachine.Run(nameof(GunicornNeverStarted_IsDown), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Down("http://127.0.0.1:8000"));
    });

    [SkippableFact]
    public void PhpFpmOnTcpStopped_IsDown() => LabMachine.Run(nameof(PhpFpmOnTcpStopped_IsDown), machine =>
    {
        var php = PhpFpm.Start(machine, "127.0.0.1:9000");
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", php.Folder + "/index.php"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        php.Process.Stop();
        client.MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, Down("127.0.0.1:9000") with { Directive = "fastcgi_pass 127.0.0.1:9000" });
    });

    [SkippableFact]
    public void NothingBehindLocalhost_IsDown() => LabMachine.Run(nameof(NothingBehindLocalhost_IsDown), machine =>
    {
        Hosts(machine, "127.0.0.1 localhost", "::1 localhost");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://localhost:5000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Down("http://localhost:5000") with { Alongside = ["upstream-group-exhausted"] });
    });

    [SkippableFact]
    public void NothingBehindANamedUpstreamWithKeepalive_IsDown() => LabMachine.Run(nameof(NothingBehindANamedUpstreamWithKeepalive_IsDown), machine =>
    {
        var nginx = NginxServer.Start(machine, "upstream backend {\n    server 127.0.0.1:3000;\n    keepalive 8;\n}\n" + Site.Proxy("http://backend"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Down("http://backend"));
    });

    [SkippableFact]
    public void NodeOnTheNextPort_IsWrongAddress() => LabMachine.Run(nameof(NodeOnTheNextPort_IsWrongAddress), machine =>
    {
        Node.Start(machine, 3001);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, WrongAddress("http://127.0.0.1:3000"));
    });

    [SkippableFact]
    public void GunicornOnAnotherPort_IsWrongAddress() => LabMachine.Run(nameof(GunicornOnAnotherPort_IsWrongAddress), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8001");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, WrongAddress("http://127.0.0.1:8000"));
    });

    [SkippableFact]
    public void NodeOnAnotherLoopbackAddress_IsWrongAddress() => LabMachine.Run(nameof(NodeOnAnotherLoopbackAddress_IsWrongAddress), machine =>
    {
        Node.Start(machine, 3000, host: "127.0.0.2");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, WrongAddress("http://127.0.0.1:3000"));
    });

    [SkippableFact]
    public void PhpFpmOnAnotherPort_IsWrongAddress() => LabMachine.Run(nameof(PhpFpmOnAnotherPort_IsWrongAddress), machine =>
    {
        var php = PhpFpm.Start(machine, "127.0.0.1:9001");
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", php.Folder + "/index.php"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, WrongAddress("127.0.0.1:9000") with { Directive = "fastcgi_pass 127.0.0.1:9000" });
    });

    /// <summary>The look-alike: an app of another site listens elsewhere, and is passed to as it should be.</summary>
    [SkippableFact]
    public void DownBesideAnotherSitesApp_IsNotWrongAddress() => LabMachine.Run(nameof(DownBesideAnotherSitesApp_IsNotWrongAddress), machine =>
    {
        Node.Start(machine, 4000, name: "blog");
        var nginx = NginxServer.Start(
            machine,
            Site.Proxy("http://127.0.0.1:3000") + "\n" + Site.Proxy("http://127.0.0.1:4000", name: "blog.example.com"));
        new Client(machine, host: "blog.example.com").MustGet(200, "/", times: 5);
        new Client(machine).MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, Down("http://127.0.0.1:3000") with { Confidence = 0.5 });
    });

    [SkippableTheory]
    [InlineData("127.0.0.1", "http://[::1]:3000")]
    [InlineData("::1", "http://127.0.0.1:3000")]
    public void TheOtherLoopbackFamily_IsMismatch(string host, string pass) => LabMachine.Run(nameof(TheOtherLoopbackFamily_IsMismatch), machine =>
    {
        RequireIPv6(machine);
        Node.Start(machine, 3000, host);
        var nginx = NginxServer.Start(machine, Site.Proxy(pass));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("loopback-mismatch", pass));
    });

    [SkippableFact]
    public void LocalhostThatIsOnlyIPv6_IsMismatch() => LabMachine.Run(nameof(LocalhostThatIsOnlyIPv6_IsMismatch), machine =>
    {
        RequireIPv6(machine);
        Hosts(machine, "::1 localhost");
        Gunicorn.Start(machine, "127.0.0.1:8000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://localhost:8000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("loopback-mismatch", "http://localhost:8000"));
    });

    /// <summary>Both families, one of them refused: nginx tries the other, and every user is served.</summary>
    [SkippableFact]
    public void LocalhostOfBothFamiliesWithOneServing_IsHealthy() => LabMachine.Run(nameof(LocalhostOfBothFamiliesWithOneServing_IsHealthy), machine =>
    {
        RequireIPv6(machine);
        Hosts(machine, "127.0.0.1 localhost", "::1 localhost");
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://localhost:3000"));
        new Client(machine).MustGet(200, "/", times: 6);
        nginx.WaitForLogged(Refused);
        Examination.Plain(machine, nginx, "--config", nginx.Config);
    });

    internal static void Hosts(LabMachine machine, params string[] lines)
    {
        var hosts = machine.Write("hosts", string.Join('\n', lines) + "\n");
        machine.Must("mount", "--bind", hosts, "/etc/hosts");
    }

    private static void RequireIPv6(LabMachine machine) =>
        Skip.IfNot(machine.Execute("ip", "-6", "addr", "show", "dev", "lo").Output.Contains("::1/128", StringComparison.Ordinal), "this kernel has no IPv6 loopback");

    private static Expected Down(string pass) => Expect("upstream-down", pass);

    private static Expected WrongAddress(string pass) => Expect("upstream-wrong-address", pass);

    private static Expected Expect(string cause, string pass) => new(cause)
    {
        Symptom = Refused,
        Directive = "proxy_pass " + pass,
        Confidence = 0.8,

        // Who may not look into other users' processes sees a refusal and what listens, and no more.
        UnprivilegedMay = cause == "upstream-wrong-address" ? ["upstream-down"] : [],
    };
}
