using System.Diagnostics.CodeAnalysis;

namespace Why502.Diagnosis;

/// <summary>What asking comes to.</summary>
public enum Outcome
{
    Seen,

    /// <summary>Looked for, and could not be looked at.</summary>
    Unobserved,

    /// <summary>Noted for the driver, and not yet looked at.</summary>
    Wanted,
}

/// <summary>The outcome of asking: "not seen" is not "no", and "not yet" is neither.</summary>
public readonly record struct Observed<TFact>(Question<TFact> Question, Outcome Outcome, TFact? Fact, string? Reason, Provenance? Provenance)
    where TFact : Fact
{
    /// <summary>True when the fact was seen; then <paramref name="fact"/> is it.</summary>
    public bool Saw([NotNullWhen(true)] out TFact? fact)
    {
        fact = Fact;
        return Outcome == Outcome.Seen && fact is not null;
    }

    public TFact? FactOrNull => Outcome == Outcome.Seen ? Fact : null;
}

/// <summary>
/// Everything that is known so far. Asking is a pure look-up; a question without an answer is noted as wanted, and the
/// driver decides whether it is cheap enough to be answered.
/// </summary>
public sealed class Observations(IReadOnlyDictionary<Question, Answer> answers, DateTimeOffset now)
{
    private readonly HashSet<Question> wanted = [];
    private readonly Dictionary<Question, string> unobserved = [];
    private readonly Dictionary<Question, string> partly = [];

    private readonly Dictionary<object, Dictionary<Type, object>> readings = new(ReferenceEqualityComparer.Instance);

    public DateTimeOffset Now { get; } = now;

    /// <summary>A time as logs write it, without a zone: <see cref="Now"/> carries the machine's.</summary>
    [return: NotNullIfNotNull(nameof(local))]
    public DateTimeOffset? Zoned(DateTime? local) => local is { } time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), Now.Offset) : null;

    /// <summary>What several causes make of the same answers for one incident is made once; the answers do not change within a round.</summary>
    public TReading Once<TReading>(Incident incident, Func<TReading> make)
        where TReading : class
    {
        if (!readings.TryGetValue(incident, out var made))
        {
            readings[incident] = made = [];
        }

        if (made.TryGetValue(typeof(TReading), out var known))
        {
            return (TReading)known;
        }

        var reading = make();
        made[typeof(TReading)] = reading;
        return reading;
    }

    public IReadOnlyCollection<Question> Wanted => wanted;

    /// <summary>Questions that were asked and could not be answered, with the reason.</summary>
    public IReadOnlyDictionary<Question, string> Unobserved => unobserved;

    /// <summary>Questions whose answer lacks a part, with what that is.</summary>
    public IReadOnlyDictionary<Question, string> Partly => partly;

    public Observed<TFact> Ask<TFact>(Question<TFact> question)
        where TFact : Fact
    {
        if (!answers.TryGetValue(question, out var answer))
        {
            wanted.Add(question);
            return new(question, Outcome.Wanted, null, null, null);
        }

        if (answer.Fact is TFact fact)
        {
            if (fact is IPartialFact { Lacks: { } lacks })
            {
                partly[question] = lacks;
            }

            return new(question, Outcome.Seen, fact, null, answer.Provenance);
        }

        var reason = answer.Unobserved ?? "the answer is of another kind than the question";
        unobserved[question] = reason;
        return new(question, Outcome.Unobserved, null, reason, answer.Provenance);
    }

    /// <summary>Takes what is known without wanting more.</summary>
    public TFact? Known<TFact>(Question<TFact> question)
        where TFact : Fact
        => answers.TryGetValue(question, out var answer) ? answer.Fact as TFact : null;
}
