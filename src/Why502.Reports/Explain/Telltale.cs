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

        return CauseRegistry.Find(id) is { } other ? Of(other.Info) : Known(id);
    }

    public static string Of(CauseInfo cause)
    {
        // Another cause's near miss that this one explains states the difference; its own example states the situation.
        var miss = CauseRegistry.All.FirstOrDefault(other => other.Id != cause.Id && other.Info.NearMiss.Expect == cause.Id);
        return miss?.Info.NearMiss.Story ?? cause.Example.Story;
    }

    /// <summary>Causes that nginx's messages name and that this version does not decide yet.</summary>
    private static string Known(string id) => CauseNames.Of(id) ?? "not decided by this version";
}
