namespace Why502.Nginx.Routing;

/// <summary>What a location answers with, when a module has said so (clcf->handler).</summary>
/// <param name="Directive">The directive that says so; null when none does.</param>
internal sealed record ContentHandler(HandlerKind Kind, Directive? Directive)
{
    private static readonly Dictionary<string, HandlerKind> Kinds = new(StringComparer.Ordinal)
    {
        ["proxy_pass"] = HandlerKind.Proxy,
        ["grpc_pass"] = HandlerKind.Grpc,
        ["fastcgi_pass"] = HandlerKind.OtherUpstream,
        ["uwsgi_pass"] = HandlerKind.OtherUpstream,
        ["scgi_pass"] = HandlerKind.OtherUpstream,
        ["memcached_pass"] = HandlerKind.OtherUpstream,
        ["empty_gif"] = HandlerKind.EmptyGif,
        ["stub_status"] = HandlerKind.StubStatus,
        ["perl"] = HandlerKind.Foreign,
        ["js_content"] = HandlerKind.Foreign,
        ["content_by_lua"] = HandlerKind.Foreign,
        ["content_by_lua_block"] = HandlerKind.Foreign,
        ["content_by_lua_file"] = HandlerKind.Foreign,
        ["echo"] = HandlerKind.Foreign,
        ["api"] = HandlerKind.Foreign,
        ["status"] = HandlerKind.Foreign,
        ["vhost_traffic_status_display"] = HandlerKind.Foreign,
    };

    private static readonly ContentHandler None = new(HandlerKind.None, null);

    /// <summary>The last such directive of the block; every one of them overwrites the handler.</summary>
    public static ContentHandler Read(Scope scope)
    {
        for (var i = (scope.Block.Block?.Count ?? 0) - 1; i >= 0; i--)
        {
            var directive = scope.Block.Block![i];
            if (Kinds.TryGetValue(directive.Name, out var kind))
            {
                return new ContentHandler(kind, directive);
            }
        }

        return scope.Kind == ScopeKind.LimitExcept ? Inherited(scope) : None;
    }

    private static ContentHandler Inherited(Scope scope)
    {
        // In module order, each one filling in a handler only when there is none yet: the first of these with a pass around it.
        foreach (var name in (ReadOnlySpan<string>)["proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass"])
        {
            if (scope.PassOf(name) is { } pass)
            {
                return new ContentHandler(Kinds[name], pass);
            }
        }

        return None;
    }
}

internal enum HandlerKind
{
    None,
    Proxy,
    Grpc,

    /// <summary>FastCGI, uwsgi, SCGI and memcached: no URI is sent as such.</summary>
    OtherUpstream,
    EmptyGif,
    StubStatus,

    /// <summary>A module that is not nginx's own; it answers as it likes.</summary>
    Foreign,
}
