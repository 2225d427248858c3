namespace Why502.Logs;

/// <summary>A state of affairs that people tell of in a sentence.</summary>
/// <param name="Markers">One of these words stands in such a sentence; case does not matter.</param>
/// <param name="Kind">The event.</param>
/// <param name="Says">Whether the sentence says so.</param>
internal sealed record ToldRule(string[] Markers, AppEventKind Kind, Func<string, bool> Says)
{
    /// <summary>The number that the sentence names, where the event has one.</summary>
    public Func<string, long?>? Value { get; init; }
}
