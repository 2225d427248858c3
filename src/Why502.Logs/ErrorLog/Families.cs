namespace Why502.Logs;

/// <summary>
/// Groups that agree in message, server and upstream, and differ in what clients choose: route, host and method. As long as there is room each of them is a group of
/// its own; then the rest becomes one.
/// </summary>
internal struct Family()
{
    /// <summary>Groups with a route of their own.</summary>
    public int Own;

    /// <summary>The group of all others; <see cref="GroupIndex.None"/> while there is none.</summary>
    public int Rest = GroupIndex.None;

    /// <summary>No more routes get a group.</summary>
    public bool IsClosed;
}

internal sealed class Families(int familiesMax)
{
    private readonly GroupIndex index = new(familiesMax);
    private readonly List<Family> families = [];

    public int Count => families.Count;

    public Family this[int number]
    {
        get => families[number];
        set => families[number] = value;
    }

    /// <summary>The family's number; <see cref="GroupIndex.None"/> when there is none.</summary>
    public int Find(Fingerprint key) => index.Find(key.Value);

    public int Add(Fingerprint key)
    {
        families.Add(new Family());
        index.Add(key.Value, families.Count - 1);
        return families.Count - 1;
    }
}
