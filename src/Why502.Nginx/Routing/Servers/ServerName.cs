namespace Why502.Nginx.Routing;

/// <summary>A name that a host was found by.</summary>
/// <param name="How">Why this one, for people.</param>
internal sealed record ServerName(Server Server, string Name, string How)
{
    /// <summary>What an expression matched; null for any other name.</summary>
    public PatternMatch? Match { get; init; }

    public Pattern? Pattern { get; init; }
}
