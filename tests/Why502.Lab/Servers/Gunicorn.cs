using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>gunicorn from the distribution with the lab's WSGI app.</summary>
public static class Gunicorn
{
    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="machine">Where it runs.</param>
    /// <param name="bind">127.0.0.1:8000, [::1]:8000 or unix:/path.</param>
    /// <param name="workers">Sync workers: how many requests are served at a time.</param>
    /// <param name="options">Further arguments, as in a unit file.</param>
    /// <param name="name">The app's folder.</param>
    /// <param name="within">The command that leads into a network namespace, before gunicorn's own.</param>
    /// <param name="routes">What it serves beside / and /fast.</param>
    public static App Start(LabMachine machine, string bind, int workers = 2, string[]? options = null, string name = "app", string[]? within = null, params Route[] routes)
    {
        Programs.Require("gunicorn");
        var folder = Route.Deploy(machine, name, "app.py", routes);
        var process = machine.Start(
            name,
            [
                .. within ?? [], "gunicorn", "--bind", bind, "--workers", workers.ToString(CultureInfo.InvariantCulture),
                "--user", "www-data", "--group", "www-data", "--chdir", folder,
                "--error-logfile", machine.PathOf(name + ".log"), .. options ?? [], "app:app",
            ]);
        if (bind.StartsWith("unix:", StringComparison.Ordinal))
        {
            machine.WaitForSocket(bind["unix:".Length..]);
        }
        else if (within is null)
        {
            machine.WaitForPort(int.Parse(bind[(bind.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
        }

        // A worker that has not booted yet would be taken for a busy one.
        Poll.Until(() => File.Exists(machine.PathOf(name + ".log")) && File.ReadAllText(machine.PathOf(name + ".log")).Split("Booting worker").Length > workers, "gunicorn's workers");
        return new App(folder, process);
    }
}
