using Why502.Nginx.Directives;

namespace Why502.Nginx.Crossplane;

/// <summary>One file of a payload: what is wrong with it, and which of its directives are left out of the tree.</summary>
public sealed class CrossplaneFile
{
    private readonly List<CrossplaneError> errors = [];

    internal CrossplaneFile(string path, ConfigurationFile? file, DirectiveContexts top)
    {
        Path = path;
        File = file;
        Top = top;
    }

    public string Path { get; }

    /// <summary>Null when it could not be read.</summary>
    public ConfigurationFile? File { get; }

    public IReadOnlyList<CrossplaneError> Errors => errors;

    /// <summary>How many directives the file has, those left out of the tree included.</summary>
    public int DirectiveCount => File?.DirectiveCount ?? 0;

    /// <summary>The context in which the file was first included.</summary>
    internal DirectiveContexts Top { get; }

    /// <summary>Words or braces do not add up. crossplane answers with an empty tree then, since what stands in which block is a guess.</summary>
    internal bool IsBroken { get; set; }

    /// <summary>Nodes that are not printed, their blocks included: ignored or refused ones.</summary>
    internal HashSet<int> Dropped { get; } = [];

    /// <summary>By node: the files that an include brings in, as numbers of the payload.</summary>
    internal Dictionary<int, int[]> Includes { get; } = [];

    /// <summary>In the order of the text.</summary>
    internal void SortErrors()
    {
        var sorted = errors.OrderBy(error => error.Offset).ToList();
        errors.Clear();
        errors.AddRange(sorted);
    }

    internal void Add(CrossplaneError error)
    {
        if (errors.Count < Syntax.SyntaxParser.ProblemsMax)
        {
            errors.Add(error);
        }
    }
}
