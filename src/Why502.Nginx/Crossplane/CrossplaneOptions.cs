namespace Why502.Nginx.Crossplane;

/// <summary>crossplane's own options of <c>parse</c>, by its names.</summary>
public sealed record CrossplaneOptions
{
    /// <summary>No check of contexts and numbers of arguments, and errors on nginx's line: the one of <c>;</c> or <c>{</c>.</summary>
    public bool SyntaxOnly { get; init; }

    /// <summary>Includes are not followed.</summary>
    public bool SingleFile { get; init; }

    /// <summary>Comments become directives named <c>#</c>.</summary>
    public bool Comments { get; init; }

    /// <summary>One tree, with what each include brings in at its place.</summary>
    public bool Combine { get; init; }

    /// <summary>A directive that nobody knows is an error.</summary>
    public bool Strict { get; init; }

    /// <summary>Directives that are left out, with their blocks.</summary>
    public IReadOnlySet<string> Ignore { get; init; } = new HashSet<string>();
}
