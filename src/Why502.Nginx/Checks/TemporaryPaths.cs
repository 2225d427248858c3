namespace Why502.Nginx.Checks;

/// <summary>The directories that nginx makes at its start (ngx_add_path): one path may not be given different levels.</summary>
internal static class TemporaryPaths
{
    private static readonly Slot<Dictionary<string, Directive>> Known = new(() => new Dictionary<string, Directive>(StringComparer.Ordinal));

    public static void Add(in DirectiveCall call)
    {
        var path = call.Arguments[0].EndsWith('/') ? call.Arguments[0][..^1] : call.Arguments[0];
        call.Shared.Get(Known).TryAdd(call.FullName(path), call.Directive);
    }
}
