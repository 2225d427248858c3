using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary><c>debug_connection</c> of events (ngx_event_debug_connection).</summary>
internal static class DebugConnection
{
    public static IEnumerable<DirectiveHandler> Handlers { get; } = [new("debug_connection", DirectiveContexts.Events, Read)];

    private static void Read(in DirectiveCall call)
    {
        var text = call.Arguments[0];
        if (call.Facts.IsBuildKnown && call.Facts.Option("with-debug") is null)
        {
            call.Warn("\"debug_connection\" is ignored, you need to rebuild nginx using --with-debug option to enable it");
        }
        else if (AddressText.Network(text) is { } network)
        {
            if (!network.IsExact)
            {
                call.Warn($"low address bits of {text} are meaningless", 0);
            }
        }
        else if (text != "unix:" && Url.IsUnknownHost(text, call.World))
        {
            call.Fail($"host not found in debug_connection \"{text}\"", 0);
        }
    }
}
