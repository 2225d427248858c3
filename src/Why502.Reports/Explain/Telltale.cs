using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>The one fact by which a cause is told from its neighbours, from the declared examples and near misses.</summary>
internal static class Telltale
{
    /// <summary>How <paramref name="id"/> differs from <paramref name="from"/>: the near miss between the two says it best.</summary>
    public static string Of(string id, CauseInfo from)
    {
        if (from.NearMiss.Expect == id)
        {
            return from.NearMiss.Story;
        }

        return CauseRegistry.Find(id) is { } other ? Of(other.Info, [from.Id, .. from.LookAlikes]) : Known(id);
    }

    /// <summary>What tells a cause from <paramref name="rivals"/>: the near miss of one of them that it explains states the difference, else its own example states the situation.</summary>
    public static string Of(CauseInfo cause, IReadOnlyCollection<string> rivals)
    {
        var miss = CauseRegistry.All.FirstOrDefault(other => other.Id != cause.Id && rivals.Contains(other.Id) && other.Info.NearMiss.Expect == cause.Id);
        return miss?.Info.NearMiss.Story ?? cause.Example.Story;
    }

    /// <summary>Causes that nginx's messages name and that this version does not decide yet.</summary>
    private static string Known(string id) => CauseNames.Of(id) ?? "not decided by this version";
}
