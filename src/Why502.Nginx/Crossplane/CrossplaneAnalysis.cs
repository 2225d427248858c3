using Why502.Nginx.Checks;
using Why502.Nginx.Directives;
using Why502.Nginx.Syntax;

namespace Why502.Nginx.Crossplane;

/// <summary>Goes through one file's directives as crossplane's parser does: leaves out what is ignored or refused, and opens what is included.</summary>
internal sealed class CrossplaneAnalysis
{
    private readonly CrossplaneParse parse;
    private readonly CrossplaneFile file;
    private readonly SyntaxTree tree;
    private readonly byte[] text;
    private readonly CrossplaneOptions options;
    private readonly DirectiveContexts[] inside;

    /// <summary>Where a word ran into a closing brace, and crossplane says what is missing: nginx's own complaint is then said already.</summary>
    private readonly HashSet<int> explained = [];

    public CrossplaneAnalysis(CrossplaneParse parse, CrossplaneFile file)
    {
        this.parse = parse;
        this.file = file;
        tree = file.File!.Tree;
        text = file.File.Bytes;
        options = parse.Options;
        inside = new DirectiveContexts[tree.Nodes.Length];
    }

    public void Run()
    {
        for (var i = 0; i < tree.Nodes.Length;)
        {
            i = Visit(i) ? i + 1 : tree.Node(i).Next;
        }

        if (!options.SyntaxOnly)
        {
            ReportText();
        }
    }

    /// <returns>Whether what is inside of it is visited, too.</returns>
    private bool Visit(int index)
    {
        ref readonly var node = ref tree.Node(index);
        var around = node.Parent < 0 ? file.Top : inside[node.Parent];
        var name = node.TokenCount == 0 ? string.Empty : DirectiveNames.Of(text, tree.TokensOf(index)[0]);
        if (options.Ignore.Contains(name))
        {
            file.Dropped.Add(index);
            return false;
        }

        if (!options.SyntaxOnly && Refusal(node, index, name, around) is { } refusal)
        {
            CrossplaneParse.Report(file, new SyntaxProblem(node.Start, node.Line, refusal));
            file.Dropped.Add(index);
            return false;
        }

        if (node.BodyStart >= 0)
        {
            inside[index] = around == BlockContexts.Words ? DirectiveContexts.Any : BlockContexts.Inside(name, around & DirectiveShape.Of(name).Block);
        }
        else if (name == "include" && node.TokenCount > 1 && !options.SingleFile)
        {
            file.Includes.Add(index, parse.Include(file, node, TextOf.Word(text, tree.TokensOf(index)[1]), around));
        }

        return true;
    }

    /// <summary>crossplane's analyze(): is the directive known, allowed here, rightly ended, and is the number of its arguments right?</summary>
    private string? Refusal(in Node node, int index, string name, DirectiveContexts around)
    {
        // A file that ends within a directive says so itself.
        var isCutOff = node.BodyStart < 0 && node.End == text.Length && text[^1] != ';';
        if (node.TokenCount == 0 || isCutOff)
        {
            return null;
        }

        if (around == BlockContexts.Words)
        {
            return WordsRefusal(node, index);
        }

        var forms = DirectiveTable.Find(name);
        if (forms.Count == 0)
        {
            return options.Strict ? $"unknown directive \"{name}\"" : null;
        }

        if (around == DirectiveContexts.Any)
        {
            return null;
        }

        string? first = null;
        var isAllowed = false;
        foreach (var form in forms)
        {
            if ((form.Contexts & around) == 0)
            {
                continue;
            }

            isAllowed = true;
            var refusal = FormRefusal(node, index, name, form);
            if (refusal is null)
            {
                return null;
            }

            first ??= refusal;
        }

        // Where the directive of another maker's module may stand depends on its version.
        return isAllowed ? first : forms.All(form => form.IsThirdParty) ? null : $"\"{name}\" directive is not allowed here";
    }

    private string? FormRefusal(in Node node, int index, string name, DirectiveForm form)
    {
        if (form.IsBlock && node.BodyStart < 0)
        {
            return $"directive \"{name}\" has no opening \"{{\"";
        }

        if (!form.IsBlock && (node.BodyStart >= 0 || text[node.End - 1] != ';'))
        {
            explained.Add(node.End);
            return $"directive \"{name}\" is not terminated by \";\"";
        }

        var count = node.TokenCount - 1;
        if (!ArgumentRule.Allows(form.Arguments, count))
        {
            return $"invalid number of arguments in \"{name}\" directive";
        }

        return form.Arguments == ArgumentCounts.Flag ? FlagRefusal(name, TextOf.Word(text, tree.TokensOf(index)[1])) : null;
    }

    private static string? FlagRefusal(string name, string value)
    {
        var isFlag = value.Equals("on", StringComparison.OrdinalIgnoreCase) || value.Equals("off", StringComparison.OrdinalIgnoreCase);
        return isFlag ? null : $"invalid value \"{value}\" in \"{name}\" directive, it must be \"on\" or \"off\"";
    }

    /// <summary>The lines of map, geo and their likes (ngx_http_map, ngx_http_geo, ngx_http_charset_map): a block is refused by all, a third word by most.</summary>
    private string? WordsRefusal(in Node node, int index)
    {
        if (node.BodyStart >= 0)
        {
            return "unexpected \"{\"";
        }

        var block = node.Parent < 0 ? string.Empty : DirectiveNames.Of(text, tree.TokensOf(node.Parent)[0]);
        var first = TextOf.Word(text, tree.TokensOf(index)[0]);
        var wanted = block switch
        {
            "map" => node.TokenCount == 2 || (node.TokenCount == 1 && first is "hostnames" or "volatile"),
            "geo" => node.TokenCount == 2 || (node.TokenCount == 1 && first is "ranges" or "volatile"),
            "split_clients" or "charset_map" => node.TokenCount == 2,
            _ => true,
        };
        return wanted ? null : block switch
        {
            "charset_map" => "invalid parameters number",
            _ => $"invalid number of the {block} parameters",
        };
    }

    /// <summary>What the words and braces themselves are wrong about, except where it is said in better words.</summary>
    private void ReportText()
    {
        foreach (var problem in tree.Problems)
        {
            if (problem.Message != "unexpected \"}\"" || !explained.Contains(problem.Offset))
            {
                CrossplaneParse.Report(file, problem);
                file.IsBroken = true;
            }
        }
    }
}
