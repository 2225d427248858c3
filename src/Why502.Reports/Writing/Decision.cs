using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>Whether an incident's answer is certain enough to be given as one, and what would decide if it is not.</summary>
internal static class Decision
{
    /// <summary>A runner-up this near to the first makes it doubtful.</summary>
    private const double Close = 0.2;

    /// <summary>Below this a candidate is not worth a line.</summary>
    private const double Mentioned = 0.1;

    /// <summary>Where many fit, each has little, and so much of the first one's is worth a line.</summary>
    private const double NearFirst = 0.35;

    public static bool IsDoubtful(IReadOnlyList<Finding> rivals)
        => rivals.Count > 0
            && (rivals[0].Confidence < Conclusion.NamedFrom
                || (rivals.Count > 1 && rivals[0].Confidence - rivals[1].Confidence < Close));

    public static IReadOnlyList<Finding> Fitting(IReadOnlyList<Finding> rivals)
    {
        var fitting = rivals.Where(rival => rival.Confidence >= Math.Min(Mentioned, rivals[0].Confidence * NearFirst)).Take(4).ToList();
        return fitting.Count > 0 ? fitting : [.. rivals.Take(3)];
    }

    /// <summary>What was not seen and would tell these apart: the item that names most of them.</summary>
    public static UnobservedItem? What(IReadOnlyList<Finding> fitting, IReadOnlyList<UnobservedItem> unobserved)
    {
        var ids = fitting.Select(finding => finding.Cause.Id).ToHashSet(StringComparer.Ordinal);
        return unobserved
            .Select(item => (Item: item, Named: item.Decides.Count(ids.Contains)))
            .Where(entry => entry.Named > 0)
            .OrderByDescending(entry => entry.Named)
            .Select(entry => entry.Item)
            .FirstOrDefault();
    }

    public static bool NeedsPrivilege(UnobservedItem item)
        => item.Why.Contains("permission", StringComparison.OrdinalIgnoreCase)
            || item.Why.Contains("root", StringComparison.OrdinalIgnoreCase)
            || item.Why.Contains("not readable", StringComparison.OrdinalIgnoreCase)
            || item.Why.Contains("privilege", StringComparison.OrdinalIgnoreCase);
}
