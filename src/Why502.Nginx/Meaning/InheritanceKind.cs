namespace Why502.Nginx;

/// <summary>How a directive's value gets into the blocks within: what the module's merge function does (column <c>inherits</c> of directives.tsv).</summary>
public enum InheritanceKind
{
    /// <summary>ngx_conf_merge_value and its likes: the nearest block that has it wins.</summary>
    Nearest,

    /// <summary>ngx_conf_merge_ptr_value of an array: the directive may be repeated, and any in a block replaces all of the blocks around it.</summary>
    Array,

    /// <summary>No merge function touches it: it holds in its own block only (return, rewrite, try_files).</summary>
    None,

    /// <summary>A content handler: only the nameless locations of <c>if</c> and <c>limit_except</c> take it over (clcf->noname).</summary>
    Handler,

    /// <summary>Blocks add to what the blocks around them say.</summary>
    Merged,
}

/// <summary>How a directive inherits, and with which other one it shares its place: <c>root</c> with <c>alias</c>, <c>allow</c> with <c>deny</c>.</summary>
public readonly record struct InheritanceRule(InheritanceKind Kind, string? SharedWith)
{
    /// <summary>Several of them in one block all count.</summary>
    public bool AddsUp => Kind is InheritanceKind.Array or InheritanceKind.Merged;

    /// <summary>Reads a cell of the table: <c>array</c>, <c>with alias</c>, <c>array with deny</c>.</summary>
    internal static InheritanceRule Parse(string cell)
    {
        var with = cell.IndexOf("with ", StringComparison.Ordinal);
        return new InheritanceRule(
            (with < 0 ? cell : cell[..with].TrimEnd()) switch
            {
                "" => InheritanceKind.Nearest,
                "array" => InheritanceKind.Array,
                "none" => InheritanceKind.None,
                "handler" => InheritanceKind.Handler,
                "merged" => InheritanceKind.Merged,
                _ => throw new FormatException($"directives.tsv: no such inheritance: {cell}"),
            },
            with < 0 ? null : cell[(with + 5)..]);
    }
}
