using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>uWSGI from the distribution with the lab's WSGI app, on a socket of the protocol that the scenario wants.</summary>
public static class Uwsgi
{
    /// <param name="machine">Where it runs.</param>
    /// <param name="socket">socket (the uwsgi protocol), http-socket or scgi-socket.</param>
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="routes">What it serves beside / and /fast.</param>
    public static App Start(LabMachine machine, string socket, int port, params Route[] routes)
    {
        Programs.Require("uwsgi");
        var folder = Route.Deploy(machine, "app", "app.py", routes);
        var process = machine.Start(
            "app",
            "uwsgi", "--plugin", "python3", $"--{socket}", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "--chdir", folder, "--module", "app", "--callable", "app",
            "--master", "--processes", "2", "--need-app", "--logto", machine.PathOf("app.log"));
        machine.WaitForPort(port);
        Poll.Until(() => File.ReadAllText(machine.PathOf("app.log")).Contains("spawned uWSGI worker 2", StringComparison.Ordinal), "uWSGI's workers");
        return new App(folder, process);
    }

    /// <summary>The uwsgi protocol with an ini file, as emperors and units start it.</summary>
    /// <param name="machine">Where it runs.</param>
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="settings">Further lines of the file.</param>
    /// <param name="routes">What it serves beside / and /fast.</param>
    public static App StartWithFile(LabMachine machine, int port, string settings = "", params Route[] routes)
    {
        Programs.Require("uwsgi");
        var folder = Route.Deploy(machine, "app", "app.py", routes);
        var ini = machine.Write("app.ini", $"""
            [uwsgi]
            plugins = python3
            socket = 127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}
            chdir = {folder}
            module = app:app
            master = true
            processes = 2
            logto = {machine.PathOf("app.log")}
            {settings}
            """ + "\n");
        var process = machine.Start("app", "uwsgi", "--ini", ini);
        machine.WaitForPort(port);
        Poll.Until(() => File.ReadAllText(machine.PathOf("app.log")).Contains("spawned uWSGI worker 2", StringComparison.Ordinal), "uWSGI's workers");
        return new App(folder, process);
    }
}
