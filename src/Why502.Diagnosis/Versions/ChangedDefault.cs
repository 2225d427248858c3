namespace Why502.Diagnosis;

/// <summary>A default that another version of a software has, and the symptoms that the change makes where nobody asked for it.</summary>
/// <param name="Packages">Beginnings of package names that bring the software.</param>
/// <param name="From">The first version with the new default.</param>
/// <param name="What">The setting, and what it was and is.</param>
/// <param name="Symptoms">Kinds of incidents it can cause.</param>
/// <param name="Remedy">How the old default is had back, or better, what to do about it.</param>
/// <param name="Source">Where it is written.</param>
public sealed record ChangedDefault(IReadOnlyList<string> Packages, Version From, string What, IReadOnlyList<SymptomKind> Symptoms, string Remedy, string Source)
{
    /// <summary>The cause whose repair mends what the new default broke; null where none of them does.</summary>
    public string? MendedAs { get; init; }

    /// <summary>The change is that nginx keeps connections to upstreams and speaks HTTP/1.1 to them.</summary>
    public bool KeepsConnections { get; init; }

    /// <summary>Upgrades from a version before the change to one with it, or back.</summary>
    public bool IsCrossed(Version before, Version after) => (before < From && after >= From) || (after < From && before >= From);

    public bool IsOf(string package) => Packages.Any(name => package.StartsWith(name, StringComparison.Ordinal));
}
