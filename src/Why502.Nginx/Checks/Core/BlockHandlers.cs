using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>The blocks that merely open a context, and <c>include</c>.</summary>
internal static class BlockHandlers
{
    public static IEnumerable<DirectiveHandler> All { get; } =
    [
        new("include", DirectiveContexts.Any, (in DirectiveCall call) => call.FollowInclude()),
        new("events", DirectiveContexts.Main, (in DirectiveCall call) => Once(call, DirectiveContexts.Events, null)),
        new("http", DirectiveContexts.Main, (in DirectiveCall call) => Once(call, DirectiveContexts.Http, HttpBlock.Finish)),
        new("stream", DirectiveContexts.Main, (in DirectiveCall call) => Once(call, DirectiveContexts.Stream, null)),
        new("mail", DirectiveContexts.Main, (in DirectiveCall call) => Once(call, DirectiveContexts.Mail, null)),
        new("server", DirectiveContexts.Http, (in DirectiveCall call) => call.Enter(DirectiveContexts.Server)),
        new("server", DirectiveContexts.Stream, (in DirectiveCall call) => call.Enter(DirectiveContexts.StreamServer)),
        new("server", DirectiveContexts.Mail, (in DirectiveCall call) => call.Enter(DirectiveContexts.MailServer)),
        new("location", DirectiveContexts.Server | DirectiveContexts.Location, (in DirectiveCall call) => call.Enter(DirectiveContexts.Location)),
        new("limit_except", DirectiveContexts.Location, (in DirectiveCall call) => call.Enter(DirectiveContexts.LimitExcept)),
        new("if", DirectiveContexts.Server | DirectiveContexts.Location, (in DirectiveCall call) => call.Enter(
            call.Block.Kind == DirectiveContexts.Server ? DirectiveContexts.IfInServer : DirectiveContexts.IfInLocation)),
        new("upstream", DirectiveContexts.Http, (in DirectiveCall call) => call.Enter(DirectiveContexts.Upstream)),
        new("upstream", DirectiveContexts.Stream, (in DirectiveCall call) => call.Enter(DirectiveContexts.StreamUpstream)),
    ];

    /// <summary>ngx_http_block, ngx_stream_block, ngx_mail_block, ngx_events_block: there may be one of each.</summary>
    private static void Once(in DirectiveCall call, DirectiveContexts context, BlockFinisher? finish)
    {
        if (call.SetOnce())
        {
            call.Enter(context, finish);
        }
    }
}
