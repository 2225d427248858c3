using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>ASP.NET Core's Kestrel with the lab's app (tests/Why502.Kestrel), built with the lab, as www-data.</summary>
public static class Kestrel
{
    private const string Name = "Why502.Kestrel";

    /// <param name="machine">Where it runs.</param>
    /// <param name="url">ASPNETCORE_URLS: http://127.0.0.1:5000.</param>
    /// <param name="ownProgram">Whether the app's own executable is started (as a self-contained deployment is), or "dotnet" with its library.</param>
    /// <param name="routes">What it serves beside / and /fast.</param>
    public static App Start(LabMachine machine, string url, bool ownProgram = false, params Route[] routes)
    {
        var folder = Deploy(machine, routes);
        var process = machine.Start(
            "app-output",
            [
                "setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--",
                "env", .. Environment(folder, url), "sh", "-c", $"cd {folder} && exec \"$@\"", "sh", .. ownProgram ? [Program()!] : new[] { Dotnet, Program() + ".dll" },
            ]);
        Poll.ForText(machine.PathOf("app-output.out"), "Application started");
        return new App(folder, process);
    }

    /// <summary>The same as a program of supervisord, which starts it again when it ends.</summary>
    public static Supervisor StartSupervised(LabMachine machine, string url, params Route[] routes)
    {
        var folder = Deploy(machine, routes);
        var supervisor = Supervisor.Start(machine, $"{Dotnet} {Program()}.dll", $"directory={folder}\nenvironment={string.Join(',', Environment(folder, url).Select(pair => pair.Replace("=", "=\"", StringComparison.Ordinal) + '"'))}");
        Poll.ForText(supervisor.AppLog, "Application started");
        return supervisor;
    }

    private static string Dotnet => System.Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "/usr/share/dotnet/dotnet";

    private static string Deploy(LabMachine machine, Route[] routes)
    {
        Xunit.Skip.If(Program() is null, "the .NET app of the lab is not built");
        var folder = Route.Deploy(machine, "app", null, routes);
        machine.Must("chown", "www-data:", folder);
        return folder;
    }

    private static string[] Environment(string folder, string url) => ["DOTNET_ROOT=" + Path.GetDirectoryName(Dotnet), "ASPNETCORE_URLS=" + url, "HOME=" + folder];

    private static string? Program()
    {
        // artifacts/bin/Why502.Lab/debug/ → artifacts/bin/Why502.Kestrel/debug/
        var lab = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var program = Path.Combine(lab.Parent!.Parent!.FullName, Name, lab.Name, Name);
        return File.Exists(program + ".dll") ? program : null;
    }
}
