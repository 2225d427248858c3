using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>BIND with a zone of the scenario's own, and a resolv.conf that points to it.</summary>
public sealed class NameServer
{
    private const string Zone = "shop.test";

    private readonly LabMachine _machine;
    private LabProcess _process = null!;

    private NameServer(LabMachine machine, string address)
    {
        _machine = machine;
        Address = address;
    }

    public string Address { get; }

    /// <param name="machine">Where it runs.</param>
    /// <param name="records">Lines of the zone shop.test: "app A 127.0.0.2".</param>
    /// <param name="address">Where it listens, port 53.</param>
    /// <param name="options">Further options: <c>allow-query { none; };</c>.</param>
    /// <param name="zone">A line for the zone other than its own file: <c>type forward; forwarders { 127.0.0.99; };</c>.</param>
    public static NameServer Start(LabMachine machine, string records, string address = "127.0.0.1", string options = "", string? zone = null)
    {
        Programs.Require("named");
        var server = new NameServer(machine, address);
        Directory.CreateDirectory(machine.PathOf("bind"));
        server.Write(records);
        // A root of its own: every other name is unknown, and nobody outside is asked.
        machine.Write("bind/root.zone", $"$TTL 1\n@ SOA ns.{Zone}. root.{Zone}. ( 1 60 60 60 1 )\n@ NS ns.{Zone}.\nns.{Zone}. A {address}\n");
        machine.Write("bind/named.conf", $$"""
            options {
                directory "{{machine.PathOf("bind")}}";
                pid-file "{{machine.PathOf("bind/named.pid")}}";
                session-keyfile "{{machine.PathOf("bind/session.key")}}";
                listen-on port 53 { {{address}}; };
                listen-on-v6 { none; };
                recursion yes;
                dnssec-validation no;
                managed-keys-directory "{{machine.PathOf("bind")}}";
                {{options}}
            };
            controls { };
            zone "." { type primary; file "root.zone"; };
            zone "{{Zone}}" { {{zone ?? $"type primary; file \"{Zone}.zone\";"}} };
            """);
        server.StartProcess();
        return server;
    }

    /// <summary>The system of the machine looks names up here.</summary>
    public void UseForTheSystem(string search = "")
    {
        var file = _machine.Write("resolv.conf", $"nameserver {Address}\noptions timeout:1 attempts:1\n{(search.Length > 0 ? $"search {search}\n" : "")}");
        _machine.Must("mount", "--bind", file, "/etc/resolv.conf");
        ReachHosts();
    }

    /// <summary>Other records from now on.</summary>
    public void Change(string records)
    {
        Write(records);
        Stop();
        StartProcess();
    }

    public void Stop()
    {
        _process.Kill();
    }

    private void ReachHosts() => _machine.Must("mount", "--bind", _machine.Write("hosts", "127.0.0.1 localhost\n"), "/etc/hosts");

    private void StartProcess()
    {
        _process = _machine.Start("named", "named", "-g", "-n", "1", "-c", _machine.PathOf("bind/named.conf"));
        Poll.Until(() => _machine.Shell("cat /proc/net/udp").Contains(":0035 ", StringComparison.Ordinal), "named to listen");
        Poll.Until(() => File.ReadAllText(_machine.PathOf("named.out")).Contains(" running", StringComparison.Ordinal), "named to run");
    }

    private void Write(string records) => _machine.Write($"bind/{Zone}.zone", $"$TTL 1\n@ SOA ns.{Zone}. root.{Zone}. ( {DateTimeOffset.UtcNow.ToUnixTimeSeconds()} 60 60 60 1 )\n@ NS ns.{Zone}.\nns A {Address}\n{records}\n");
}
