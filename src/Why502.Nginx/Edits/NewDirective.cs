namespace Why502.Nginx;

/// <summary>A directive that is to be written: its values, not its text. Quotes and indentation are found when it is put into a file.</summary>
/// <param name="Block">The directives between the braces; null for one that ends with a semicolon.</param>
public sealed record NewDirective(string Name, IReadOnlyList<string> Arguments, IReadOnlyList<NewDirective>? Block)
{
    /// <summary>The body of a <c>*_by_lua_block</c>, as it is to stand between the braces.</summary>
    public string? RawBody { get; init; }

    internal bool HasBody => Block is not null || RawBody is not null;

    public static NewDirective Simple(string name, params string[] arguments) => new(name, arguments, null);

    public static NewDirective WithBlock(string name, IReadOnlyList<string> arguments, params NewDirective[] block) => new(name, arguments, block);
}
