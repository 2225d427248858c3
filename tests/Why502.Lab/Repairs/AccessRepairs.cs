using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Sockets, directories and packet filters that keep nginx out, opened for it alone.</summary>
public sealed class AccessRepairs
{
    [SkippableFact]
    public void SocketOfRoot_IsGivenToNginxsGroup() => LabMachine.Run(nameof(SocketOfRoot_IsGivenToNginxsGroup), machine =>
    {
        var socket = machine.PathOf("sockets/app.sock");
        machine.Shell("mkdir -m 0777 sockets");
        Node.StartOnSocket(machine, socket);
        machine.Shell("chown root:root sockets/app.sock; chmod 0600 sockets/app.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{socket}"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        Repaired.ProveOfMachine(machine, nginx, "socket-permission-denied", () => client.Get() == 200, []);
        Assert.Equal("root root 600", machine.Must("stat", "-c", "%U %G %a", socket).Trim());
    });

    [SkippableTheory]
    [InlineData("tcp dport 3000 reject with tcp reset")]
    [InlineData("tcp dport 3000-3010 drop")]
    public void RuleOfNftables_LetsOneThroughBeforeIt(string rule) => LabMachine.Run(nameof(RuleOfNftables_LetsOneThroughBeforeIt), machine =>
    {
        Programs.Require("nft");
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_connect_timeout 1s;"));
        var client = new Client(machine);
        machine.Shell($"nft add table inet shop; nft 'add chain inet shop out {{ type filter hook output priority 0; }}'; nft 'add rule inet shop out {rule}'");
        var status = client.Get();
        Assert.True(status is 502 or 504, $"{status}");
        client.MustGet(status, "/", times: 2);
        var before = machine.Must("nft", "list", "ruleset");
        Repaired.ProveOfMachine(machine, nginx, "firewall-blocked", () => client.Get() == 200, []);
        Assert.Equal(before, machine.Must("nft", "list", "ruleset"));
    });
}
