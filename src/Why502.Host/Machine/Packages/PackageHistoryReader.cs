using System.Text;
using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Logs;

namespace Why502.Host.Machine.Packages;

/// <summary>Reads the ends of the package managers' logs: dpkg's, and those of dnf and yum.</summary>
internal sealed class PackageHistoryReader(MachineSnapshot machine)
{
    /// <summary>A line is some 70 bytes: thousands of packages.</summary>
    private const int TailBytesMax = 1 << 20;

    private const int ChangesMax = 64;

    /// <summary>The rotated file first: entries are answered oldest first.</summary>
    private static readonly string[] Logs = ["/var/log/dpkg.log.1", "/var/log/dpkg.log", "/var/log/dnf.rpm.log", "/var/log/yum.log"];

    public Look Read(PackageHistory question)
    {
        var changes = new List<PackageChange>();
        var read = new List<string>();
        foreach (var path in machine.Options.PackageLogs ?? Logs)
        {
            if (Tail(path) is not { } text)
            {
                continue;
            }

            read.Add(path);
            changes.AddRange(text.Split('\n').Select(line => Change(line, path)).OfType<PackageChange>().Where(change => change.At >= question.From));
        }

        return Look.Saw(new PackageHistoryFact([.. changes.OrderBy(change => change.At).TakeLast(ChangesMax)], read), read.Count == 0 ? "/var/log" : string.Join(", ", read));
    }

    private static PackageChange? Change(string line, string path)
    {
        if (PackageLogLine.TryParse(line) is not { } entry || !PackageLogText.Matters(entry.Package))
        {
            return null;
        }

        var local = DateTime.SpecifyKind(entry.Time, DateTimeKind.Unspecified);
        return new(entry.Package, entry.Before, entry.After, new DateTimeOffset(local, entry.Offset ?? TimeZoneInfo.Local.GetUtcOffset(local)), path, null);
    }

    private static string? Tail(string path)
    {
        using var file = FileCalls.Open(path, out _);
        if (file is null || FileCalls.Status(file) is not { IsRegular: true })
        {
            return null;
        }

        var length = RandomAccess.GetLength(file);
        var start = Math.Max(0, length - TailBytesMax);
        var bytes = new byte[(int)(length - start)];
        var read = RandomAccess.Read(file, bytes, start);
        var text = Encoding.Latin1.GetString(bytes, 0, read);
        return start == 0 ? text : text[(text.IndexOf('\n') + 1)..];
    }
}
