using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Names that nginx finds again, with a real name server.</summary>
public sealed class ConfigurationRepairsNames
{
    private const string Variable = "resolver 127.0.0.1 valid=1s ipv6=off;\nresolver_timeout 1s;\nset $app app.shop.test;";

    [SkippableFact]
    public void ResolverMissing() => LabMachine.Run(nameof(ResolverMissing), machine =>
    {
        NameServer.Start(machine, "app A 127.0.0.1").UseForTheSystem();
        Node.Start(machine, 3000);
        Prove(machine, "dns-resolver-missing", "set $app app.shop.test;", ["resolver 127.0.0.1 valid=30s;"]);
    });

    [SkippableFact]
    public void ResolverUnreachable() => LabMachine.Run(nameof(ResolverUnreachable), machine =>
    {
        NameServer.Start(machine, "app A 127.0.0.1").UseForTheSystem();
        Node.Start(machine, 3000);
        Prove(machine, "dns-resolver-unreachable", Variable.Replace("127.0.0.1 ", "127.0.0.11 ", StringComparison.Ordinal), ["-resolver 127.0.0.11 valid=1s ipv6=off;", "resolver 127.0.0.1 valid=1s ipv6=off;"]);
    });

    /// <summary>The system finds the short name by its search domain; nginx's resolver does not search.</summary>
    [SkippableFact]
    public void ShortNameNotFound() => LabMachine.Run(nameof(ShortNameNotFound), machine =>
    {
        NameServer.Start(machine, "app A 127.0.0.1").UseForTheSystem("shop.test");
        Node.Start(machine, 3000);
        Prove(machine, "dns-name-not-found", "resolver 127.0.0.1 ipv6=off;\nset $app app;", ["-set $app app;", "set $app app.shop.test;"]);
    });

    [SkippableFact]
    public void StaleAddress() => LabMachine.Run(nameof(StaleAddress), machine =>
    {
        var names = NameServer.Start(machine, "app A 127.0.0.2");
        names.UseForTheSystem();
        var app = Node.Start(machine, 3000, host: "127.0.0.2");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://app.shop.test:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        app.Process.Stop();
        Node.Start(machine, 3000, host: "127.0.0.3", name: "moved");
        names.Change("app A 127.0.0.3");
        client.MustGet(502, "/", times: 4);

        // A reload looks the name up again.
        Repaired.ProveBesideReload(machine, nginx, "dns-stale-address", () => client.Get() == 200,
            ["-proxy_pass http://app.shop.test:3000;", "resolver 127.0.0.1 valid=30s;", "set $upstream_host app.shop.test;", "proxy_pass http://$upstream_host:3000;"]);
    });

    private static void Prove(LabMachine machine, string cause, string settings, string[] changed)
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://$app:3000", settings));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        Repaired.Prove(machine, nginx, cause, () => client.Get() == 200, changed);
    }
}
