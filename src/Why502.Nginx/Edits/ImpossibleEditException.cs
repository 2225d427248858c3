namespace Why502.Nginx.Edits;

/// <summary>Carries a problem out of the middle of an edit; <see cref="ConfigurationDraft"/> makes a value of it.</summary>
#pragma warning disable CA1032, CA1064 // It never leaves this room: no serialisation, no other constructors.
internal sealed class ImpossibleEditException(string message, SourceLine? at) : Exception(message)
{
    public EditProblem Problem { get; } = new(message, at);
}
#pragma warning restore CA1032, CA1064
