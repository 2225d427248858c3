using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>What a pass directive said, for the directives and checks that build on it.</summary>
internal sealed class PassState
{
    public static readonly Slot<PassState> Slot = new(() => new PassState());

    /// <summary>Set when the address has no variables.</summary>
    public HashSet<string> Fixed { get; } = new(StringComparer.Ordinal);

    public HashSet<string> WithVariables { get; } = new(StringComparer.Ordinal);

    /// <summary>Modules that will speak TLS: <c>https://</c>, or an address that could be.</summary>
    public HashSet<string> Tls { get; } = new(StringComparer.Ordinal);
}

/// <summary><c>proxy_pass</c> and its likes.</summary>
internal static class Pass
{
    private const DirectiveContexts Inside = DirectiveContexts.Location | DirectiveContexts.IfInLocation | DirectiveContexts.LimitExcept;

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("proxy_pass", Inside, ReadProxy),
        new("fastcgi_pass", Inside, (in DirectiveCall call) => Read(call, "fastcgi", null, null)),
        new("uwsgi_pass", Inside, (in DirectiveCall call) => Read(call, "uwsgi", "uwsgi://", "suwsgi://")),
        new("scgi_pass", Inside, (in DirectiveCall call) => Read(call, "scgi", null, null)),
        new("grpc_pass", Inside, (in DirectiveCall call) => Read(call, "grpc", "grpc://", "grpcs://")),
        new("memcached_pass", Inside, ReadMemcached),
    ];

    private static void ReadMemcached(in DirectiveCall call)
    {
        // Its address has no variables: "$" is part of the name there.
        var state = call.Block.Get(PassState.Slot);
        if (state.Fixed.Contains("memcached"))
        {
            call.Refuse("is duplicate");
            return;
        }

        if (Refer(call, call.Arguments[0], 0) && ComplexText.Use(call, "memcached_key"))
        {
            state.Fixed.Add("memcached");
        }
    }

    private static void Read(in DirectiveCall call, string module, string? plain, string? secure)
    {
        var text = call.Arguments[0];
        if (!Begin(call, module, text))
        {
            return;
        }

        var tls = secure is not null && text.StartsWith(secure, StringComparison.OrdinalIgnoreCase);
        var skip = tls ? secure!.Length : plain is not null && text.StartsWith(plain, StringComparison.OrdinalIgnoreCase) ? plain.Length : 0;
        if (Refer(call, text[skip..], 0))
        {
            Done(call, module, tls);
        }
    }

    private static bool Begin(in DirectiveCall call, string module, string text)
    {
        var state = call.Block.Get(PassState.Slot);
        if (state.Fixed.Contains(module) || state.WithVariables.Contains(module))
        {
            call.Refuse("is duplicate");
            return false;
        }

        if (!ComplexText.HasVariables(text))
        {
            return true;
        }

        state.WithVariables.Add(module);
        state.Tls.Add(module);
        ComplexText.Compile(call, text, 0);
        return false;
    }

    private static bool Refer(in DirectiveCall call, string address, int defaultPort) =>
        call.Shared.Get(UpstreamGroups.Slot).Refer(call, Url.Parse(address, defaultPort, call.World, resolve: false)) is not null;

    private static void Done(in DirectiveCall call, string module, bool tls)
    {
        var state = call.Block.Get(PassState.Slot);
        state.Fixed.Add(module);
        if (tls)
        {
            state.Tls.Add(module);
        }
    }

    private static void ReadProxy(in DirectiveCall call)
    {
        var text = call.Arguments[0];
        if (!Begin(call, "proxy", text))
        {
            return;
        }

        var tls = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!tls && !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            call.Fail("invalid URL prefix", 0);
            return;
        }

        var url = Url.Parse(text[(tls ? 8 : 7)..], tls ? 443 : 80, call.World, withUri: true, resolve: false);
        if (call.Shared.Get(UpstreamGroups.Slot).Refer(call, url) is null)
        {
            return;
        }

        Done(call, "proxy", tls);
        if (url.Uri.Length > 0 && (LocationInfo.IsNameless(call.Block) || call.Block.Peek(LocationInfo.Slot) is { IsRegex: true } or { IsNamed: true }))
        {
            call.Fail(
                "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside named location, or inside \"if\" statement, or inside \"limit_except\" block", 0);
        }
    }
}
