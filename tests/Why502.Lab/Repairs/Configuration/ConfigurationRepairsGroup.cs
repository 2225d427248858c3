using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Groups with a server that nobody reaches, and groups whose servers came back unnoticed.</summary>
public sealed class ConfigurationRepairsGroup
{
    [SkippableTheory]
    [InlineData("server 127.0.0.1:3001;")]
    [InlineData("server 127.0.0.1:3001 backup;")]
    public void ServerThatAnswersNobody_IsTakenOut(string other) => LabMachine.Run(nameof(ServerThatAnswersNobody_IsTakenOut), machine =>
    {
        FilterScenarios.BlackHole(machine);
        Node.Start(machine, 3001, name: "one");
        var nginx = NginxServer.Start(machine, $$"""
            upstream backend {
                server 10.7.0.9:8080 max_fails=0;
                {{other}}
            }
            {{Site.Proxy("http://backend", "proxy_connect_timeout 300ms; proxy_next_upstream off;")}}
            """);
        var client = new Client(machine);
        Assert.Contains(504, client.Get(6, "/"));
        Repaired.Prove(machine, nginx, "connect-timeout", () => client.Get(4, "/").All(status => status == 200), ["-server 10.7.0.9:8080 max_fails=0;", "server 10.7.0.9:8080 max_fails=0 down;"]);
    });

    [SkippableFact]
    public void ServersThatAnswerAgain_AreTakenBackByAReload() => LabMachine.Run(nameof(ServersThatAnswerAgain_AreTakenBackByAReload), machine =>
    {
        var nginx = NginxServer.Start(machine, $$"""
            upstream backend {
                zone backend 64k;
                server 127.0.0.1:3001 fail_timeout=120s;
                server 127.0.0.1:3002 fail_timeout=120s;
            }
            {{Site.Proxy("http://backend")}}
            """);
        var client = new Client(machine);
        client.MustGet(502, "/", times: 2);
        Node.Start(machine, 3001, name: "one");
        Node.Start(machine, 3002, name: "two");
        client.MustGet(502, "/", times: 6);
        Repaired.ProveBesideReload(machine, nginx, "upstream-group-exhausted", () => client.Get() == 200, []);
    });
}
