using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Limits of time that an edit of the failing location raises to what the route was measured to need.</summary>
public sealed class ConfigurationRepairsTimeout
{
    // Around the limit of one second: most pass just below it, some just above.
    private static readonly double[] Crowded = [0.80, 0.90, 1.15, 0.85, 0.93, 0.88, 1.2, 0.91, 0.86, 0.94];

    [SkippableFact]
    public void TimeoutTooShort() => LabMachine.Run(nameof(TimeoutTooShort), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/search") { Sleep = Crowded });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeout 1s;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 5);
        client.GetTogether(20, "/search");
        Repaired.Prove(machine, nginx, "timeout-too-short", () => client.Get("/search?n=6") == 200, ["-proxy_read_timeout 1s;", "proxy_read_timeout 2s;"]);
    });

    /// <summary>The limit is written for the whole server and stays: the failing location alone gets its own.</summary>
    [SkippableFact]
    public void TimeoutOfTheServerTooShort() => LabMachine.Run(nameof(TimeoutOfTheServerTooShort), machine =>
    {
        var php = PhpFpm.Start(machine, "127.0.0.1:9000", "pm = static\npm.max_children = 24", routes: new Route("/search") { Sleep = Crowded });
        var nginx = NginxServer.Start(machine, "fastcgi_read_timeout 1s;\n" + Site.FastCgi("127.0.0.1:9000", php.Folder + "/index.php"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 5);
        client.GetTogether(20, "/search");
        Repaired.Prove(machine, nginx, "timeout-too-short", () => client.Get("/search?n=6") == 200, ["fastcgi_read_timeout 2s;"]);
    });
}
