using System.Globalization;
using Why502.Nginx.Checks.Http;
using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>The end of the configuration: init_conf of the core modules and the rest of ngx_init_cycle, in its order.</summary>
internal static class MainBlock
{
    /// <summary>DEFAULT_CONNECTIONS.</summary>
    private const int DefaultConnections = 512;

    public static void Finish(CheckWalk walk, OpenBlock main)
    {
        if (main.IsIncomplete)
        {
            // What could not be understood may hold what seems to be missing.
            return;
        }

        CheckDefaultUser(walk, main);
        CheckEvents(walk, main);
        ThreadPoolHandler.Finish(walk);
        CheckPidFile(walk, main);
    }

    /// <summary>ngx_core_module_init_conf: the user that was compiled in.</summary>
    private static void CheckDefaultUser(CheckWalk walk, OpenBlock main)
    {
        if (main.Own("user") is null && walk.Facts.Option("user") is { } user && walk.World.User(user) is { Fails: true, Reason: var reason })
        {
            walk.FailNowhere($"getpwnam(\"{user}\") failed {reason}".TrimEnd(), null, null);
        }
    }

    /// <summary>ngx_event_init_conf: a connection for each listening socket, and one for the channel. Sockets of stream and mail are not counted here.</summary>
    private static void CheckEvents(CheckWalk walk, OpenBlock main)
    {
        if (main.Own("events") is null)
        {
            walk.FailNowhere("no \"events\" section in configuration", "add: events { }", null);
            return;
        }

        var by = main.ChildrenOf(DirectiveContexts.Events).Select(events => events.Own("worker_connections")).FirstOrDefault(given => given is not null);
        var connections = by is null ? DefaultConnections : Number.Of(by.Arguments[0]);
        var sockets = walk.Shared.Get(ListenPorts.Slot).SocketCount;
        if (connections >= 0 && connections < sockets + 1)
        {
            walk.FailNowhere(string.Create(CultureInfo.InvariantCulture, $"{connections} worker_connections are not enough for {sockets} listening sockets"), null, by);
        }
    }

    /// <summary>ngx_create_pidfile, which <c>nginx -t</c> does, too.</summary>
    private static void CheckPidFile(CheckWalk walk, OpenBlock main)
    {
        var by = main.Own("pid");
        // An empty one is as good as none (ngx_core_module_init_conf).
        var path = by?.Arguments[0] is { Length: > 0 } given ? given : walk.Facts.Option("pid-path");
        if (path is not null && walk.World.Appendable(walk.FullName(path, false)) is { Fails: true, Reason: var reason })
        {
            walk.FailNowhere($"open() \"{walk.FullName(path, false)}\" failed {reason}", null, by);
        }
    }
}
