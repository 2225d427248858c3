using System.Globalization;
using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>What nginx speaks to the app: scheme, upgrade, kept connections.</summary>
public sealed class ConfigurationRepairsProtocol
{
    [SkippableFact]
    public void PlainHttpToATlsPort() => LabMachine.Run(nameof(PlainHttpToATlsPort), machine =>
    {
        ReachScenarios.Hosts(machine, "127.0.0.1 localhost", "127.0.0.1 api.shop.test");
        var tls = TlsPeer.Create(machine);
        tls.Serve(tls.Issue("api.shop.test"), 9443, "127.0.0.1", "-www");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:9443"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 4);
        Repaired.Prove(machine, nginx, "protocol-mismatch", () => client.Get() == 200, ["-proxy_pass http://127.0.0.1:9443;", "proxy_pass https://127.0.0.1:9443;"]);
    });

    [SkippableFact]
    public void FastCgiToAnHttpPort() => LabMachine.Run(nameof(FastCgiToAnHttpPort), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:3000", "/srv/index.php"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 4);
        Repaired.Prove(machine, nginx, "protocol-mismatch", () => client.Get() == 200, ["-fastcgi_pass 127.0.0.1:3000;", "proxy_pass http://127.0.0.1:3000;"]);
    });

    [SkippableFact]
    public void UpgradeFailed() => LabMachine.Run(nameof(UpgradeFailed), machine =>
    {
        Script.Start(machine, "websocket.js", 4001, "400");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:4001"));
        Repeat(5, () => Assert.Equal(400, Handshake(machine)));
        Repaired.Prove(machine, nginx, "upgrade-failed", () => Handshake(machine) == 101, ["proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection upgrade;"]);
    });

    /// <summary>The limit below the app's: nginx closes first.</summary>
    [SkippableFact]
    public void KeepaliveRace() => LabMachine.Run(nameof(KeepaliveRace), machine =>
    {
        ReuseScenarios.Race(machine, keepAlive: "3000");
        var nginx = NginxServer.Start(machine, ReuseScenarios.Group("keepalive 8;") + Site.Proxy("http://app", "proxy_http_version 1.1;\n        proxy_set_header Connection \"\";"));
        ReuseScenarios.LoseRaces(machine, idle: 4700);
        Repaired.ProveApplied(machine, nginx, "keepalive-race", () => ReuseScenarios.Reused(machine, idle: 4700) == 200, ["keepalive_timeout 2s;"]);
    });

    private static void Repeat(int times, Action act)
    {
        for (var i = 0; i < times; i++)
        {
            act();
        }
    }

    private static int Handshake(LabMachine machine)
        => int.Parse(machine.Execute("curl", "-s", "-m", "2", "-o", "/dev/null", "-w", "%{http_code}", "--http1.1", "-H", "Host: shop.example.com", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket",
            "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "http://127.0.0.1:8080/ws").Output, CultureInfo.InvariantCulture);
}
