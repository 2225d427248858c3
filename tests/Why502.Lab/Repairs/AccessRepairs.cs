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

    [SkippableFact]
    public void DirectoryAboveTheSocketClosed_LetsNginxThrough() => LabMachine.Run(nameof(DirectoryAboveTheSocketClosed_LetsNginxThrough), machine =>
    {
        Programs.Require("setfacl");
        var socket = machine.PathOf("home/deploy/app.sock");
        Directory.CreateDirectory(machine.PathOf("home/deploy"));
        Gunicorn.Start(machine, "unix:" + socket);
        machine.Shell("chmod 0700 home");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://unix:" + socket));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        var before = machine.Must("getfacl", "-p", machine.PathOf("home"));
        Repaired.ProveOfMachine(machine, nginx, "socket-permission-denied", () => client.Get() == 200, []);
        Assert.Equal(before, machine.Must("getfacl", "-p", machine.PathOf("home")));
    });

    [SkippableTheory]
    [InlineData("REJECT --reject-with tcp-reset")]
    [InlineData("DROP")]
    public void RuleOfIptables_LetsOneThroughBeforeIt(string target) => LabMachine.Run(nameof(RuleOfIptables_LetsOneThroughBeforeIt), machine =>
    {
        Programs.Require("iptables");
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_connect_timeout 1s;"));
        var client = new Client(machine);
        machine.Shell($"iptables -A OUTPUT -p tcp --dport 3000 -j {target}");
        var status = client.Get();
        Assert.True(status is 502 or 504, $"{status}");
        client.MustGet(status, "/", times: 2);
        var before = machine.Must("iptables", "-S");
        Repaired.ProveOfMachine(machine, nginx, "firewall-blocked", () => client.Get() == 200, []);
        Assert.Equal(before, machine.Must("iptables", "-S"));
    });

    /// <summary>ufw keeps its rules in files and writes the kernel's anew from them: it has to be told.</summary>
    [SkippableFact]
    public void RuleOfUfw_IsToldToLetOneThrough() => LabMachine.Run(nameof(RuleOfUfw_IsToldToLetOneThrough), machine =>
    {
        Programs.Require("ufw", "iptables");
        machine.Shell("cp -a /etc/ufw ufw && mount --bind ufw /etc/ufw && cp -a /etc/default default && mount --bind default /etc/default");
        var space = NetworkSpace.Create(machine, "app");
        space.Node(3000, "0.0.0.0");
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://{space.Address}:3000", "proxy_connect_timeout 1s;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        machine.Shell($"ufw default allow incoming; ufw reject out proto tcp to any port 3000; ufw --force enable");
        var status = client.Get();
        Assert.True(status is 502 or 504, $"{status}");
        client.MustGet(status, "/", times: 2);
        var before = machine.Must("ufw", "status", "numbered");
        Repaired.ProveOfMachine(machine, nginx, "firewall-blocked", () => client.Get() == 200, []);
        Assert.Equal(before, machine.Must("ufw", "status", "numbered"));
    });
}
