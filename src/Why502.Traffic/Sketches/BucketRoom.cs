namespace Why502.Traffic.Sketches;

/// <summary>Room for the buckets of sketches, all zero. What one gives back the next one gets: sketches are many, and few of them have buckets at a time.</summary>
internal static class BucketRoom
{
    /// <summary>Room comes in so many buckets: a sketch grows a few times.</summary>
    private const int Step = 256;

    private static readonly Lock Gate = new();

    /// <summary>Free room, by its size in steps.</summary>
    private static readonly List<Stack<ushort[]>> Free = [];

    /// <summary>Room in which there is a bucket of an index, with what was counted in the room before, which is given back.</summary>
    public static ushort[] Grow(ushort[] before, int index)
    {
        ushort[] room = Take(index / Step + 1);
        before.CopyTo(room, 0);
        Return(before);
        return room;
    }

    public static void Return(ushort[] room)
    {
        if (room.Length == 0)
        {
            return;
        }

        Array.Clear(room);
        int steps = room.Length / Step;
        lock (Gate)
        {
            while (Free.Count <= steps)
            {
                Free.Add([]);
            }

            Free[steps].Push(room);
        }
    }

    private static ushort[] Take(int steps)
    {
        lock (Gate)
        {
            if (steps < Free.Count && Free[steps].TryPop(out ushort[]? room))
            {
                return room;
            }
        }

        return new ushort[steps * Step];
    }
}
