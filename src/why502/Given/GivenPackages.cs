using System.Text;
using Why502.Diagnosis;
using Why502.Logs;

namespace Why502.Cli.Given;

/// <summary>The package managers' logs among the given files: dpkg.log, apt's history.log, dnf.rpm.log, yum.log. And what sentences tell of upgrades.</summary>
internal static class GivenPackages
{
    private const int BytesMax = 16 << 20;

    /// <summary>Somebody's paste, in which other things stand too; more is one log.</summary>
    private const int PastedBytesMax = 256 << 10;

    private const int ChangesMax = 64;

    public static bool IsLog(GivenFile file) => file.Kind == GivenKind.Unknown && (Entries(file).Count > 0 || Told(file).Count > 0);

    public static Answer Answer(PackageHistory question, IReadOnlyList<GivenFile> files, FileClock clock, Provenance provenance)
    {
        var changes = new List<PackageChange>();
        var read = new List<string>();
        foreach (var file in files)
        {
            var entries = Entries(file);
            var told = Told(file);
            if (entries.Count + told.Count > 0)
            {
                read.Add(file.Path);
            }

            // Who tells of it tells of now.
            changes.AddRange(told.Select(upgrade => new PackageChange(upgrade.Package, upgrade.Before, upgrade.After, clock.Now, file.Path, upgrade.Line)));

            changes.AddRange(entries.Select(entry => new PackageChange(entry.Entry.Package, entry.Entry.Before, entry.Entry.After, At(entry.Entry, clock), file.Path, entry.Line)).Where(change => change.At >= question.From));
        }

        return read.Count > 0
            ? new(question, new PackageHistoryFact([.. changes.OrderBy(change => change.At).TakeLast(ChangesMax)], read), null, provenance with { How = string.Join(", ", read) })
            : new(question, null, GivenHints.Why(question), provenance);
    }

    /// <summary>dpkg and apt write local time, as nginx does in its error log.</summary>
    private static DateTimeOffset At(PackageLogLine entry, FileClock clock) => new(DateTime.SpecifyKind(entry.Time, DateTimeKind.Unspecified), entry.Offset ?? clock.Now.Offset);

    private static List<(PackageLogLine Entry, int Line)> Entries(GivenFile file) => Text(file) is { } text ? [.. PackageLogText.Read(text)] : [];

    private static List<ToldUpgrade> Told(GivenFile file) => Text(file) is { } text ? [.. ToldUpgrade.In(text)] : [];

    private static string? Text(GivenFile file)
    {
        var max = file.Kind switch
        {
            GivenKind.Unknown or GivenKind.AppLog => BytesMax,
            GivenKind.ErrorLog or GivenKind.AccessLog or GivenKind.Configuration => PastedBytesMax,
            _ => 0,
        };
        if (file.Content is { } content)
        {
            return content.Length <= max ? Encoding.Latin1.GetString(content) : null;
        }

        try
        {
            return new FileInfo(file.Path).Length <= max ? Encoding.Latin1.GetString(File.ReadAllBytes(file.Path)) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
