namespace Why502.Nginx.Checks;

/// <summary>A typed place for what handlers remember in a block or for the whole configuration. The object itself is the key: keep it in a static field.</summary>
internal sealed class Slot<T>(Func<T> make)
    where T : class
{
    public T Make() => make();
}

/// <summary>Slots that are filled when they are first asked for.</summary>
internal sealed class SlotBag
{
    private Dictionary<object, object>? values;

    public T Get<T>(Slot<T> slot)
        where T : class
    {
        values ??= [];
        if (values.TryGetValue(slot, out var value))
        {
            return (T)value;
        }

        var made = slot.Make();
        values.Add(slot, made);
        return made;
    }

    /// <summary>The value, or null when nobody has asked for it yet.</summary>
    public T? Peek<T>(Slot<T> slot)
        where T : class => values is not null && values.TryGetValue(slot, out var value) ? (T)value : null;

    public void Set<T>(Slot<T> slot, T value)
        where T : class => (values ??= [])[slot] = value;
}
