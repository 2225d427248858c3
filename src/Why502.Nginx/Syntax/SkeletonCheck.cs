using Why502.Nginx.Directives;

namespace Why502.Nginx.Syntax;

/// <summary>
/// Holds a file's braces against what its directives want: a known one takes a block or a semicolon (ngx_conf_handler), the lines of a
/// <c>map</c> take no block (ngx_conf_parse with a handler). A lost brace or semicolon is found where nginx finds it.
/// </summary>
internal ref struct SkeletonCheck
{
    private readonly SyntaxTree tree;
    private readonly ReadOnlySpan<byte> text;
    private readonly DirectiveContexts top;
    private readonly DirectiveContexts[] inside;
    private List<SyntaxProblem>? found;
    private int semicolonsMissing;
    private int bracesMissing;

    private SkeletonCheck(SyntaxTree tree, ReadOnlySpan<byte> text, DirectiveContexts top)
    {
        this.tree = tree;
        this.text = text;
        this.top = top;
        inside = new DirectiveContexts[tree.Nodes.Length];
    }

    /// <summary>The parser's problems and these, in the order in which nginx would come to them.</summary>
    /// <param name="top">Where the file's directives stand; several contexts when that is not known.</param>
    public static IReadOnlyList<SyntaxProblem> Problems(SyntaxTree tree, ReadOnlySpan<byte> text, DirectiveContexts top)
    {
        var check = new SkeletonCheck(tree, text, top);
        check.Run();
        check.LookForTheBlockWithoutBrace();
        return check.found is null ? tree.Problems : check.Merged();
    }

    private void Run()
    {
        for (var i = 0; i < tree.Nodes.Length; i++)
        {
            ref readonly var node = ref tree.Node(i);
            var around = node.Parent < 0 ? top : inside[node.Parent];
            inside[i] = DirectiveContexts.Any;
            if (node.TokenCount == 0)
            {
                continue;
            }

            if (around == BlockContexts.Words)
            {
                CheckWords(node);
            }
            else
            {
                inside[i] = CheckDirective(node, DirectiveNames.Of(text, tree.TokensOf(i)[0]), around);
            }
        }
    }

    private void CheckWords(in Node node)
    {
        if (node.BodyStart >= 0)
        {
            semicolonsMissing++;
            Report(node.BodyStart - 1, node.TerminatorLine, "unexpected \"{\"", "a \"}\" is probably missing above");
        }
    }

    /// <returns>What stands inside of it.</returns>
    private DirectiveContexts CheckDirective(in Node node, string name, DirectiveContexts around)
    {
        var shape = DirectiveShape.Of(name);
        if (!shape.IsKnown)
        {
            return DirectiveContexts.Any;
        }

        var isAllowed = (shape.Anywhere & around) != 0;
        var (simple, block) = isAllowed ? (shape.Simple & around, shape.Block & around) : (shape.Simple, shape.Block);
        if (node.BodyStart < 0)
        {
            if (simple == 0 && text[node.End - 1] == ';')
            {
                bracesMissing++;
                Report(node.End - 1, node.TerminatorLine, $"directive \"{name}\" has no opening \"{{\"", null);
            }

            return DirectiveContexts.Any;
        }

        if (block == 0)
        {
            semicolonsMissing++;
            Report(node.BodyStart - 1, node.TerminatorLine, $"directive \"{name}\" is not terminated by \";\"", SyntaxHints.MissingSemicolon(node));
            return DirectiveContexts.Any;
        }

        if (!isAllowed && around != top && found is null && IsSkeleton(name))
        {
            Report(node.BodyStart - 1, node.TerminatorLine, $"\"{name}\" directive is not allowed here", "a \"}\" is probably missing above");
        }

        return BlockContexts.Inside(name, block);
    }

    /// <summary>A block that never stands where it is found, and that nobody would put there on purpose.</summary>
    private static bool IsSkeleton(string name) => name is "events" or "http" or "stream" or "mail" or "server" or "upstream" or "location";

    /// <summary>In a snippet <c>server listen 80;</c> might be a line of an upstream; a brace too many at the end says that it is not.</summary>
    private void LookForTheBlockWithoutBrace()
    {
        if (bracesMissing > 0 || tree.Problems.Count == 0 || tree.Problems[0].Message != "unexpected \"}\"")
        {
            return;
        }

        var end = tree.Problems[0].Offset;
        for (var i = 0; i < tree.Nodes.Length && tree.Node(i).End <= end; i = tree.Node(i).Next)
        {
            ref readonly var node = ref tree.Node(i);
            var name = node.TokenCount == 0 ? string.Empty : DirectiveNames.Of(text, tree.TokensOf(i)[0]);
            var shape = DirectiveShape.Of(name);
            if (node.BodyStart < 0 && text[node.End - 1] == ';' && shape.Block != 0 && ((shape.Simple & top) == 0 || StandsAlone(i)))
            {
                bracesMissing++;
                Report(node.End - 1, node.TerminatorLine, $"directive \"{name}\" has no opening \"{{\"", null);
                return;
            }
        }
    }

    /// <summary>The name is alone on its line: nobody writes the address of an upstream's server onto the next.</summary>
    private readonly bool StandsAlone(int index)
    {
        var tokens = tree.TokensOf(index);
        return tokens.Length > 1 && text[tokens[0].End..tokens[1].Start].Contains((byte)'\n');
    }

    private void Report(int offset, int line, string message, string? hint)
    {
        found ??= [];
        if (found.Count < SyntaxParser.ProblemsMax)
        {
            found.Add(new SyntaxProblem(offset, line, message, hint));
        }
    }

    private readonly List<SyntaxProblem> Merged()
    {
        var all = new List<SyntaxProblem>(found!);
        foreach (var problem in tree.Problems)
        {
            if (!IsConsequence(problem))
            {
                all.Add(problem);
            }
        }

        all.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        return all;
    }

    /// <summary>A block opened by mistake is never closed, and one that was not opened is closed all the same: that is one mistake, not two.</summary>
    private readonly bool IsConsequence(SyntaxProblem problem) =>
        (semicolonsMissing > 0 && problem.Offset == text.Length && problem.Message == "unexpected end of file, expecting \"}\"" && problem.Offset > found![0].Offset)
        || (bracesMissing > 0 && problem.Message == "unexpected \"}\"" && problem.Offset > found![0].Offset && problem == LastStray());

    private readonly SyntaxProblem LastStray()
    {
        for (var i = tree.Problems.Count - 1; i >= 0; i--)
        {
            if (tree.Problems[i].Message == "unexpected \"}\"")
            {
                return tree.Problems[i];
            }
        }

        return default;
    }
}
