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

internal sealed class Families
{
    private readonly GroupIndex index = new();
    private Family[] families = new Family[64];

    public int Count { get; private set; }

    public ref Family this[int number] => ref families[number];

    /// <summary>The family's number; <see cref="GroupIndex.None"/> when there is none.</summary>
    public int Find(in Fingerprint key) => index.Find(key);

    public int Add(in Fingerprint key)
    {
        if (Count == families.Length)
        {
            Array.Resize(ref families, Count * 2);
        }

        families[Count] = new Family();
        index.Add(key, Count);
        return Count++;
    }
}
