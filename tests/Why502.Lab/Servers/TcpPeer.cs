using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>A plain listener that misbehaves in one way (see Apps/peer.py).</summary>
public static class TcpPeer
{
    public static App Start(LabMachine machine, string mode, string address, int amount = 128, string name = "peer")
    {
        Programs.Require("python3");
        var folder = machine.PathOf(name);
        var program = machine.Write($"{name}/peer.py", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Apps", "peer.py")));
        var requests = machine.Write($"{name}/requests.log", "");
        File.SetUnixFileMode(requests, (UnixFileMode)0b110_110_110);
        var process = machine.Start(name, Programs.Find("python3")!, program, mode, address, amount.ToString(CultureInfo.InvariantCulture));
        if (address.StartsWith('/'))
        {
            machine.WaitForSocket(address);
        }
        else
        {
            machine.WaitForPort(int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
        }

        return new App(folder, process);
    }
}
