using Why502.Nginx.Directives;

namespace Why502.Nginx.Syntax;

/// <summary>Where a directive ends with <c>;</c>, and where with a block: all that the braces of a file can be held against.</summary>
internal readonly record struct DirectiveShape(DirectiveContexts Simple, DirectiveContexts Block)
{
    private static readonly Lazy<Dictionary<string, DirectiveShape>> Shapes = new(Load);

    public bool IsKnown => (Simple | Block) != 0;

    public DirectiveContexts Anywhere => Simple | Block;

    public static DirectiveShape Of(string name) => Shapes.Value.GetValueOrDefault(name);

    private static Dictionary<string, DirectiveShape> Load()
    {
        var shapes = new Dictionary<string, DirectiveShape>(StringComparer.Ordinal);
        foreach (var name in DirectiveTable.Names)
        {
            var (simple, block) = (DirectiveContexts.None, DirectiveContexts.None);
            foreach (var form in DirectiveTable.Find(name))
            {
                simple |= form.IsBlock ? 0 : form.Contexts;
                block |= form.IsBlock ? form.Contexts : 0;
            }

            shapes.Add(name, new DirectiveShape(simple, block));
        }

        return shapes;
    }
}
