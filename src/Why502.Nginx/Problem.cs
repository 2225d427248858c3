namespace Why502.Nginx;

/// <summary>What kind of thing is wrong with a configuration.</summary>
public enum ProblemKind
{
    /// <summary>The text is not a configuration here: nginx's reader stops at this place.</summary>
    Syntax,

    /// <summary>A file that cannot be opened, a cycle, or one of our own limits.</summary>
    Include,

    /// <summary>The text reads well, and nginx refuses what it says.</summary>
    Semantic,

    /// <summary>nginx accepts it, and a person would want to know.</summary>
    Warning,
}

/// <summary>One mistake in nginx's own words, at the line nginx would name.</summary>
/// <param name="Hint">What was probably meant; null when there is no good guess.</param>
public sealed record Problem(SourceLine At, string Message, ProblemKind Kind, string? Hint = null, int Column = 0)
{
    public override string ToString() => $"{Message} in {At}";
}
