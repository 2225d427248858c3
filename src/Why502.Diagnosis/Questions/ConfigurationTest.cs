namespace Why502.Diagnosis;

/// <summary>Whether the configuration on disk would load: the walk of <c>nginx -t</c>, without running nginx.</summary>
/// <param name="Binary">The nginx that would load it; empty for the installed one.</param>
public sealed record ConfigurationTest(string ConfigPath, string Prefix, string Binary) : Question<ConfigurationTestFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"whether {ConfigPath} would load";

    public override string WouldTell => "whether a restart or reload would take the configuration that lies on disk";
}

/// <param name="Errors">In the order nginx would meet them; it stops at the first. Empty when it would load.</param>
public sealed record ConfigurationTestFact(IReadOnlyList<ConfigurationError> Errors) : Fact
{
    /// <summary>What nginx takes or not by modules that are not known here, with what was probably meant.</summary>
    public IReadOnlyList<ConfigurationError> Doubts { get; init; } = [];
}

/// <param name="Message">In nginx's words.</param>
/// <param name="Hint">What was probably meant.</param>
public sealed record ConfigurationError(string File, int Line, string Message, string? Hint);
