namespace Why502.Logs;

/// <summary>uWSGI (core/master_utils.c, core/socket.c, core/protocol.c).</summary>
internal static class UwsgiRules
{
    public static AppRule[] All { get; } =
    [
        new("HARAKIRI ON WORKER ", AppEventKind.WorkerTimeout, static (t, at, e) => Pid(t, at, e)),
        new("HARAKIRI triggered by worker ", AppEventKind.WorkerTimeout, static (t, at, e) => Pid(t, at, e)),
        new("HARAKIRI [core ", AppEventKind.WorkerTimeout),

        // core/uwsgi.c, harakiri(): without a master the worker ends itself.
        new("i must kill myself (pid: ", AppEventKind.WorkerTimeout, static (t, at, e) => Pid(t, at, e)),

        // core/async.c: each of the asynchronous cores has a request.
        new("[DANGER] async queue is full", AppEventKind.MaxChildrenReached),
        new("uWSGI listen queue of socket ", AppEventKind.ListenQueueFull, Queue),
        new("DAMN ! worker ", AppEventKind.ChildExitedOnSignal, static (t, at, e) =>
            Pid(t, at, e) with { Signal = (int?)TextScan.NumberAfter(t, "killed by signal ", at), Process = "uwsgi" }),
        new("bind(): ", AppEventKind.BindFailed),

        // core/socket.c, bind_to_tcp(): uWSGI exits where the kernel's limit is below its own.
        new("Listen queue size is greater than the system max", AppEventKind.StartFailed),

        // core/uwsgi.c: without need-app the server goes on, and answers 500 to each request (plugins/python, uwsgi_request_wsgi).
        new("no app loaded. GAME OVER", AppEventKind.StartFailed),
        new("no app loaded. going in full dynamic mode", AppEventKind.ServesWithoutApp),
        new("no python application found, check your startup logs", AppEventKind.ServesWithoutApp),
        new("unable to load app ", AppEventKind.StartFailed),
        new("spawned uWSGI worker ", AppEventKind.WorkerBooting, static (t, at, e) => Pid(t, at, e)),
        new("uwsgi socket ", AppEventKind.ListeningOn, static (t, at, e) =>
            t.Contains(" bound to ", StringComparison.Ordinal) ? Bound(t, e) : null),

        // plugins/corerouter: the router that speaks HTTP in front of the workers.
        new("uWSGI http bound on ", AppEventKind.ListeningOn, static (t, at, e) =>
            TextScan.WordAfter(t, "bound on ", at) is { } address && address.LastIndexOf(':') is >= 0 and var colon && TextScan.NumberAt(address, colon + 1) is { } port ? e with { Address = address, Port = (int)port } : null),
        new("*** Starting uWSGI ", AppEventKind.ServerStarted),
        new("received...killing workers", AppEventKind.ServerStopped),
        new("goodbye to uWSGI.", AppEventKind.ServerStopped),
        new("...gracefully killing workers...", AppEventKind.ServerReloading),
        new("uWSGI process ", AppEventKind.ChildExitedOnSignal, static (t, at, e) =>
            t.IndexOf(" got Segmentation Fault", at, StringComparison.Ordinal) > 0 ? e with { Pid = (int?)TextScan.NumberAfter(t, "uWSGI process ", at), Signal = 11, Process = "uwsgi" } : null),
        new("uwsgi_response_write_", AppEventKind.ReaderGone, static (t, at, e) => IsBroken(t, at) ? e : null),
        new("uwsgi_response_sendfile_do", AppEventKind.ReaderGone, static (t, at, e) => IsBroken(t, at) ? e : null),
        new("SIGPIPE: writing to a closed pipe/socket/fd", AppEventKind.ReaderGone),
        new("-- unavailable modifier requested: ", AppEventKind.UnknownModifier, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "requested: ", at) }),
        new("invalid request block size: ", AppEventKind.RequestTooLarge, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "block size: ", at) }),
    ];

    /// <summary>core/writer.c: <c>uwsgi_response_write_body_do(): Broken pipe [core/writer.c line 341]</c>; a time-out of the write is another matter.</summary>
    private static bool IsBroken(string text, int at)
        => text.IndexOf("roken pipe", at, StringComparison.Ordinal) > 0 || text.IndexOf("reset by peer", at, StringComparison.Ordinal) > 0;

    private static AppLogEvent Pid(string text, int at, AppLogEvent e) => e with { Pid = (int?)TextScan.NumberAfter(text, "(pid: ", at) ?? e.Pid };

    /// <summary><c>listen queue of socket "127.0.0.1:3031" (fd: 3) full !!! (101/100)</c></summary>
    private static AppLogEvent? Queue(string text, int at, AppLogEvent e)
    {
        string? ratio = TextScan.Between(text, "!!! (", ")", at);
        int slash = ratio?.IndexOf('/') ?? -1;
        return e with { Address = TextScan.Between(text, "socket \"", "\"", at), Value = slash > 0 ? TextScan.NumberAt(ratio!, slash + 1) : null };
    }

    private static AppLogEvent Bound(string text, AppLogEvent e)
    {
        string? address = TextScan.WordAfter(text, "TCP address ") ?? (TextScan.WordAfter(text, "UNIX address ") is { } path ? "unix:" + path : null);
        return e with { Address = address, Port = address?.LastIndexOf(':') is > 0 and int colon && !address.StartsWith("unix:", StringComparison.Ordinal) ? (int?)TextScan.NumberAt(address, colon + 1) : null };
    }
}
