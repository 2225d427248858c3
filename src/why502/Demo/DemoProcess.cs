using System.Diagnostics;

namespace Why502.Cli.Demo;

/// <summary>A child of the demo. It never outlives the demo's own clean-up.</summary>
internal sealed class DemoProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Process process;

    private DemoProcess(Process process) => this.process = process;

    public int Pid => process.Id;

    public bool Ended => process.HasExited;

    public static DemoProcess Start(string program, IReadOnlyList<string> arguments, string directory, Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var process = Process.Start(start) ?? throw new UsageException($"{program} could not be started.");
        // What is not read would fill the pipe and stop the child.
        process.OutputDataReceived += (_, line) => Tell(line.Data, onLine);
        process.ErrorDataReceived += (_, line) => Tell(line.Data, onLine);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new DemoProcess(process);
    }

    public async Task<int> WaitAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return process.ExitCode;
    }

    public void Dispose()
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit(Patience);
            }
        }
        catch (Exception failure) when (failure is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended by itself in the meantime.
        }

        process.Dispose();
    }

    private static void Tell(string? line, Action<string>? onLine)
    {
        if (line is not null)
        {
            onLine?.Invoke(line);
        }
    }
}
