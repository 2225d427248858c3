using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Causes that an edit of nginx's configuration ends: broken, repaired, served, taken back.</summary>
public sealed class ConfigurationRepairs
{
    [SkippableFact]
    public void ResponseHeaderTooBig() => LabMachine.Run(nameof(ResponseHeaderTooBig), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/login") { Header = 6000 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(502, "/login", times: 3);
        Repaired.Prove(machine, nginx, "response-header-too-big", () => client.Get("/login") == 200, ["proxy_buffer_size 16k;", "proxy_buffers 8 16k;"]);
    });

    [SkippableFact]
    public void UpstreamWrongAddress() => LabMachine.Run(nameof(UpstreamWrongAddress), machine =>
    {
        var app = Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        app.Process.Stop();
        Node.Start(machine, 3001, name: "moved");
        client.MustGet(502, "/", times: 3);
        Repaired.Prove(machine, nginx, "upstream-wrong-address", () => client.Get() == 200, ["-proxy_pass http://127.0.0.1:3000;", "proxy_pass http://127.0.0.1:3001;"]);
    });

    [SkippableFact]
    public void ForeignBindAddress() => LabMachine.Run(nameof(ForeignBindAddress), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_bind 10.9.9.9;"));
        var client = new Client(machine);
        client.MustGet(500, "/", times: 3);
        Repaired.Prove(machine, nginx, "config-invalid", () => client.Get() == 200, ["-proxy_bind 10.9.9.9;"]);
    });

    /// <summary>The app has moved, and fails where it is now: the address was wrong, and the request goes on failing.</summary>
    [SkippableFact]
    public void RepairThatDoesNotHelp() => LabMachine.Run(nameof(RepairThatDoesNotHelp), machine =>
    {
        var app = Node.Start(machine, 3000, routes: new Route("/cart"));
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/cart", times: 2);
        app.Process.Stop();
        Node.Start(machine, 3001, name: "moved", routes: new Route("/cart") { Status = 500 });
        client.MustGet(502, "/cart", times: 3);
        Repaired.ProveTakenBack(machine, nginx, "upstream-wrong-address", () => client.Get("/cart") == 502);
    });
}
