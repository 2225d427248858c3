namespace Why502.Logs;

/// <summary>One line as it may be shown: sanitised, redacted, bounded, and with the place it came from.</summary>
public sealed record LogLine(string File, int? Line, DateTime? Time, string Text)
{
    private readonly ReadOnlyMemory<byte> _raw;

    /// <summary>A line that is made fit for people when somebody wants to see it, which most never live to.</summary>
    /// <param name="raw">Nobody changes these bytes any more.</param>
    internal LogLine(LogPosition at, DateTime? time, ReadOnlyMemory<byte> raw)
        : this(at.File, at.Line, time, null!) => _raw = raw;

    public string Text
    {
        get => field ??= Redactor.Text(Sanitizer.Line(_raw.Span));
        init;
    } = Text;

    public bool Equals(LogLine? other) => other is not null && File == other.File && Line == other.Line && Time == other.Time && Text == other.Text;

    public override int GetHashCode() => HashCode.Combine(File, Line, Time, Text);
}
