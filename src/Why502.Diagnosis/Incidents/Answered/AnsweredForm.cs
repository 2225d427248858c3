namespace Why502.Diagnosis;

/// <summary>What one kind of status without an error-log line is a symptom of, and how much of it there must be before it is no longer normal.</summary>
/// <param name="Topic">Rows of one topic at one place are one incident.</param>
/// <param name="Candidates">Causes that can have made such a status.</param>
/// <param name="Share">Of the requests to the same place, so many must have got it.</param>
/// <param name="Least">And at least so many requests, in a log that is more than a pasted fragment.</param>
public sealed record AnsweredForm(string Topic, IReadOnlyList<string> Candidates, Phase Phase, Side Side, How How, Origin Origin, double Share, int Least)
{
    /// <summary>What the status is a symptom of, where it can be only that.</summary>
    public SymptomKind Kind { get; init; } = SymptomKind.Answered;

    /// <summary>nginx's own line would tell more, and no error log was read.</summary>
    public bool Unlogged { get; init; }
}
