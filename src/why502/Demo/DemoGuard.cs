using System.Diagnostics;
using System.Globalization;

namespace Why502.Cli.Demo;

/// <summary>
/// Cleans up after a demo that was killed and could not do it itself: a shell that waits for the end of its standard
/// input, which comes with the demo's end, however it ends.
/// </summary>
internal sealed class DemoGuard : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP QUIT
        pids=
        while read -r pid; do pids="$pids $pid"; done
        for pid in $pids; do case "$(readlink "/proc/$pid/cwd")" in "$1"*) kill "$pid" 2>/dev/null;; esac; done
        rm -rf -- "$1"
        """;

    private readonly Process? shell;

    public DemoGuard(string directory)
    {
        if (NginxProgram.Find("sh") is { } sh)
        {
            shell = Process.Start(new ProcessStartInfo(sh, ["-c", Script, "why502-demo-guard", directory]) { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" });
        }
    }

    /// <summary>A process that has to end with the demo.</summary>
    public void Watch(int pid)
    {
        shell?.StandardInput.WriteLine(pid.ToString(CultureInfo.InvariantCulture));
        shell?.StandardInput.Flush();
    }

    /// <summary>Lets the guard do its work and waits for it.</summary>
    public void Dispose()
    {
        if (shell is null)
        {
            return;
        }

        try
        {
            shell.StandardInput.Close();
            shell.WaitForExit(TimeSpan.FromSeconds(5));
        }
        catch (IOException)
        {
            // Somebody ended the guard; the demo's own clean-up has been done.
        }

        shell.Dispose();
    }
}
