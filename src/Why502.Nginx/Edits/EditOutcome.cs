namespace Why502.Nginx;

/// <summary>What came of edits: the changed files, or the reason why nothing was changed at all.</summary>
/// <param name="Files">Files whose bytes differ, in the configuration's order; empty when an edit was impossible.</param>
/// <param name="Problem">Null when every edit was made.</param>
public sealed record EditOutcome(IReadOnlyList<FileEdit> Files, EditProblem? Problem)
{
    public bool Succeeded => Problem is null;
}

/// <summary>Why an edit cannot be made.</summary>
/// <param name="At">The directive it is about; null when there is none.</param>
public sealed record EditProblem(string Message, SourceLine? At)
{
    public override string ToString() => At is { } at ? $"{Message} ({at})" : Message;
}
