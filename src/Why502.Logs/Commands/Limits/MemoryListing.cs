using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>Memory of the machine in bytes, as <c>free</c> or /proc/meminfo shows it; null where the output does not say.</summary>
public sealed record MemoryListed(long? Total, long? Available, long? SwapTotal, long? SwapFree, long? CommitLimit = null, long? Committed = null) : CommandRecord;

/// <summary><c>free</c> with any unit (procps, busybox), and <c>cat /proc/meminfo</c>.</summary>
public sealed class MemoryListing : ICommandReader
{
    /// <summary>No machine that serves has so little memory in KiB: a smaller total counts in MiB.</summary>
    private const double KibibytesMin = 200_000;

    public string Command => "free";

    public bool Looks(PastedText text) => text.Any(IsFree) || text.Any(IsMeminfo);

    private static bool IsFree(string line) => line.StartsWith("Mem:", StringComparison.Ordinal);

    private static bool IsMeminfo(string line) => line.StartsWith("MemTotal:", StringComparison.Ordinal);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        if (text.First(IsMeminfo) is { } info)
        {
            yield return new MemoryListed(Meminfo(text, "MemTotal:"), Meminfo(text, "MemAvailable:"), Meminfo(text, "SwapTotal:"), Meminfo(text, "SwapFree:"), Meminfo(text, "CommitLimit:"), Meminfo(text, "Committed_AS:")) { Line = info.Number };
        }

        if (text.First(IsFree) is { } memory && text.First(line => line.Contains("total", StringComparison.Ordinal) && line.Contains("used", StringComparison.Ordinal)) is { } header)
        {
            var unit = UnitOf(text.Command ?? "", memory.Words);
            var swap = text.First(line => line.StartsWith("Swap:", StringComparison.Ordinal))?.Words ?? [];
            yield return new MemoryListed(
                Column(memory.Words, header.Words, "total", unit),
                Column(memory.Words, header.Words, "available", unit),
                Column(swap, header.Words, "total", unit),
                Column(swap, header.Words, "free", unit))
            {
                Line = memory.Number,
            };
        }
    }

    private static long? Column(string[] row, string[] header, string name, long unit)
        => Array.IndexOf(header, name) is >= 0 and var at && at + 1 < row.Length ? DiskListing.Amount(row[at + 1], unit) : null;

    private static long UnitOf(string command, string[] row)
        => command.Contains("-b", StringComparison.Ordinal) ? 1
            : command.Contains("-m", StringComparison.Ordinal) ? 1 << 20
            : command.Contains("-g", StringComparison.Ordinal) ? 1 << 30
            : row.Length > 1 && double.TryParse(row[1], NumberStyles.None, CultureInfo.InvariantCulture, out var total) && total < KibibytesMin ? 1 << 20
            : 1024;

    private static long? Meminfo(PastedText text, string name)
        => text.First(line => line.StartsWith(name, StringComparison.Ordinal))?.Words is [_, var number, ..] ? DiskListing.Amount(number, 1024) : null;
}
