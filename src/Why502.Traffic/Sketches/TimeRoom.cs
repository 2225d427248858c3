namespace Why502.Traffic.Sketches;

/// <summary>Room for <see cref="EntryTimes"/>, in two sizes. What one table gives back the next one gets: many tables are about, and few of them hold times at once.</summary>
internal static class TimeRoom
{
    public const int Small = 32 * 1024;

    /// <summary>A stretch has seldom more.</summary>
    public const int Large = 160 * 1024;

    private static readonly Lock Gate = new();
    private static readonly Stack<uint[]> FreeSmall = [];
    private static readonly Stack<uint[]> FreeLarge = [];

    public static uint[] Take(int length)
    {
        lock (Gate)
        {
            if (FreeOf(length).TryPop(out uint[]? room))
            {
                return room;
            }
        }

        return GC.AllocateUninitializedArray<uint>(length);
    }

    public static void Return(uint[] room)
    {
        if (room.Length > 0)
        {
            lock (Gate)
            {
                FreeOf(room.Length).Push(room);
            }
        }
    }

    private static Stack<uint[]> FreeOf(int length) => length == Large ? FreeLarge : FreeSmall;
}
