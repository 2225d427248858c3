using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>A real firewalld on a bus of its own, whose zone stands between nginx in a namespace and an app on the machine.</summary>
public sealed class FirewalldRepairs
{
    private const string Rule = "rule family=\"ipv4\" source address=\"172.18.0.3\" destination address=\"172.18.0.1\" port port=\"3000\" protocol=\"tcp\" accept";

    /// <summary>The interface is in a zone that lets only its services in.</summary>
    [SkippableFact]
    public void ZoneThatRefuses_LetsOneAddressToOnePort() => LabMachine.Run(nameof(ZoneThatRefuses_LetsOneAddressToOnePort), machine =>
    {
        var web = NetworkSpace.Create(machine, "web");
        Firewalld(machine);
        machine.Must("firewall-cmd", "--zone=public", "--change-interface=v-web");
        var (nginx, client) = Broken(machine, web);
        Repaired.ProveApplied(machine, nginx, "firewall-blocked", () => client.Get() == 200, []);
        Assert.Equal("", machine.Must("firewall-cmd", "--zone=public", "--list-rich-rules").Trim() + machine.Must("firewall-cmd", "--permanent", "--zone=public", "--list-rich-rules").Trim());

        // It holds after firewalld's own reload, and only for this port.
        Tool.On(machine).RunWith(["STATE_DIRECTORY=" + machine.PathOf("state")], "fix", "--config", nginx.Config, "--cause", "firewall-blocked", "--apply", "--yes");
        Assert.Equal(Rule, machine.Must("firewall-cmd", "--permanent", "--zone=public", "--list-rich-rules").Trim());
        machine.Must("firewall-cmd", "--reload");
        client.MustGet(200, "/");
        Node.Start(machine, 3001, "0.0.0.0", name: "other");
        Assert.NotEqual(0, machine.Execute([.. web.Enter, "curl", "-sS", "-m", "2", "http://172.18.0.1:3001/"]).ExitCode);
    });

    /// <summary>The look-alike: another interface's zone would refuse it, and nginx's own is trusted.</summary>
    [SkippableFact]
    public void ZoneOfAnotherInterface_RefusesNothing() => LabMachine.Run(nameof(ZoneOfAnotherInterface_RefusesNothing), machine =>
    {
        var web = NetworkSpace.Create(machine, "web");
        NetworkSpace.Create(machine, "lan", "172.19.0.3", "172.19.0.1").Occupy();
        Firewalld(machine);
        machine.Must("firewall-cmd", "--zone=public", "--change-interface=v-lan");
        machine.Must("firewall-cmd", "--zone=trusted", "--change-interface=v-web");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://172.18.0.1:3000", listen: "172.18.0.3:8080"), within: web.Enter);
        new Client(machine, address: web.Address).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-down") { Symptom = "111: Connection refused", Directive = "proxy_pass http://172.18.0.1:3000", Unprivileged = false });
    });

    private static (NginxServer Nginx, Client Client) Broken(LabMachine machine, NetworkSpace web)
    {
        Node.Start(machine, 3000, "0.0.0.0");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://172.18.0.1:3000", "proxy_connect_timeout 2s;", listen: "172.18.0.3:8080"), within: web.Enter);
        var client = new Client(machine, address: web.Address);
        client.MustGet(502, "/", times: 3);
        return (nginx, client);
    }

    /// <summary>It keeps its files in /etc/firewalld and speaks on the system's bus, whose socket is in /run.</summary>
    private static void Firewalld(LabMachine machine)
    {
        Programs.Require("firewalld", "firewall-cmd", "dbus-daemon", "nft");
        machine.Shell("cp -a /etc/firewalld copy && mount -t tmpfs tmpfs /etc/firewalld && cp -a copy/. /etc/firewalld/ && rm -r copy && mount -t tmpfs tmpfs /var/log && mkdir -p /run/dbus");
        machine.Start("dbus", "dbus-daemon", "--system", "--nofork", "--nopidfile");
        machine.WaitForSocket("/run/dbus/system_bus_socket");
        machine.Start("firewalld", "firewalld", "--nofork", "--nopid");
        Poll.Until(() => machine.Execute("firewall-cmd", "--state").ExitCode == 0, "firewalld", seconds: 30);
    }
}
