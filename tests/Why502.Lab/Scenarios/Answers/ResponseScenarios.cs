using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>The connection stands, and what comes back is no answer that nginx can pass on.</summary>
public sealed class ResponseScenarios
{
    private const string TooBig = "upstream sent too big header while reading response header from upstream";
    private const string Closed = "upstream prematurely closed connection while reading response header from upstream";
    private const string Reset = "(104: Connection reset by peer) while reading response header from upstream";

    /// <summary>
    /// PHP-FPM drops who is not on its list without a word in its log. Whether nginx meets a reset or an orderly end depends on whether its request had come before (RFC 9293, 3.10.4):
    /// the more frequent of the two is what is expected.
    /// </summary>
    [SkippableFact]
    public void PoolThatDoesNotLetNginxIn_IsReset() => LabMachine.Run(nameof(PoolThatDoesNotLetNginxIn_IsReset), machine =>
    {
        var php = PhpFpm.Start(machine, "127.0.0.1:9000", "listen.allowed_clients = 10.0.0.1");
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", php.Folder + "/index.php"));
        new Client(machine).MustGet(502, "/", times: 5);
        var lines = File.ReadAllLines(machine.PathOf("logs/error.log"));
        var (cause, message) = lines.Count(line => line.Contains(Reset, StringComparison.Ordinal)) > 2 ? ("upstream-reset", Reset) : ("upstream-closed-early", "upstream prematurely closed connection while reading response header from upstream");
        Examination.Faulty(machine, nginx, Expect(cause, message, "fastcgi_pass") with { Confidence = 0.9 });
    });

    [SkippableFact]
    public void PhpHeaderOverFastCgiBuffer_IsTooBig() => LabMachine.Run(nameof(PhpHeaderOverFastCgiBuffer_IsTooBig), machine =>
    {
        var php = PhpFpm.Start(machine, "127.0.0.1:9000", routes: new Route("/login") { Header = 6000 });
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", php.Folder + "/index.php", "fastcgi_buffer_size 2k; fastcgi_buffers 8 2k;"));
        Login(machine);
        Examination.Faulty(machine, nginx, Expect("response-header-too-big", TooBig, "fastcgi_pass"));
    });

    [SkippableFact]
    public void NodeCookiesOverProxyBuffer_IsTooBig() => LabMachine.Run(nameof(NodeCookiesOverProxyBuffer_IsTooBig), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/login") { Header = 7000 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        Login(machine);
        Examination.Faulty(machine, nginx, Expect("response-header-too-big", TooBig, "proxy_pass"));
    });

    [SkippableFact]
    public void GunicornHeaderOverProxyBuffer_IsTooBig() => LabMachine.Run(nameof(GunicornHeaderOverProxyBuffer_IsTooBig), machine =>
    {
        Gunicorn.Start(machine, "unix:/run/app.sock", routes: new Route("/login") { Header = 5000 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://unix:/run/app.sock"));
        Login(machine);
        Examination.Faulty(machine, nginx, Expect("response-header-too-big", TooBig, "proxy_pass"));
    });

    [SkippableTheory]
    [InlineData("close")]
    [InlineData("close-early")]
    public void PlainListenerCloses_IsClosedEarly(string mode) => LabMachine.Run(nameof(PlainListenerCloses_IsClosedEarly), machine =>
    {
        TcpPeer.Start(machine, mode, "127.0.0.1:7000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:7000"));
        new Client(machine).MustGet(502, "/", times: 5);

        // A peer that closes with our request unread resets (RFC 9293, 3.10.4): both lines are possible then, and one fault takes its name from the more frequent.
        var symptom = nginx.CountLogged(Closed) > nginx.CountLogged(Reset) ? Closed : Reset;
        Examination.Faulty(machine, nginx, Expect(symptom == Closed ? "upstream-closed-early" : "upstream-reset", symptom, "proxy_pass") with
        {
            Confidence = 0.5,
            Alongside = ["upstream-closed-early", "upstream-reset"],
            UnprivilegedMay = ["upstream-closed-early", "upstream-reset"],
        });
    });

    [SkippableFact]
    public void PlainListenerResets_IsReset() => LabMachine.Run(nameof(PlainListenerResets_IsReset), machine =>
    {
        TcpPeer.Start(machine, "reset", "127.0.0.1:7000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:7000"));
        new Client(machine).MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, Expect("upstream-reset", Reset, "proxy_pass") with { Confidence = 0.5 });
    });

    private static void Login(LabMachine machine)
    {
        var client = new Client(machine);
        client.MustGet(200, "/", times: 5);
        client.MustGet(502, "/login", times: 4);

        // Other routes go on being answered: that is no recovery of this one.
        LogClock.Pass();
        client.MustGet(200, "/", times: 5);
    }

    private static Expected Expect(string cause, string symptom, string directive) => new(cause)
    {
        Symptom = symptom,
        Directive = directive,
        Confidence = 0.8,
    };
}
