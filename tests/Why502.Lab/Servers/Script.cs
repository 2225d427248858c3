using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>A script of Apps/ that Node or Debian's Python runs on 127.0.0.1, with the port as its first argument.</summary>
public static class Script
{
    public static App Start(LabMachine machine, string script, int port, params string[] arguments)
    {
        // Debian's modules belong to Debian's interpreter, whichever python3 comes first in PATH.
        var program = script.EndsWith(".py", StringComparison.Ordinal) ? "/usr/bin/python3" : Programs.Find("node")!;
        Programs.Require("node");
        var name = Path.GetFileNameWithoutExtension(script);
        var file = machine.Write($"{name}/{script}", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Apps", script)));
        File.SetUnixFileMode(machine.Write($"{name}/requests.log", ""), (UnixFileMode)0b110_110_110);
        var process = machine.Start(name, [program, file, port.ToString(CultureInfo.InvariantCulture), .. arguments]);
        machine.WaitForPort(port);
        return new App(machine.PathOf(name), process);
    }
}
