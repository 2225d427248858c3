using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>The main level: core/nginx.c, core/ngx_log.c, core/ngx_thread_pool.c and event/ngx_event.c.</summary>
internal static class MainHandlers
{
    private const DirectiveContexts Main = DirectiveContexts.Main;
    private const DirectiveContexts Events = DirectiveContexts.Events;
    private const int CpuSetSize = 1024;

    private static readonly string[] EventMethods = ["epoll", "select", "poll"];

    public static IEnumerable<DirectiveHandler> All { get; } =
    [
        new("user", Main, ReadUser),
        new("worker_processes", Main, ReadWorkerProcesses),
        new("worker_priority", Main, ReadPriority),
        new("worker_cpu_affinity", Main, ReadCpuAffinity),
        new("load_module", Main, ReadLoadModule),
        new("error_log", Main | DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location | DirectiveContexts.Stream
            | DirectiveContexts.StreamServer | DirectiveContexts.Mail | DirectiveContexts.MailServer, ErrorLogHandler.Read),
        new("thread_pool", Main, ThreadPoolHandler.Read),
        new("worker_connections", Events, ReadWorkerConnections),
        new("use", Events, ReadUse),
    ];

    private static void ReadUser(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        if (call.World.User(call.Arguments[0]) is { Fails: true } user)
        {
            call.Fail(WithReason($"getpwnam(\"{call.Arguments[0]}\") failed", user), 0);
        }
        else if (call.World.Group(call.Arguments[^1]) is { Fails: true } group)
        {
            call.Fail(WithReason($"getgrnam(\"{call.Arguments[^1]}\") failed", group), call.Arguments.Count - 1);
        }
    }

    private static string WithReason(string message, Sight sight) => string.IsNullOrEmpty(sight.Reason) ? message : $"{message} {sight.Reason}";

    private static void ReadWorkerProcesses(in DirectiveCall call)
    {
        if (call.SetOnce() && call.Arguments[0] != "auto" && NginxNumber.Integer(call.Arguments[0]) is null)
        {
            call.Refuse("invalid value", 0);
        }
    }

    private static void ReadPriority(in DirectiveCall call)
    {
        var digits = call.Arguments[0].AsSpan();
        if (call.SetOnce() && NginxNumber.Integer(digits is ['-' or '+', ..] ? digits[1..] : digits) is null)
        {
            call.Refuse("invalid number", 0);
        }
    }

    private static void ReadCpuAffinity(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        var isAuto = call.Arguments[0] == "auto";
        if (isAuto && call.Arguments.Count > 2)
        {
            call.Fail("invalid number of arguments in \"worker_cpu_affinity\" directive");
            return;
        }

        for (var i = isAuto ? 1 : 0; i < call.Arguments.Count; i++)
        {
            var mask = call.Arguments[i];
            if (mask.Length > CpuSetSize)
            {
                call.Fail($"\"worker_cpu_affinity\" supports up to {CpuSetSize} CPUs only", i);
                return;
            }

            // nginx reads the mask from its end.
            var wrong = mask.AsSpan().LastIndexOfAnyExcept(' ', '0', '1');
            if (wrong >= 0)
            {
                call.Fail($"invalid character \"{mask[wrong]}\" in \"worker_cpu_affinity\"", i);
                return;
            }
        }
    }

    private static void ReadLoadModule(in DirectiveCall call)
    {
        // cycle->modules_used is set by the blocks that count their modules.
        if (call.Block.Own("events") is not null || call.Block.Own("http") is not null || call.Block.Own("stream") is not null || call.Block.Own("mail") is not null)
        {
            call.Refuse("is specified too late");
            return;
        }

        var path = call.FullName(call.Arguments[0]);
        if (call.World.Readable(path) is { Fails: true, Reason: { } reason })
        {
            // dlerror() words it so: the number of the error is not in it.
            var words = reason.Trim('(', ')').Split(": ", 2)[^1];
            call.Fail($"dlopen() \"{path}\" failed ({path}: cannot open shared object file: {words})", 0);
            return;
        }

        var file = path[(path.LastIndexOf('/') + 1)..];
        var module = file.EndsWith(".so", StringComparison.Ordinal) ? file[..^3] : file;
        if (!call.LoadModule(module))
        {
            call.Fail($"module \"{module}\" is already loaded", 0);
        }
    }

    private static void ReadWorkerConnections(in DirectiveCall call)
    {
        if (call.SetOnce() && NginxNumber.Integer(call.Arguments[0]) is null)
        {
            call.Fail($"invalid number \"{call.Arguments[0]}\"", 0);
        }
    }

    private static void ReadUse(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        var method = call.Arguments[0];
        var isThere = method switch
        {
            "epoll" => true,
            "select" or "poll" => call.Facts.Option($"with-{method}_module") is not null || !call.Facts.IsBuildKnown,
            _ => false,
        };
        if (!isThere)
        {
            call.Fail($"invalid event type \"{method}\"", 0, Suggestion.ForValue(method, EventMethods));
        }
    }
}
