using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>PHP-FPM from the distribution with one pool of the scenario's own.</summary>
public static class PhpFpm
{
    private const string Program = "php-fpm?.?";

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="machine">Where it runs.</param>
    /// <param name="listen">127.0.0.1:9000 or /path.</param>
    /// <param name="pool">Further lines of the pool; the usual pool is static with four children.</param>
    /// <param name="name">The app's folder.</param>
    /// <param name="routes">What it serves beside / and /fast.</param>
    public static App Start(LabMachine machine, string listen, string pool = "", string name = "php", params Route[] routes)
    {
        var folder = Deploy(machine, name, routes);
        var config = Configure(machine, listen, pool, name);
        var process = machine.Start(name, Find(), "--nodaemonize", "--fpm-config", config);
        if (listen.StartsWith('/'))
        {
            machine.WaitForSocket(listen);
        }
        else
        {
            machine.WaitForPort(int.Parse(listen[(listen.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
        }

        Poll.Until(() => File.ReadAllText(machine.PathOf(name + ".log")).Contains("ready to handle connections", StringComparison.Ordinal), "php-fpm");
        return new App(folder, process);
    }

    /// <summary>The folder with the script, without a running server.</summary>
    public static string Deploy(LabMachine machine, string name, params Route[] routes)
    {
        Programs.Require(Program);
        return Route.Deploy(machine, name, "index.php", routes);
    }

    public static string Configure(LabMachine machine, string listen, string pool, string name = "php")
    {
        var settings = pool.Contains("pm =", StringComparison.Ordinal) ? pool : pool + "\npm = static\npm.max_children = 4";
        var owner = pool.Contains("listen.owner", StringComparison.Ordinal) ? "" : "listen.owner = www-data\nlisten.group = www-data";
        return machine.Write(name + ".conf", $"""
            [global]
            pid = {machine.PathOf(name + ".pid")}
            error_log = {machine.PathOf(name + ".log")}
            [www]
            user = www-data
            group = www-data
            listen = {listen}
            {owner}
            {settings}
            """ + "\n");
    }

    private static string Find()
    {
        Programs.Require(Program);
        return Programs.Find(Program)!;
    }
}
