using System.Diagnostics;
using System.Globalization;

namespace Why502.Lab.Machine;

/// <summary>A server that runs inside a lab machine, leader of its own process group.</summary>
public sealed class LabProcess(LabMachine machine, Process outer, int pid)
{
    /// <summary>The process id as the machine's own processes see it.</summary>
    public int Pid => pid;

    public bool HasExited => outer.HasExited;

    /// <summary>Ends the process and its children at once, as the OOM killer or a crash would.</summary>
    public void Kill() => Signal("KILL");

    /// <summary>Asks the process to end, as a service manager does.</summary>
    public void Stop() => Signal("TERM");

    public void WaitForExit() => Poll.Until(() => outer.HasExited, $"process {pid} to end");

    private void Signal(string name)
    {
        machine.Execute("kill", "-" + name, "--", "-" + pid.ToString(CultureInfo.InvariantCulture));
        WaitForExit();
    }
}
