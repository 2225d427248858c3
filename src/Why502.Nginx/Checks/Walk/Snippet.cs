using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>
/// A file that is only a part of a configuration (a bare <c>server {}</c>, some locations): it is checked as the content of the
/// block it fits into. A file in which anything belongs to the main level is a whole configuration.
/// </summary>
internal static class Snippet
{
    private static readonly DirectiveContexts[] Candidates =
    [
        DirectiveContexts.Http, DirectiveContexts.Server, DirectiveContexts.Location, DirectiveContexts.Upstream,
        DirectiveContexts.Stream, DirectiveContexts.StreamServer, DirectiveContexts.Mail, DirectiveContexts.MailServer,
    ];

    public static OpenBlock BlockOf(IReadOnlyList<Directive> top, CheckWalk walk)
    {
        var fitting = DirectiveContexts.Any;
        foreach (var directive in top)
        {
            var contexts = walk.ContextsOf(directive.Name);
            if ((contexts & DirectiveContexts.Main) != 0 && contexts != DirectiveContexts.Any && !directive.Is("error_log"))
            {
                return Imagined(DirectiveContexts.Main);
            }

            if (contexts != DirectiveContexts.None)
            {
                fitting &= contexts;
            }
        }

        foreach (var candidate in Candidates)
        {
            if (fitting != DirectiveContexts.Any && (fitting & DirectiveContexts.Main) == 0 && (fitting & candidate) != 0)
            {
                walk.WarnAt(new SourceLine(walk.Configuration.MainFile, 0), $"not a whole configuration: checked as the content of {NameOf(candidate)}");
                return Imagined(candidate);
            }
        }

        return Imagined(DirectiveContexts.Main);
    }

    /// <summary>The block with those around it, which nobody has written.</summary>
    private static OpenBlock Imagined(DirectiveContexts kind)
    {
        var outer = kind switch
        {
            DirectiveContexts.Main => DirectiveContexts.None,
            DirectiveContexts.Server or DirectiveContexts.Upstream => DirectiveContexts.Http,
            DirectiveContexts.Location => DirectiveContexts.Server,
            DirectiveContexts.StreamServer => DirectiveContexts.Stream,
            DirectiveContexts.MailServer => DirectiveContexts.Mail,
            _ => DirectiveContexts.Main,
        };
        return new OpenBlock(kind, null, outer == DirectiveContexts.None ? null : Imagined(outer));
    }

    private static string NameOf(DirectiveContexts kind) => kind switch
    {
        DirectiveContexts.StreamServer => "server {} in stream {}",
        DirectiveContexts.MailServer => "server {} in mail {}",
        _ => $"{kind.ToString().ToLowerInvariant()} {{}}",
    };
}
