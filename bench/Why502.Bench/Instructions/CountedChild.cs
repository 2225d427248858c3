namespace Why502.Bench.Instructions;

/// <summary>
/// The process whose instructions are counted. It reads the whole log until everything hot is compiled as it stays, then parts of it between the ends of a region, on one
/// thread. Nothing is allocated there, so that no other thread has a reason to stop it.
/// </summary>
internal static class CountedChild
{
    private const int PartBytes = 16 * 1024;
    private const int BlockBytes = 192 * 1024;
    private const int Passes = 12;

    /// <summary>Regions without work, which tell what the ends of one cost; in the first of them the ends themselves are compiled.</summary>
    public const int EmptyRegions = 3;

    /// <summary>Code is compiled again a tenth of a second after the last method was met for the first time; a busy machine takes longer.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(400);

    public static int Run(string name)
    {
        CountedKernel kernel = CountedKernel.Of(name);
        using Region region = new();
        for (int pass = 0; pass < Passes; pass++)
        {
            WarmUp(kernel);
            Thread.Sleep(Settling);
        }

        Console.WriteLine(region.HasCounter ? 0 : region.Thread);
        Console.ReadLine();
        long empty = long.MaxValue;
        for (int i = 0; i < EmptyRegions; i++)
        {
            long before = region.Counted;
            region.Begin();
            region.End();
            empty = Math.Min(empty, region.Counted - before);
        }

        long counted = region.Counted;
        long rows = 0;
        foreach (double place in CountedKernel.Places)
        {
            ReadOnlySpan<byte> part = Rows(kernel.Log, (int)(kernel.Log.Length * place), PartBytes);
            kernel.Fill(part);
            region.Begin();
            kernel.Run();
            region.End();
            rows += part.Count((byte)'\n');
        }

        Console.WriteLine($"{rows} {region.Counted - counted - CountedKernel.Places.Count * empty}");
        return 0;
    }

    private static void WarmUp(CountedKernel kernel)
    {
        for (int at = 0; at < kernel.Log.Length;)
        {
            ReadOnlySpan<byte> rows = Rows(kernel.Log, at, BlockBytes);
            kernel.Fill(rows);
            kernel.Run();
            at = (int)System.Runtime.CompilerServices.Unsafe.ByteOffset(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(kernel.Log), ref System.Runtime.InteropServices.MemoryMarshal.GetReference(rows)) + rows.Length;
        }
    }

    /// <summary>The whole rows that begin at or behind a place, as many as fit.</summary>
    private static ReadOnlySpan<byte> Rows(byte[] log, int from, int most)
    {
        int start = from == 0 ? 0 : log.AsSpan(from - 1).IndexOf((byte)'\n') + from;
        ReadOnlySpan<byte> rows = log.AsSpan(start, Math.Min(most, log.Length - start));
        return rows[..(rows.LastIndexOf((byte)'\n') + 1)];
    }
}
