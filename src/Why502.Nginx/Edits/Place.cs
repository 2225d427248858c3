namespace Why502.Nginx;

/// <summary>Where a directive goes.</summary>
public sealed record Place
{
    private Place(PlaceKind kind, Directive? anchor, ConfigurationFile? file)
    {
        Kind = kind;
        Anchor = anchor;
        File = file;
    }

    internal PlaceKind Kind { get; }

    /// <summary>The sibling or the block; null for the top of <see cref="File"/>.</summary>
    internal Directive? Anchor { get; }

    internal ConfigurationFile? File { get; }

    public static Place Before(Directive sibling) => new(PlaceKind.Before, sibling, null);

    /// <summary>On the next line; a comment at the end of the sibling's line stays with the sibling.</summary>
    public static Place After(Directive sibling) => new(PlaceKind.After, sibling, null);

    public static Place FirstIn(Directive block) => new(PlaceKind.First, block, null);

    public static Place FirstIn(ConfigurationFile file) => new(PlaceKind.First, null, file);

    public static Place LastIn(Directive block) => new(PlaceKind.Last, block, null);

    public static Place LastIn(ConfigurationFile file) => new(PlaceKind.Last, null, file);

    /// <summary>Where a person would look for it: behind its likes, else behind the pass directive, else behind the last simple directive.</summary>
    public static Place AmongItsKind(Directive block) => new(PlaceKind.AmongItsKind, block, null);

    public static Place AmongItsKind(ConfigurationFile file) => new(PlaceKind.AmongItsKind, null, file);
}

internal enum PlaceKind
{
    Before,
    After,
    First,
    Last,
    AmongItsKind,
}
