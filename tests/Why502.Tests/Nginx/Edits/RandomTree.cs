using System.Text;
using Why502.Nginx;

namespace Why502.Tests.Nginx.Edits;

/// <summary>A directive of a test's own slow and obvious model of a configuration.</summary>
internal sealed class ModelDirective
{
    public required string Name { get; init; }

    public List<string> Arguments { get; set; } = [];

    public List<ModelDirective>? Block { get; init; }

    public ModelDirective? Parent { get; set; }

    public bool Contains(ModelDirective other) => other == this || (other.Parent is not null && Contains(other.Parent));

    public override string ToString() => $"{Name}({string.Join('|', Arguments)}){(Block is null ? ";" : "{" + string.Concat(Block) + "}")}";
}

/// <summary>A random tree and a random way to write it: indentation, line ends, quotes, comments, several directives on a line.</summary>
internal sealed class RandomTree
{
    private static readonly string[] Names = ["server", "location", "proxy_pass", "proxy_read_timeout", "ssl_protocols", "a", "listen"];

    private static readonly string[] Values =
    [
        "80", "a b", "", "\"", "'", "it's", "\\", "\\.php$", "a;b", "{x}", "${x}", "$", "#no", "a#b", "}", "a}", "\n", "x\ty", "\\n", "\\\\", "é", "C:\\temp\\", "~*", "\r", "$x{", "\\\"", "\\;", "{",
    ];

    private readonly Random random;
    private readonly StringBuilder text = new();
    private readonly string step;
    private readonly string newLine;
    private int comments;

    public RandomTree(int seed)
    {
        random = new Random(seed);
        step = Pick("  ", "    ", "\t", "");
        newLine = Pick("\n", "\n", "\r\n");
        Roots = Some(0);
        foreach (var root in Roots)
        {
            Write(root, "");
        }

        if (random.Next(4) == 0 && text.Length > newLine.Length && !InComment())
        {
            text.Length -= newLine.Length;
        }
    }

    public List<ModelDirective> Roots { get; }

    public string Text => text.ToString();

    /// <summary>So many comments stand on lines of their own: no edit may lose one.</summary>
    public int OwnLineComments { get; private set; }

    public Random Random => random;

    public static string Describe(IEnumerable<ModelDirective> directives) => string.Concat(directives);

    public static string Describe(IEnumerable<Directive> directives) =>
        string.Concat(directives.Select(d => $"{d.Name}({string.Join('|', d.Arguments)}){(d.Written is null ? ";" : "{" + Describe(d.Written) + "}")}"));

    public static IEnumerable<ModelDirective> Flat(IEnumerable<ModelDirective> directives) => directives.SelectMany(d => Flat(d.Block ?? []).Prepend(d));

    public static IEnumerable<Directive> Flat(IEnumerable<Directive> directives) => directives.SelectMany(d => Flat(d.Written ?? []).Prepend(d));

    public string Value() => Values[random.Next(Values.Length)];

    public List<string> Arguments() => [.. Enumerable.Range(0, random.Next(4)).Select(_ => Value())];

    public ModelDirective One(int depth)
    {
        var block = random.Next(3) == 0 && depth < 3 ? Some(depth + 1) : null;
        var directive = new ModelDirective { Name = Names[random.Next(Names.Length)], Arguments = Arguments(), Block = block };
        block?.ForEach(child => child.Parent = directive);
        return directive;
    }

    private List<ModelDirective> Some(int depth) => [.. Enumerable.Range(0, random.Next(5)).Select(_ => One(depth))];

    private bool InComment() => text.ToString().TrimEnd('\r', '\n').Split('\n')[^1].Contains("#c", StringComparison.Ordinal);

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];

    private void Write(ModelDirective directive, string indentation)
    {
        WriteOwnLines(indentation);
        text.Append(indentation);
        WriteHead(directive);
        if (directive.Block is { Count: > 0 } block)
        {
            if (random.Next(4) == 0)
            {
                text.Append("{ ");
                block.ForEach(WriteInLine);
                text.Append('}');
            }
            else
            {
                text.Append('{').Append(Comment()).Append(newLine);
                block.ForEach(child => Write(child, indentation + step));
                WriteOwnLines(indentation + step);
                text.Append(indentation).Append('}');
            }
        }
        else if (directive.Block is not null)
        {
            text.Append(Pick("{}", "{ }", "{" + newLine + indentation + "}"));
        }

        text.Append(Pick("", "", "", "  ", " ") is { Length: > 0 } blanks && random.Next(2) == 0 ? blanks : "");
        text.Append(random.Next(5) == 0 ? Pick(" ", "") + TrailingComment() : "").Append(newLine);
    }

    private void WriteInLine(ModelDirective directive)
    {
        WriteHead(directive);
        if (directive.Block is not null)
        {
            text.Append('{');
            directive.Block.ForEach(WriteInLine);
            text.Append('}');
        }

        text.Append(Pick(" ", ""));
    }

    private void WriteHead(ModelDirective directive)
    {
        text.Append(directive.Name);
        foreach (var argument in directive.Arguments)
        {
            text.Append(Pick(" ", " ", "  ", "\t")).Append(ConfigurationEdit.Quote(argument, random.Next(4) == 0));
        }

        text.Append(directive.Block is null ? ";" : Pick(" ", ""));
        if (directive.Block is not null && text[^1] is '$')
        {
            // nginx reads "${" as the start of a variable.
            text.Append(' ');
        }
    }

    private void WriteOwnLines(string indentation)
    {
        if (random.Next(5) == 0)
        {
            text.Append(newLine);
        }

        if (random.Next(5) == 0)
        {
            OwnLineComments++;
            text.Append(indentation).Append("#own").Append(comments++).Append(" ; } {").Append(newLine);
        }
    }

    private string Comment()
    {
        if (random.Next(6) != 0)
        {
            return "";
        }

        OwnLineComments++;
        return $" #own{comments++}";
    }

    private string TrailingComment() => $"#c{comments++} \"";
}
