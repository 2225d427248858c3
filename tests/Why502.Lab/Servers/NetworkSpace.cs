using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>
/// A network namespace behind a veth pair, as a container engine makes for a container (ip-netns(8), veth(4)): 172.18.0.1 outside, an address of
/// its own inside. The kernel's borders are the real ones; no engine is involved.
/// </summary>
public sealed class NetworkSpace
{
    public const string Gateway = "172.18.0.1";

    private readonly LabMachine _machine;
    private readonly string _name;

    private NetworkSpace(LabMachine machine, string name, string address)
    {
        _machine = machine;
        _name = name;
        Address = address;
    }

    public string Address { get; }

    /// <summary>The command that enters it; files stay the machine's.</summary>
    public string[] Enter => ["nsenter", $"--net=/run/netns/{_name}", "--"];

    public static NetworkSpace Create(LabMachine machine, string name, string address = "172.18.0.3", string gateway = Gateway)
    {
        Programs.Require("ip", "nsenter");
        machine.Shell($"""
            ip netns add {name}
            ip link add v-{name} type veth peer name eth0 netns {name}
            ip addr add {gateway}/16 dev v-{name}
            ip link set v-{name} up
            ip -n {name} addr add {address}/16 dev eth0
            ip -n {name} link set eth0 up
            ip -n {name} link set lo up
            ip -n {name} route add default via {gateway}
            """);
        return new(machine, name, address);
    }

    /// <summary>Node with the lab's app, inside.</summary>
    public LabProcess Node(int port, string host)
    {
        Programs.Require("node");
        var folder = Route.Deploy(_machine, _name, "app.js", []);
        var process = _machine.Start(_name, [.. Enter, "setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--", "node", Path.Combine(folder, "app.js"), host, port.ToString(CultureInfo.InvariantCulture)]);
        Poll.Until(() => _machine.Must([.. Enter, "cat", "/proc/net/tcp", "/proc/net/tcp6"]).Contains($":{port:X4} 0000", StringComparison.Ordinal), $"port {port} inside {_name}");
        return process;
    }

    /// <summary>A process that keeps the namespace in use, as a container's other programs do.</summary>
    public LabProcess Occupy() => _machine.Start(_name, [.. Enter, "sleep", "1000"]);
}
