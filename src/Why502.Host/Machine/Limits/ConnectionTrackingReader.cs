using System.Globalization;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers how full the kernel's table of connections is.</summary>
internal sealed class ConnectionTrackingReader(MachineSnapshot machine)
{
    private const int TableBytesMax = 1024 * 1024;

    public Look Read(ConnectionTracking question)
    {
        var path = $"{machine.Options.ProcPath}/{(question.Pid == 0 ? "self" : question.Pid)}/net/stat/nf_conntrack";
        var bytes = FileCalls.ReadText(path, TableBytesMax);
        if (bytes is null)
        {
            return FileCalls.Status($"{machine.Options.ProcPath}/{(question.Pid == 0 ? "self" : question.Pid)}/net/dev") is null
                ? Look.Blind("the network of the process cannot be looked into", path)
                : Look.Saw(new ConnectionTrackingFact(false, 0, null, 0, 0, 0), path);
        }

        // The limit is one for all namespaces (nf_conntrack_max in nf_conntrack_core.c), the number of entries each one's own.
        var max = FileCalls.ReadText($"{machine.Options.ProcPath}/sys/net/netfilter/nf_conntrack_max", 64)?.Trim();
        return Look.Saw(Parse(bytes, long.TryParse(max, out var limit) ? limit : null), path);
    }

    /// <summary>A line of names, then a line of hexadecimal numbers for each processor; "entries" is the same in all of them.</summary>
    internal static ConnectionTrackingFact Parse(string table, long? max)
    {
        var lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var names = lines.Length == 0 ? [] : Fields(lines[0]);
        var rows = lines.Skip(1).Select(Fields).ToList();
        long Sum(string name)
        {
            var at = Array.IndexOf(names, name);
            return at < 0 ? 0 : rows.Sum(row => at < row.Length ? Hex(row[at]) : 0);
        }

        var entries = Array.IndexOf(names, "entries");
        return new(true, entries < 0 ? 0 : rows.Select(row => entries < row.Length ? Hex(row[entries]) : 0).DefaultIfEmpty().Max(), max, Sum("insert_failed"), Sum("drop"), Sum("early_drop"));
    }

    private static string[] Fields(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static long Hex(string text) => uint.TryParse(text, NumberStyles.AllowHexSpecifier, null, out var number) ? number : 0;
}
