namespace Why502.Logs;

/// <summary>One line as it may be shown: sanitised, redacted, bounded, and with the place it came from.</summary>
public sealed record LogLine(string File, int? Line, DateTime? Time, string Text);
