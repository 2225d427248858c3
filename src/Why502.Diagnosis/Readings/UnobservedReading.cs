namespace Why502.Diagnosis.Readings;

/// <summary>What could not be looked at, said once, with the causes between which it would decide.</summary>
public static class UnobservedReading
{
    public static IReadOnlyList<UnobservedItem> Of(Observations seen, IReadOnlyList<Judgement> judged)
        =>
        [
            .. seen.Unobserved
                .Select(item => new UnobservedItem(item.Key.What, item.Value, item.Key.WouldTell, Decides(item.Key, judged)))
                .OrderByDescending(item => item.Decides.Count)
                .ThenBy(item => item.What, StringComparer.Ordinal),
            .. seen.Partly.Select(item => new UnobservedItem($"the older part of {item.Key.What}", item.Value, "failures before that, and how often they came", [])),
        ];

    private static IReadOnlyList<string> Decides(Question question, IReadOnlyList<Judgement> judged)
        => [.. judged.SelectMany(judgement => judgement.Undecided.TryGetValue(question, out var causes) ? causes : []).Distinct()];
}
