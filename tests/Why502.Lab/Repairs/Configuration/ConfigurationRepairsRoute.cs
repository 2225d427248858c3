using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Which server, which path, and what lies on the disk.</summary>
public sealed class ConfigurationRepairsRoute
{
    [SkippableFact]
    public void ProxyUriRewrite() => LabMachine.Run(nameof(ProxyUriRewrite), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/api/users"));
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000/").Replace("location / {", "location /api/ {", StringComparison.Ordinal));
        var client = new Client(machine);
        client.MustGet(404, "/api/users", times: 10);
        Repaired.Prove(machine, nginx, "proxy-uri-rewrite", () => client.Get("/api/users") == 200, ["-proxy_pass http://127.0.0.1:3000/;", "proxy_pass http://127.0.0.1:3000;"]);
    });

    [SkippableFact]
    public void WrongServerBlock() => LabMachine.Run(nameof(WrongServerBlock), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/cart"));
        machine.Write("www/index.html", "welcome");
        var nginx = NginxServer.Start(machine, $$"""
            server {
                listen 127.0.0.1:8080 default_server;
                server_name _;
                root {{machine.PathOf("www")}};
            }

            """ + Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine, host: "www.shop.example.com");
        client.MustGet(404, "/cart", times: 10);
        new Client(machine).MustGet(200, "/cart", times: 4);
        Repaired.Prove(machine, nginx, "wrong-server-block", () => client.Get("/cart") == 200, ["-server_name shop.example.com;", "server_name shop.example.com www.shop.example.com;"]);
    });

    /// <summary>The reload was refused: what was meant is loaded with the repair.</summary>
    [SkippableFact]
    public void ConfigInvalid() => LabMachine.Run(nameof(ConfigInvalid), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 5);
        LogClock.Pass();
        nginx.Configure(Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeot 5s;\n        add_header X-New yes;"));
        machine.Shell($"kill -HUP $(cat {machine.PathOf("run/nginx.pid")})");
        nginx.WaitForLogged("proxy_read_timeot");

        // Taken back, nginx keeps what it has: the mistaken file cannot be loaded.
        Repaired.ProveBesideReload(machine, nginx, "config-invalid", () => client.Get() == 200, ["-proxy_read_timeot 5s;", "proxy_read_timeout 5s;"]);
    });

    [SkippableFact]
    public void ConfigNotReloaded() => LabMachine.Run(nameof(ConfigNotReloaded), machine =>
    {
        Node.Start(machine, 3001);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        LogClock.Pass();
        nginx.Configure(Site.Proxy("http://127.0.0.1:3001"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 5);
        Repaired.ProveBesideReload(machine, nginx, "config-not-reloaded", () => client.Get() == 200, []);
    });
}
