namespace Why502.Logs;

/// <summary>
/// A ring of counts per minute: the last <see cref="Max"/> of what was counted. Order does not matter as long as it stays within them. Minutes are numbered from the
/// beginning of the calendar; 0 is none.
/// </summary>
internal static class MinuteSpan
{
    public const int Max = 120;

    /// <summary>A place of the ring with the minute that it is about.</summary>
    public record struct Place(int Minute, int Records);

    public static void Count(Span<Place> ring, int minute, int records)
    {
        ref Place place = ref ring[minute % Max];
        if (place.Minute < minute)
        {
            place = new Place(minute, records);
        }
        else if (place.Minute == minute)
        {
            place.Records += records;
        }
    }

    /// <summary>Counts what another ring counted.</summary>
    public static void Add(Span<Place> ring, ReadOnlySpan<Place> other)
    {
        foreach (Place place in other)
        {
            Count(ring, place.Minute, place.Records);
        }
    }

    /// <summary>Oldest first, from the first minute to the last, but of the last ones <see cref="Max"/> at most.</summary>
    public static IReadOnlyList<int> ToList(ReadOnlySpan<Place> ring, int first, int last)
    {
        int from = Math.Max(first, last - Max + 1);
        int[] list = new int[last - from + 1];
        for (int i = 0; i < list.Length; i++)
        {
            Place place = ring[(from + i) % Max];
            list[i] = place.Minute == from + i ? place.Records : 0;
        }

        return list;
    }
}
