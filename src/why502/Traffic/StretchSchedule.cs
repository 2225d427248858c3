namespace Why502.Cli.Traffic;

/// <summary>
/// Where a log is divided: small stretches first, so that short logs occupy all cores, then large ones. It depends on nothing but the place in the log:
/// frequent values are kept per stretch, and the result must not depend on how many workers there are, or on whether the log came as a file or through a pipe.
/// </summary>
internal static class StretchSchedule
{
    private const long First = 1 << 20;
    private const long Most = 32 << 20;

    /// <summary>Stretches of one size before it doubles.</summary>
    private const int Repeat = 4;

    /// <summary>The end of each stretch.</summary>
    public static IEnumerable<long> Ends()
    {
        long end = 0;
        long size = First;
        while (true)
        {
            for (int i = 0; i < Repeat || size == Most; i++)
            {
                yield return end += size;
            }

            size *= 2;
        }
    }
}
