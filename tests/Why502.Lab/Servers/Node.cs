using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>Node from the distribution with the lab's JavaScript app, as www-data.</summary>
public static class Node
{
    public static App Start(LabMachine machine, int port, string host = "127.0.0.1", string name = "app", params Route[] routes)
    {
        var app = Launch(machine, name, routes, host, port.ToString(CultureInfo.InvariantCulture));
        machine.WaitForPort(port);
        return app;
    }

    public static App StartOnSocket(LabMachine machine, string path, string name = "app", params Route[] routes)
    {
        var app = Launch(machine, name, routes, "unix", path);
        machine.WaitForSocket(path);
        return app;
    }

    private static App Launch(LabMachine machine, string name, Route[] routes, params string[] address)
    {
        Programs.Require("node");
        var folder = Route.Deploy(machine, name, "app.js", routes);
        return new App(folder, machine.Start(name, ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--", "node", Path.Combine(folder, "app.js"), .. address]));
    }
}
