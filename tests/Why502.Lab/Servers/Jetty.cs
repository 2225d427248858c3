using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>Jetty from the distribution, embedded in the lab's Java app, as www-data.</summary>
public static class Jetty
{
    private static readonly string[] Libraries = ["server", "http", "io", "util", "util-ajax"];

    public static App Start(LabMachine machine, int port, int threads = 16, string host = "127.0.0.1", params Route[] routes)
    {
        Programs.Require("java", "javac");
        Xunit.Skip.If(!File.Exists("/usr/share/java/jetty9-server.jar"), "no Jetty: install libjetty9-java");
        var folder = Route.Deploy(machine, "app", "App.java", routes);
        var classes = string.Join(':', [.. Libraries.Select(name => $"/usr/share/java/jetty9-{name}.jar"), "/usr/share/java/servlet-api.jar", folder]);
        machine.Must("javac", "-cp", classes, "-d", folder, Path.Combine(folder, "App.java"));
        machine.Must("chmod", "-R", "a+rX", folder);
        var process = machine.Start(
            "app-output",
            "setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--",
            "java", "-Xmx64m", "-cp", classes, "App", host, port.ToString(CultureInfo.InvariantCulture), folder, threads.ToString(CultureInfo.InvariantCulture));

        // The first request that is answered has also loaded classes.
        Poll.Until(() => machine.Execute("curl", "-s", "-o", "/dev/null", $"http://{host}:{port.ToString(CultureInfo.InvariantCulture)}/").ExitCode == 0, "Jetty", seconds: 60);
        return new App(folder, process);
    }
}
