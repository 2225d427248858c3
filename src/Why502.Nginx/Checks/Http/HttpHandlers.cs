namespace Why502.Nginx.Checks.Http;

/// <summary>Who reads the directives of http, and the modules' parts in completing it.</summary>
internal static class HttpHandlers
{
    public static IEnumerable<DirectiveHandler> All { get; } =
    [
        .. CoreHandlers.Handlers, .. Locations.Handlers, .. Listen.Handlers, .. Log.Handlers, .. Upstream.Handlers, .. Rewrite.Handlers, .. Pass.Handlers, .. ProxyHandlers.Handlers,
        .. VariableBlocks.Handlers, .. Geo.Handlers, .. Limits.Handlers, .. Access.Handlers, .. Content.Handlers, .. Tls.Handlers, .. Posts.Handlers, .. DebugConnection.Handlers,
    ];

    /// <summary>In the order of nginx's list of modules (auto/modules): core first, filters last.</summary>
    public static ModuleStage[] Stages { get; } =
    [
        new CoreStage(), new UpstreamStage(), new RefererStage(), new TlsStage(), new PassStage("proxy"), new PassStage("fastcgi"), new PassStage("uwsgi"), new PassStage("scgi"),
        new PassStage("grpc"), new SecureLinkStage(), new CharsetStage(),
    ];
}
