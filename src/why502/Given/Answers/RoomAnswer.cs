using Why502.Diagnosis;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>The room of the file system that a path lies on, from <c>df</c> and <c>df -i</c>.</summary>
internal sealed class RoomAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        if (question is not StoragePath { Path: var path })
        {
            return null;
        }

        var bytes = Holding(records.Of<DiskUse>(), path, inodes: false);
        var inodes = Holding(records.Of<DiskUse>(), path, inodes: true);
        if ((bytes ?? inodes) is not { } row)
        {
            return null;
        }

        // Without a number of bytes the percentage is what is known.
        var total = bytes?.Total ?? (bytes is null ? 0 : 100L << 20);
        var left = bytes?.Available ?? total * (100 - (bytes?.UsedPercent ?? 0)) / 100;
        return new(
            new StoragePathFact(true, [], null, null, null, new(row.MountPoint, null, false, total, left, inodes?.Total ?? 0, inodes?.Available ?? (inodes is { UsedPercent: 100 } ? 0 : 1))),
            row);
    }

    private static DiskUse? Holding(IReadOnlyList<DiskUse> rows, string path, bool inodes)
        => rows
            .Where(row => row.IsInodes == inodes && (row.MountPoint == "/" || path == row.MountPoint || path.StartsWith(row.MountPoint + "/", StringComparison.Ordinal)
                // /var/run is a link to /run on every current distribution (hier(7)).
                || (path.StartsWith("/var/run/", StringComparison.Ordinal) && row.MountPoint == "/run")))
            .OrderByDescending(row => row.MountPoint.Length)
            .FirstOrDefault();
}
