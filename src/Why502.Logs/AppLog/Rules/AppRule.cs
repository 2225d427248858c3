namespace Why502.Logs;

/// <summary>A piece of text that names an event, and how to read the rest of the line.</summary>
/// <param name="Marker">What the line must hold; case does not matter.</param>
/// <param name="Kind">The event.</param>
/// <param name="Read">Fills in numbers and names; null answers that the line means something else.</param>
internal sealed record AppRule(string Marker, AppEventKind Kind, Func<string, int, AppLogEvent, AppLogEvent?>? Read = null);
