namespace Why502.Nginx.Checks.Http;

/// <summary>Thread pools that <c>aio</c> asks for: the main level has to define them (ngx_thread_pool_init_conf).</summary>
internal sealed class ThreadPools
{
    public static readonly Slot<ThreadPools> Slot = new(() => new ThreadPools());

    public List<(string Name, Directive By)> Used { get; } = [];

    public static void Use(in DirectiveCall call, string name) => call.Shared.Get(Slot).Used.Add((name, call.Directive));
}
