namespace Why502.Nginx.Checks;

/// <summary>The end of the configuration: init_conf of the core modules and the rest of ngx_init_cycle, in its order.</summary>
internal static class MainBlock
{
    public static void Finish(CheckWalk walk, OpenBlock main)
    {
        if (main.IsIncomplete)
        {
            // What could not be understood may hold what seems to be missing.
            return;
        }

        CheckDefaultUser(walk, main);
        ThreadPoolHandler.Finish(walk);
        if (main.Own("events") is null)
        {
            walk.FailNowhere("no \"events\" section in configuration", "add: events { }", null);
        }

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

    /// <summary>ngx_create_pidfile, which <c>nginx -t</c> does, too.</summary>
    private static void CheckPidFile(CheckWalk walk, OpenBlock main)
    {
        var by = main.Own("pid");
        var path = by?.Arguments[0] ?? walk.Facts.Option("pid-path");
        if (path is not null && walk.World.Appendable(walk.FullName(path, false)) is { Fails: true, Reason: var reason })
        {
            walk.FailNowhere($"open() \"{walk.FullName(path, false)}\" failed {reason}", null, by);
        }
    }
}
