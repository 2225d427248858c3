namespace Why502.Logs;

/// <summary>Counts different numbers exactly up to a limit, and no further.</summary>
internal sealed class DistinctNumbers(int max)
{
    private const int StartSize = 16;

    /// <summary>Open addressing; a place that is free holds zero, so zero itself is remembered apart.</summary>
    private long[] places = [];
    private bool hasZero;

    public int Count { get; private set; }

    public bool IsFull => Count >= max;

    public void Add(long number)
    {
        if (IsFull)
        {
            return;
        }

        if (number == 0)
        {
            Count += hasZero ? 0 : 1;
            hasZero = true;
            return;
        }

        if ((Count + 1) * 2 > places.Length)
        {
            Grow();
        }

        if (TryPlace(places, number))
        {
            Count++;
        }
    }

    private void Grow()
    {
        long[] larger = new long[Math.Max(StartSize, places.Length * 2)];
        foreach (long number in places)
        {
            if (number != 0)
            {
                TryPlace(larger, number);
            }
        }

        places = larger;
    }

    private static bool TryPlace(long[] places, long number)
    {
        for (int at = (int)((ulong)number * 0x9E3779B97F4A7C15 >> 40); ; at++)
        {
            ref long place = ref places[at & (places.Length - 1)];
            if (place == number)
            {
                return false;
            }

            if (place == 0)
            {
                place = number;
                return true;
            }
        }
    }
}
