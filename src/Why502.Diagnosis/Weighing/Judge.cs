namespace Why502.Diagnosis;

/// <summary>An incident with the causes that compete for it, the likeliest first.</summary>
public sealed record Judgement(Incident Incident, IReadOnlyList<Finding> Findings, IReadOnlyDictionary<Question, IReadOnlyList<string>> Undecided)
{
    /// <summary>Causes whose weighing itself failed: a bug, and no reason to lose the others' verdict.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>The same judgement with the incident's number in the report.</summary>
    public Judgement Numbered(int number)
    {
        var incident = Incident with { Id = number.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        return this with { Incident = incident, Findings = [.. Findings.Select(finding => finding with { Incident = incident })] };
    }
}

/// <summary>Lets the causes in scope of an incident compete.</summary>
public static class Judge
{
    /// <summary>Candidates below this are not listed.</summary>
    private const double ListedFrom = 0.02;

    public static Judgement Weigh(Incident incident, Observations seen)
    {
        var failures = new List<string>();
        var candidates = CauseRegistry.All
            .Where(cause => cause.Applies(incident) || IsReported(cause, incident) || ToldBeside.Admits(cause.Id, incident, seen))
            .Select(cause => Weighed(cause, incident, seen, failures))
            .OfType<Candidate>()
            .ToList();
        var confidences = Confidence.Softmax([.. candidates.Select(candidate => candidate.Score)]);
        var ranked = candidates
            .Zip(confidences, (candidate, confidence) => candidate with { Confidence = confidence })
            .OrderByDescending(candidate => candidate.Confidence)
            .ThenBy(candidate => candidate.Cause.Info.AboveItsCauses)
            .ThenBy(candidate => candidate.Cause.Id, StringComparer.Ordinal)
            .ToList();
        var undecided = Undecided(ranked);
        var named = ranked.Where((candidate, place) => place == 0 || candidate.Confidence >= ListedFrom || candidate.Cause.Info.AboveItsCauses);
        return new(incident, [.. named.Select(candidate => Finding(candidate, ranked, incident, seen))], undecided) { Failures = failures };
    }

    /// <summary>A report, and a line that lost its upstream, put causes in scope that otherwise look at what is not there.</summary>
    private static bool IsReported(Cause cause, Incident incident) => (incident.Event is not null && incident.Candidates.Contains(cause.Id)) || LostPeer.Admits(cause.Id, incident) || LostErrno.Admits(cause.Id, incident) || UnloggedForms.Admits(cause.Id, incident);

    /// <summary>Whether what the cause looks at is there.</summary>
    private static bool Looks(Cause cause, Incident incident) => cause.Applies(incident) || (incident.Peer is not null && (UnloggedForms.Admits(cause.Id, incident) || LostErrno.Admits(cause.Id, incident)));

    private static Candidate? Weighed(Cause cause, Incident incident, Observations seen, List<string> failures)
    {
        var scales = new Scales();
        try
        {
            if (Looks(cause, incident))
            {
                cause.Weigh(incident, seen, scales);
            }

            UnloggedForms.Weigh(cause.Id, incident, scales);
            LostPeer.Weigh(cause.Id, incident, seen, scales);
            ToldBeside.Weigh(cause.Id, incident, seen, scales);

            ReportedSymptoms.Weigh(cause.Id, incident, seen, scales);
        }
        catch (Exception failure) when (failure is NullReferenceException or InvalidOperationException or ArgumentException or IndexOutOfRangeException or KeyNotFoundException or FormatException or OverflowException)
        {
            failures.Add($"{cause.Id} could not be weighed ({failure.GetType().Name}): please report it with a record (--record FILE).");
            return null;
        }

        return new(cause, scales, Confidence.Of(cause.Info.Prior) + scales.Total, 0);
    }

    private static Finding Finding(Candidate candidate, IReadOnlyList<Candidate> all, Incident incident, Observations seen) => new()
    {
        Incident = incident,
        Cause = candidate.Cause,
        Confidence = candidate.Confidence,
        Score = candidate.Score,
        Title = Looks(candidate.Cause, incident) ? candidate.Cause.Describe(incident, seen) : char.ToLowerInvariant(candidate.Cause.Info.Title[0]) + candidate.Cause.Info.Title[1..],
        Place = Looks(candidate.Cause, incident) ? candidate.Cause.PlaceOf(incident, seen) : null,
        Evidence = [.. SymptomEvidence(incident), .. candidate.Scales.Evidence],
        RuledOut = [.. RuledOut(candidate, all)],
        Fix = Looks(candidate.Cause, incident) ? candidate.Cause.Propose(incident, seen) : new Fix { Summary = candidate.Cause.Info.Remedy },
    };

    private static IEnumerable<Evidence> SymptomEvidence(Incident incident)
        => incident.Samples.TakeLast(1).Select(line => new Evidence(true, incident.SymptomSource, line.File, line.Line, line.Text));

    /// <summary>The declared look-alikes first, then every other cause that was in scope and lost by a fact.</summary>
    private static IEnumerable<RuledOut> RuledOut(Candidate winner, IReadOnlyList<Candidate> all)
        => all
            .Where(candidate => candidate.Cause != winner.Cause && candidate.Confidence < winner.Confidence / 4)
            .Select(candidate => (candidate.Cause.Id, Against: candidate.Scales.Evidence.FirstOrDefault(evidence => !evidence.Supports), Declared: winner.Cause.Info.LookAlikes.Contains(candidate.Cause.Id)))
            .Where(item => item.Against is not null)
            .OrderByDescending(item => item.Declared)
            .ThenBy(item => item.Against!.LogOdds)
            .Select(item => new RuledOut(item.Id, item.Against!.Text))
            .Take(5);

    /// <summary>Questions that could not be answered, with the candidates that asked them.</summary>
    private static Dictionary<Question, IReadOnlyList<string>> Undecided(IReadOnlyList<Candidate> ranked)
        => ranked
            .Where(candidate => candidate.Confidence >= ListedFrom)
            .SelectMany(candidate => candidate.Scales.Unobserved.Keys.Select(question => (question, candidate.Cause.Id)))
            .GroupBy(item => item.question)
            .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(item => item.Id).Distinct()]);

    private sealed record Candidate(Cause Cause, Scales Scales, double Score, double Confidence);
}
