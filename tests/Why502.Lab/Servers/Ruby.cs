using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>Puma and Unicorn from the distribution with the lab's Rack app, as www-data; each writes its own log.</summary>
public static class Ruby
{
    /// <param name="machine">Where it runs.</param>
    /// <param name="bind">tcp://127.0.0.1:9292 or unix:///path.</param>
    /// <param name="workers">0 for one process with threads only (Puma's single mode).</param>
    /// <param name="settings">Further lines of config/puma.rb.</param>
    /// <param name="routes">What it serves beside / and /fast.</param>
    public static App Puma(LabMachine machine, string bind, int workers = 2, string settings = "", params Route[] routes)
    {
        Programs.Require("puma");
        var folder = Deploy(machine, routes);
        machine.Write("app/config/puma.rb", $"""
            bind '{bind}'
            workers {workers.ToString(CultureInfo.InvariantCulture)}
            threads 1, 4
            environment 'production'
            stdout_redirect '{folder}/log/puma.log', '{folder}/log/puma.log', true
            {settings}
            """ + "\n");
        var process = Start(machine, "puma", "-C", "config/puma.rb", "app.ru");

        // In single mode Puma redirects its output after its last word about the start (single.rb).
        var (log, word) = workers == 0 ? ("puma.out", "Use Ctrl-C to stop") : ("app/log/puma.log", $"Worker {workers - 1} (PID:");
        Poll.ForText(machine.PathOf(log), word);
        return new App(folder, process);
    }

    /// <param name="listen">127.0.0.1:8081 or /path.</param>
    /// <param name="timeout">Seconds after which the master kills a worker that does not answer.</param>
    public static App Unicorn(LabMachine machine, string listen, int workers = 2, int timeout = 60, params Route[] routes)
    {
        Programs.Require("unicorn");
        var folder = Deploy(machine, routes);
        machine.Write("app/unicorn.rb", $"""
            worker_processes {workers.ToString(CultureInfo.InvariantCulture)}
            listen '{listen}'
            timeout {timeout.ToString(CultureInfo.InvariantCulture)}
            stderr_path '{folder}/log/unicorn.log'
            stdout_path '{folder}/log/unicorn.log'
            """ + "\n");
        var process = Start(machine, "unicorn", "-E", "production", "-c", "unicorn.rb", "app.ru");
        Poll.ForText(machine.PathOf("app/log/unicorn.log"), $"worker={workers - 1} ready");
        return new App(folder, process);
    }

    private static string Deploy(LabMachine machine, Route[] routes)
    {
        var folder = Route.Deploy(machine, "app", "app.ru", routes);
        machine.Write("app/log/production.log", "");
        machine.Must("chown", "-R", "www-data:", folder);
        return folder;
    }

    private static LabProcess Start(LabMachine machine, string program, params string[] arguments) => machine.Start(
        program,
        ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--", "sh", "-c", $"cd {machine.PathOf("app")} && exec \"$@\"", "sh", Programs.Find(program)!, .. arguments]);
}
