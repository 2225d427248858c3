namespace Why502.Nginx;

/// <summary>
/// One change of a configuration as a value. Several are applied together by <see cref="ConfigurationEdit.Apply"/>; each
/// names directives of the configuration as it was loaded, also when an earlier edit has moved them.
/// </summary>
public abstract record Edit
{
    private protected Edit()
    {
    }

    /// <summary>The directive that is written in this very block gets these arguments (the last one, if there are several); without one it is added among its kind.</summary>
    public sealed record Set(Directive Block, string Name, IReadOnlyList<string> Arguments) : Edit;

    /// <summary>Other arguments for a directive; those that stay the same keep their bytes.</summary>
    public sealed record SetArguments(Directive Directive, IReadOnlyList<string> Arguments) : Edit;

    public sealed record Add(NewDirective Directive, Place Place) : Edit;

    /// <summary>The directive goes, with its own line and the comment at the line's end. Comments of their own stay.</summary>
    public sealed record Remove(Directive Directive) : Edit;

    /// <summary>Siblings go into a new block that stands where the first of them stood.</summary>
    public sealed record Wrap(IReadOnlyList<Directive> Directives, string Name, IReadOnlyList<string> Arguments) : Edit;

    /// <summary>The block goes; what is in it, comments included, takes its place.</summary>
    public sealed record Unwrap(Directive Block) : Edit;

    /// <summary>The directive goes elsewhere, to another file if need be, with the comment at its line's end and with the indentation of its new place.</summary>
    public sealed record Move(Directive Directive, Place Place) : Edit;
}
