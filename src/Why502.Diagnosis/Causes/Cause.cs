using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>What a cause declares of itself. The explain page, the schema's enum and the test matrix are generated from it.</summary>
public sealed record CauseInfo
{
    /// <summary>As in the table of causes: "socket-stale".</summary>
    public required string Id { get; init; }

    public required CauseFamily Family { get; init; }

    /// <summary>Names the fault, and reads well after "the cause is".</summary>
    public required string Title { get; init; }

    /// <summary>What it is, why it happens, how it differs from its look-alikes.</summary>
    public required string Explanation { get; init; }

    /// <summary>Ids of the causes that write the same line.</summary>
    public required IReadOnlyList<string> LookAlikes { get; init; }

    /// <summary>What to do about it in general, in the imperative; the finding's fix names this machine's paths and units.</summary>
    public required string Remedy { get; init; }

    /// <summary>What people try and what does not help.</summary>
    public string? DoNot { get; init; }

    /// <summary>RFC 9209 proxy error type.</summary>
    public required string ProxyError { get; init; }

    /// <summary>Statuses the client gets: "502", "504".</summary>
    public required IReadOnlyList<string> Statuses { get; init; }

    public Prior Prior { get; init; } = Prior.Usual;

    /// <summary>A catch-all: it is named only when no more specific cause explains the incident.</summary>
    public bool Residual { get; init; }

    /// <summary>Causes that lie beneath this one: when one of them is found, it comes first.</summary>
    public bool AboveItsCauses { get; init; }

    public required Case Example { get; init; }

    /// <summary>Differs from the example in as little as possible, and another cause (or none) is first.</summary>
    public required Case NearMiss { get; init; }
}

/// <summary>What a cause is about; each has a folder of this name.</summary>
public enum CauseFamily
{
    Reach,
    Dns,
    UnixSocket,
    Timeout,
    Response,
    Tls,
    Capacity,
    Config,
}

/// <summary>One entry of the table of causes: what has to be changed for an incident to end.</summary>
public abstract class Cause
{
    public abstract CauseInfo Info { get; }

    public string Id => Info.Id;

    /// <summary>Scope first: could this cause have written the incident's symptom at all? As the tables of symptoms say, unless the structure of the incident says more.</summary>
    public virtual bool Applies(Incident incident) => incident.Candidates.Contains(Id);

    /// <summary>Weighs what is seen, and by asking says what it would like to see.</summary>
    public abstract void Weigh(Incident incident, Observations seen, Scales scales);

    /// <summary>The fault in one clause for this machine, without a full stop: "nothing listens on 127.0.0.1:3000".</summary>
    public virtual string Describe(Incident incident, Observations seen) => char.ToLowerInvariant(Info.Title[0]) + Info.Title[1..];

    /// <summary>The line of the configuration that has to change, where it is another one than the pass directive of the incident.</summary>
    public virtual SourceLine? PlaceOf(Incident incident, Observations seen) => null;

    /// <summary>The repair for this machine, with verified paths, units and values.</summary>
    public abstract Fix? Propose(Incident incident, Observations seen);
}

/// <summary>All causes, listed at compile time by the generator.</summary>
public static partial class CauseRegistry
{
    public static IReadOnlyList<Cause> All { get; } = Create();

    public static Cause? Find(string id) => All.FirstOrDefault(cause => cause.Id.Equals(id, StringComparison.OrdinalIgnoreCase));
}
