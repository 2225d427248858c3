using Why502.Nginx.Directives;

namespace Why502.Nginx.Syntax;

/// <summary>What kind of block a directive opens, and which ones a piece of a configuration can have been taken from.</summary>
internal static class BlockContexts
{
    /// <summary>The block's lines are words for a function of its own (cf->handler), not directives.</summary>
    public const DirectiveContexts Words = DirectiveContexts.None;

    /// <summary>What stands between the braces of a block. Where nobody knows, anything may.</summary>
    /// <param name="around">The contexts the block itself may stand in.</param>
    public static DirectiveContexts Inside(string name, DirectiveContexts around) => name switch
    {
        "events" => DirectiveContexts.Events,
        "http" => DirectiveContexts.Http,
        "stream" => DirectiveContexts.Stream,
        "mail" => DirectiveContexts.Mail,
        "server" => Each(around, (DirectiveContexts.Http, DirectiveContexts.Server), (DirectiveContexts.Stream, DirectiveContexts.StreamServer), (DirectiveContexts.Mail, DirectiveContexts.MailServer)),
        "upstream" => Each(around, (DirectiveContexts.Http, DirectiveContexts.Upstream), (DirectiveContexts.Stream, DirectiveContexts.StreamUpstream)),
        "location" => DirectiveContexts.Location,
        "if" => Each(around, (DirectiveContexts.Server, DirectiveContexts.IfInServer), (DirectiveContexts.Location, DirectiveContexts.IfInLocation)),
        "limit_except" => DirectiveContexts.LimitExcept,
        "processes" => DirectiveContexts.Process,
        "types" or "map" or "geo" or "split_clients" or "charset_map" or "geoip2" or "match" or "user_agent" => Words,
        _ => DirectiveContexts.Any,
    };

    /// <summary>The context that most of a file's top-level directives fit, ties included: a snippet does not say where it will be included.</summary>
    public static DirectiveContexts OfTopLevel(SyntaxTree tree, ReadOnlySpan<byte> text)
    {
        Span<int> votes = stackalloc int[15];
        for (var i = 0; i < tree.Nodes.Length; i = tree.Node(i).Next)
        {
            ref readonly var node = ref tree.Node(i);
            var shape = node.TokenCount == 0 ? default : DirectiveShape.Of(DirectiveNames.Of(text, tree.TokensOf(i)[0]));
            var fits = node.BodyStart >= 0 ? shape.Block : shape.Simple;
            for (var bit = 0; bit < votes.Length; bit++)
            {
                votes[bit] += ((int)fits >> bit) & 1;
            }
        }

        // Directives of the main level stand nowhere else: http, events, worker_processes.
        var most = 0;
        foreach (var count in votes)
        {
            most = Math.Max(most, count);
        }

        var contexts = DirectiveContexts.None;
        for (var bit = 0; bit < votes.Length; bit++)
        {
            contexts |= votes[bit] == most ? (DirectiveContexts)(1 << bit) : 0;
        }

        return contexts;
    }

    private static DirectiveContexts Each(DirectiveContexts around, params ReadOnlySpan<(DirectiveContexts In, DirectiveContexts Inside)> kinds)
    {
        var (found, all) = (DirectiveContexts.None, DirectiveContexts.None);
        foreach (var (outer, inside) in kinds)
        {
            all |= inside;
            found |= (around & outer) != 0 ? inside : 0;
        }

        return found == DirectiveContexts.None ? all : found;
    }
}
