using System.CommandLine;
using System.Runtime.InteropServices;
using Why502.Cli.Demo;

namespace Why502.Cli.Commands;

/// <summary><c>why502 demo</c>: three faults with one log line, on a private nginx that leaves nothing behind.</summary>
internal static class DemoCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("demo", "Break a private nginx on loopback, diagnose, repair and verify it in front of you");
        command.SetAction((_, cancellation) => RunAsync(terminal, cancellation));
        return command;
    }

    public static Command CreateApp()
    {
        var address = new Argument<string>("address");
        var command = new Command(DemoApp.Command, "The app behind the demo's nginx") { address };
        command.Hidden = true;
        command.SetAction((parsed, _) => DemoApp.RunAsync(parsed.GetValue(address) ?? ""));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, CancellationToken cancellation)
    {
        using var stop = new StopSignals(secondEnds: false, cancellation, PosixSignal.SIGHUP, PosixSignal.SIGQUIT);
        var directory = Directory.CreateTempSubdirectory("why502-demo-").FullName;
        try
        {
            using var guard = new DemoGuard(directory);
            terminal.Write($"A private nginx with a small app behind it, on loopback, in {directory}.\n");
            var nginx = await NginxProgram.GetAsync(directory, line => terminal.Write(line + "\n"), stop.Token).ConfigureAwait(false);
            var withIPv6 = DemoSite.HasIPv6Loopback();
            if (!withIPv6)
            {
                terminal.Write("This machine has no IPv6 loopback, so the third fault (the wrong loopback family) is left out.\n");
            }

            var right = await new DemoRun(terminal, nginx, directory, guard).RunAsync(DemoFault.All(withIPv6), stop.Token).ConfigureAwait(false);
            return right ? ExitStatus.Healthy : ExitStatus.Faulty;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            terminal.Complain("stopped; the private nginx and its directory are gone.");
            return ExitStatus.Failed;
        }
        finally
        {
            Remove(directory);
        }
    }

    private static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // The guard was quicker.
        }
    }
}
