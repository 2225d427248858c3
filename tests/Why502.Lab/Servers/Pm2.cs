using System.Globalization;
using Why502.Lab.Machine;
using Xunit;

namespace Why502.Lab.Servers;

/// <summary>PM2 with the lab's JavaScript app. PM2 comes from npm's registry, once, into artifacts/lab-cache.</summary>
public static class Pm2
{
    private static readonly Lazy<string?> Program = new(Install);

    public static App Start(LabMachine machine, int port, string name = "app", params Route[] routes)
    {
        Programs.Require("node", "npm");
        Skip.If(Program.Value is null, "PM2 is not in artifacts/lab-cache and could not be fetched from the registry");
        var folder = Route.Deploy(machine, name, "app.js", routes);
        Directory.CreateDirectory(machine.PathOf("pm2"));
        var process = machine.Start(
            "pm2",
            "env",
            "PM2_HOME=" + machine.PathOf("pm2"),
            Program.Value!,
            "start",
            Path.Combine(folder, "app.js"),
            "--name",
            name,
            "--no-daemon",
            "--",
            "127.0.0.1",
            port.ToString(CultureInfo.InvariantCulture));
        machine.WaitForPort(port);
        return new App(folder, process);
    }

    /// <summary>Its daemon is another user's, who has it in a directory of his own; the app is told its port by a variable.</summary>
    public static void StartOf(LabMachine machine, string user, int port, string name, string script)
    {
        Programs.Require("node", "npm", "runuser");
        Skip.If(Program.Value is null, "PM2 is not in artifacts/lab-cache and could not be fetched from the registry");
        var home = machine.PathOf("pm2");
        machine.Must("mkdir", "-p", home);
        machine.Must("chown", user, home);
        machine.Must("runuser", "-u", user, "--", "env", "PM2_HOME=" + home, string.Create(CultureInfo.InvariantCulture, $"PORT={port}"), Program.Value!, "start", script, "--name", name);
    }

    /// <summary>The same from the user's own home, where everybody looks first; PM2 is on everybody's path.</summary>
    public static string StartAtHome(LabMachine machine, string user, string home, int port, string name, string script)
    {
        Programs.Require("node", "npm", "runuser");
        Skip.If(Program.Value is null, "PM2 is not in artifacts/lab-cache and could not be fetched from the registry");
        machine.Shell($"mount -t tmpfs none {home} && chown {user} {home} && mount -t tmpfs none /usr/local/bin && ln -s {Program.Value} /usr/local/bin/pm2");
        AtHome(machine, user, home, $"PORT={port.ToString(CultureInfo.InvariantCulture)}", "pm2", "start", script, "--name", name);
        return home + "/.pm2";
    }

    public static void AtHome(LabMachine machine, string user, string home, params string[] words)
        => machine.Must(["runuser", "-u", user, "--", "env", "HOME=" + home, .. words]);

    /// <summary>Asks the daemon of that user.</summary>
    public static void Control(LabMachine machine, string user, params string[] words)
        => machine.Must(["runuser", "-u", user, "--", "env", "PM2_HOME=" + machine.PathOf("pm2"), Program.Value!, .. words]);

    /// <summary>PM2's own log, which tells of the ends of apps.</summary>
    public static string Log(LabMachine machine) => machine.PathOf("pm2/pm2.log");

    private static string? Install()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "why502.slnx")))
            {
                continue;
            }

            var cache = Path.Combine(folder.FullName, "artifacts", "lab-cache", "pm2");
            var program = Path.Combine(cache, "node_modules", ".bin", "pm2");
            if (!File.Exists(program))
            {
                Directory.CreateDirectory(cache);
                using var npm = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("npm", ["install", "--prefix", cache, "--no-audit", "--no-fund", "--silent", "pm2@7.0.4"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
                npm.WaitForExit(TimeSpan.FromMinutes(2));
            }

            return File.Exists(program) ? program : null;
        }

        return null;
    }
}
