using Why502.Nginx.Checks;
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
        "types" or "map" or "geo" or "split_clients" or "charset_map" or "geoip2" or "match" or "user_agent" or "oidc_provider" => Words,
        _ => DirectiveContexts.Any,
    };

    /// <summary>The context that most of a file's top-level directives fit, ties included: a snippet does not say where it will be included.</summary>
    public static DirectiveContexts OfTopLevel(SyntaxTree tree, ReadOnlySpan<byte> text)
    {
        var contexts = Poll(tree, text, int.MaxValue, out var fitting, out _);
        return fitting > 0 ? contexts : OfFirstName(tree, text);
    }

    /// <param name="fitting">How many directives fit that context, names, semicolons and braces.</param>
    /// <param name="asked">How many were looked at.</param>
    public static DirectiveContexts Poll(SyntaxTree tree, ReadOnlySpan<byte> text, int askedMax, out int fitting, out int asked)
    {
        Span<int> votes = stackalloc int[15];
        asked = 0;
        for (var i = 0; i < tree.Nodes.Length && asked < askedMax; i = tree.Node(i).Next)
        {
            var fits = Fits(tree, text, i);
            for (var bit = 0; bit < votes.Length; bit++)
            {
                votes[bit] += ((int)fits >> bit) & 1;
            }

            asked++;
        }

        fitting = 0;
        foreach (var count in votes)
        {
            fitting = Math.Max(fitting, count);
        }

        var contexts = DirectiveContexts.None;
        for (var bit = 0; bit < votes.Length; bit++)
        {
            contexts |= votes[bit] == fitting ? (DirectiveContexts)(1 << bit) : 0;
        }

        return contexts;
    }

    /// <summary>Nothing is as it should be: the first name that is known says where the file belongs.</summary>
    private static DirectiveContexts OfFirstName(SyntaxTree tree, ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < tree.Nodes.Length; i = tree.Node(i).Next)
        {
            var shape = tree.Node(i).TokenCount == 0 ? default : DirectiveShape.Of(DirectiveNames.Of(text, tree.TokensOf(i)[0]));
            if (shape.IsKnown)
            {
                return shape.Anywhere;
            }
        }

        return DirectiveContexts.Any;
    }

    /// <summary>Where a directive that ends like this one may stand.</summary>
    public static DirectiveContexts Fits(SyntaxTree tree, ReadOnlySpan<byte> text, int index)
    {
        ref readonly var node = ref tree.Node(index);
        if (node.TokenCount == 0)
        {
            return DirectiveContexts.None;
        }

        if (node.IsRaw)
        {
            return DirectiveContexts.Any;
        }

        var fits = DirectiveContexts.None;
        foreach (var form in DirectiveTable.Find(DirectiveNames.Of(text, tree.TokensOf(index)[0])))
        {
            var endsRight = form.IsBlock ? node.BodyStart >= 0 : node.BodyStart < 0 && node.End > 0 && text[node.End - 1] == ';';
            fits |= endsRight && ArgumentRule.Allows(form.Arguments, node.TokenCount - 1) ? form.Contexts : 0;
        }

        return fits;
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
