using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>One row of <c>df</c>.</summary>
/// <param name="Total">Bytes, or inodes; null where the listing does not say.</param>
/// <param name="Available">To users other than root.</param>
/// <param name="IsInodes">The listing is <c>df -i</c>.</param>
public sealed record DiskUse(string MountPoint, long? Total, long? Available, int UsedPercent, bool IsInodes) : CommandRecord;

/// <summary><c>df -h</c>, <c>-k</c>, <c>-T</c> and <c>-i</c> of coreutils and busybox: rows end in a percentage and the mount point.</summary>
public sealed class DiskListing : ICommandReader
{
    public string Command => "df -h";

    public bool Looks(PastedText text) => text.Program == "df" || text.Any(IsHeader);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var header = text.First(IsHeader);
        var inodes = header is { } line ? line.Text.Contains("IUse", StringComparison.OrdinalIgnoreCase) || line.Text.Contains("Inodes", StringComparison.Ordinal) : text.Command?.Contains("-i", StringComparison.Ordinal) == true;
        var block = BlockOf(header?.Text ?? "", text.Command ?? "");
        return text.Lines.Where(row => header is not { } head || row.Number > head.Number).Select(row => RowOf(row, inodes, block)).OfType<DiskUse>();
    }

    private static bool IsHeader(string line)
        => line.Contains("Filesystem", StringComparison.Ordinal) && line.Contains("Mounted", StringComparison.Ordinal);

    /// <summary>Bytes of a number without a suffix: 1K-blocks is the default of both.</summary>
    private static long BlockOf(string header, string command)
        => header.Contains("1M-blocks", StringComparison.Ordinal) || command.Contains("-m", StringComparison.Ordinal) ? 1 << 20
            : header.Contains("512-blocks", StringComparison.Ordinal) ? 512
            : header.Contains("1B-blocks", StringComparison.Ordinal) ? 1
            : 1024;

    private static DiskUse? RowOf(PastedLine line, bool inodes, long block)
    {
        if (line.Text.Length > CommandReaders.LineCharsMax)
        {
            return null;
        }

        var words = line.Words;
        var percent = Array.FindLastIndex(words, word => word.Length is > 1 and < 5 && word[^1] == '%' && int.TryParse(word[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out _));

        // A long device name stands on a line of its own, so the first number may be the first word.
        if (percent < 3 || percent == words.Length - 1 || words[percent + 1][0] != '/')
        {
            return null;
        }

        return new(
            string.Join(' ', words[(percent + 1)..]),
            Amount(words[percent - 3], inodes ? 1 : block),
            Amount(words[percent - 1], inodes ? 1 : block),
            int.Parse(words[percent][..^1], CultureInfo.InvariantCulture),
            inodes)
        {
            Line = line.Number,
        };
    }

    /// <summary>"20G", "1.5T", "0", "1048576"; a suffix counts in powers of 1024, as -h does.</summary>
    internal static long? Amount(string text, long block)
    {
        text = text.TrimEnd('B', 'i');
        var power = text.Length == 0 ? -1 : "KMGTP".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal);
        var digits = power >= 0 ? text[..^1] : text;
        return double.TryParse(digits.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 1e12
            ? (long)Math.Min(number * (power >= 0 ? Math.Pow(1024, power + 1) : block), long.MaxValue / 2)
            : null;
    }
}
