using Why502.Nginx.Directives;

namespace Why502.Nginx;

/// <summary>The blocks around a place from the inside out, and which form of a directive is meant there.</summary>
internal static class BlockLevels
{
    private const DirectiveContexts Http = DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location
        | DirectiveContexts.IfInServer | DirectiveContexts.IfInLocation | DirectiveContexts.LimitExcept;

    private const DirectiveContexts Stream = DirectiveContexts.Stream | DirectiveContexts.StreamServer;

    /// <summary>A server that is only thought of stands around all that its snippet says.</summary>
    public static IEnumerable<Directive> From(Directive? block, Server? server)
    {
        var outermost = block ?? server?.Block;
        for (var level = outermost; level is not null; level = level.Parent)
        {
            outermost = level;
            yield return level;
        }

        if (server is not null && server.Block != outermost && server.Block.Index < 0)
        {
            yield return server.Block;
        }
    }

    /// <summary>The nameless locations that nginx makes of <c>if</c> and <c>limit_except</c>.</summary>
    public static bool IsNameless(Directive block) => block.Is("if") || block.Is("limit_except");

    /// <summary>The form that holds in http, of nginx itself where several makers have one; null for a name nobody knows.</summary>
    public static DirectiveForm? FormInHttp(string name) => Form(name, Http);

    public static DirectiveForm? FormInStream(string name) => Form(name, Stream);

    public static DirectiveForm? FormInMail(string name) => Form(name, DirectiveContexts.Mail | DirectiveContexts.MailServer);

    public static DirectiveForm? FormAtMain(string name) => Form(name, DirectiveContexts.Main);

    public static DirectiveForm? FormInEvents(string name) => Form(name, DirectiveContexts.Events);

    private static DirectiveForm? Form(string name, DirectiveContexts contexts)
    {
        DirectiveForm? found = null;
        foreach (var form in DirectiveTable.Find(name))
        {
            if ((form.Contexts & contexts) != 0 && (found is null || (found.IsThirdParty && !form.IsThirdParty)))
            {
                found = form;
            }
        }

        return found;
    }
}
