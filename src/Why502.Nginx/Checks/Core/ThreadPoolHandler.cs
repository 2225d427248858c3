using Why502.Nginx.Checks.Http;

namespace Why502.Nginx.Checks;

/// <summary><c>thread_pool</c>, and at the end the pools that <c>aio</c> asks for and nobody defines.</summary>
internal static class ThreadPoolHandler
{
    private static readonly Slot<HashSet<string>> Defined = new(() => new HashSet<string>(StringComparer.Ordinal));

    public static void Read(in DirectiveCall call)
    {
        var pools = call.Shared.Get(Defined);
        var name = call.Arguments[0];
        if (pools.Contains(name))
        {
            call.Fail($"duplicate thread pool \"{name}\"", 0);
            return;
        }

        var threads = false;
        for (var i = 1; i < call.Arguments.Count; i++)
        {
            var argument = call.Arguments[i];
            if (argument.StartsWith("threads=", StringComparison.Ordinal))
            {
                threads = true;
                if (NginxNumber.Integer(argument.AsSpan(8)) is null or 0)
                {
                    call.Fail($"invalid threads value \"{argument}\"", i);
                    return;
                }
            }
            else if (argument.StartsWith("max_queue=", StringComparison.Ordinal) && NginxNumber.Integer(argument.AsSpan(10)) is null)
            {
                call.Fail($"invalid max_queue value \"{argument}\"", i);
                return;
            }
        }

        if (!threads)
        {
            call.Fail("\"thread_pool\" must have \"threads\" parameter");
            return;
        }

        pools.Add(name);
    }

    /// <summary>ngx_thread_pool_init_conf.</summary>
    public static void Finish(CheckWalk walk)
    {
        var defined = walk.Shared.Get(Defined);
        foreach (var (name, by) in walk.Shared.Get(ThreadPools.Slot).Used)
        {
            if (name != "default" && !defined.Contains(name))
            {
                walk.FailAt(by.TerminatorAt, $"unknown thread pool \"{name}\"", null);
            }
        }
    }
}
