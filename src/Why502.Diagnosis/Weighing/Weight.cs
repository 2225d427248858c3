namespace Why502.Diagnosis;

/// <summary>
/// How much an observation speaks for or against a cause, in log-odds, with the sentence that says why.
/// Four named steps keep the weights of different causes comparable.
/// </summary>
public readonly record struct Weight(double LogOdds, string? Because)
{
    public static readonly Weight None;

    /// <summary>Seen a little more often with the cause than without.</summary>
    public static readonly Step Weak = new(0.7);

    /// <summary>An expert would lean on it, and keep looking.</summary>
    public static readonly Step Moderate = new(1.5);

    /// <summary>An expert would act on it.</summary>
    public static readonly Step Strong = new(3);

    /// <summary>True by definition of the cause, or by what the kernel documents.</summary>
    public static readonly Step Decisive = new(6);

    /// <summary>File and line of the evidence when it is not the question's own source.</summary>
    public string? File { get; init; }

    public int? Line { get; init; }

    /// <summary>Overrides the provenance's source word.</summary>
    public string? Source { get; init; }

    public Weight At(string? file, int? line) => this with { File = file, Line = line };

    public Weight From(string source) => this with { Source = source };

    public readonly record struct Step(double Size)
    {
        public Weight For(string because) => new(Size, because);

        public Weight Against(string because) => new(-Size, because);
    }
}

/// <summary>How often a cause is met at all, before anything was looked at.</summary>
public enum Prior
{
    Rare,
    Usual,
    Common,
}

/// <summary>One weighed observation, ready to be printed.</summary>
public sealed record Evidence(bool Supports, string Source, string? File, int? Line, string Text)
{
    /// <summary>Log-odds; 0 for the symptom itself, which put the causes in scope and weighs nothing.</summary>
    public double LogOdds { get; init; }
}

/// <summary>
/// Collects what speaks for and against one cause within one incident. Each question counts once: the heaviest weight
/// that was drawn from it stands, so that a log and a table that say the same are one piece of evidence.
/// </summary>
public sealed class Scales
{
    private readonly Dictionary<object, (Weight Weight, string Source, string How)> weighed = [];
    private readonly Dictionary<Question, string> unobserved = [];

    public double Total => weighed.Values.Sum(entry => entry.Weight.LogOdds);

    /// <summary>Questions whose answer this cause wanted and that could not be observed.</summary>
    public IReadOnlyDictionary<Question, string> Unobserved => unobserved;

    public void Weigh<TFact>(Observed<TFact> observed, Func<TFact, Weight> judge)
        where TFact : Fact
    {
        if (observed.Saw(out var fact))
        {
            var weight = judge(fact);
            Put(observed.Question, weight.File is null && observed.Provenance is { File: { } file, Line: var line } ? weight.At(file, line) : weight, observed.Provenance?.Source ?? Sources.Machine, observed.Provenance?.How ?? "");
        }
        else if (observed.Outcome == Outcome.Unobserved)
        {
            unobserved[observed.Question] = observed.Reason ?? "";
        }
    }

    /// <summary>Weighs something that follows from the incident itself or from several answers; <paramref name="topic"/> counts once.</summary>
    public void Weigh(string topic, string source, Weight weight) => Put(topic, weight, source, topic);

    private void Put(object key, Weight weight, string source, string how)
    {
        if (weight.LogOdds == 0)
        {
            return;
        }

        if (!weighed.TryGetValue(key, out var before) || Math.Abs(weight.LogOdds) > Math.Abs(before.Weight.LogOdds))
        {
            weighed[key] = (weight, weight.Source ?? source, how);
        }
    }

    /// <summary>Heaviest first.</summary>
    public IReadOnlyList<Evidence> Evidence =>
    [
        .. weighed.Values
            .OrderByDescending(entry => Math.Abs(entry.Weight.LogOdds))
            .Select(entry => new Evidence(entry.Weight.LogOdds > 0, entry.Source, entry.Weight.File, entry.Weight.Line, entry.Weight.Because ?? entry.How) { LogOdds = entry.Weight.LogOdds }),
    ];
}
