using System.Globalization;

namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_shared_memory_add: zones by name, each of one module and one size.</summary>
internal sealed class SharedZones
{
    public static readonly Slot<SharedZones> Slot = new(() => new SharedZones());

    private readonly Dictionary<string, SharedZone> zones = new(StringComparer.Ordinal);

    public IEnumerable<SharedZone> All => zones.Values;

    /// <summary>Null, with the message given, when the name is another module's or the sizes differ.</summary>
    /// <param name="size">0 for a mere use.</param>
    public SharedZone? Add(in DirectiveCall call, string name, long size, string owner, int argument = -1)
    {
        if (!zones.TryGetValue(name, out var zone))
        {
            zones.Add(name, zone = new SharedZone(name, owner, size, call.Directive));
            return zone;
        }

        if (zone.Owner != owner)
        {
            call.Fail($"the shared memory zone \"{name}\" is already declared for a different use", argument);
            return null;
        }

        if (zone.Size == 0)
        {
            zone.Size = size;
        }

        if (size != 0 && size != zone.Size)
        {
            call.Fail(string.Create(CultureInfo.InvariantCulture, $"the size {size} of shared memory zone \"{name}\" conflicts with already declared size {zone.Size}"), argument);
            return null;
        }

        return zone;
    }
}

/// <summary>A zone of shared memory, in the order of its first mention.</summary>
internal sealed class SharedZone(string name, string owner, long size, Directive by)
{
    public string Name => name;

    public string Owner => owner;

    public long Size { get; set; } = size;

    public Directive By => by;

    /// <summary>What the defining directive keeps with it (shm_zone->data): set once it is defined.</summary>
    public string? Data { get; set; }
}
