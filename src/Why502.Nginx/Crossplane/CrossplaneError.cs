namespace Why502.Nginx.Crossplane;

/// <summary>One error of a payload, with what a person needs to find it: the payload itself has no columns and no hints.</summary>
/// <param name="Line">Null when the file could not be read at all.</param>
/// <param name="Column">0 when it is not known.</param>
public sealed record CrossplaneError(string File, int? Line, string Message, int Column = 0, string? Hint = null)
{
    /// <summary>Where in the file; errors are in its order, which is not that of their lines: nginx reports a runaway quote at the end of the file.</summary>
    public int Offset { get; init; }

    /// <summary>As crossplane words it: the place is part of the text.</summary>
    public string Text => Line is { } line ? $"{Message} in {File}:{line}" : $"{Message} in {File}";
}
