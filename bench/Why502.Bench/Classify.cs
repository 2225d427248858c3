using Why502.Logs;

namespace Why502.Bench;

/// <summary>Counts per message over one file: a changed count is part of a review.</summary>
internal static class Classify
{
    public static int Run(string file)
    {
        SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
        ErrorLogReader reader = new(file);
        void Count(ErrorLogRecord r)
        {
            string id = r.Suspect ? "(suspect)" : r.Known?.Id ?? "(unknown) " + r.Raw;
            string what = $"{id} | {r.Phase} | {r.Errno ?? r.Code} | {r.UpstreamScheme} {r.UpstreamPeer}{(r.Upstream is null || r.UpstreamIsTrusted ? "" : " untrusted")} | {r.Server} | {r.Subrequest} | {r.Ssl?.Reason}{(r.Truncated ? " | truncated" : "")}";
            counts[what] = counts.GetValueOrDefault(what) + 1;
        }

        reader.Push(File.ReadAllBytes(file), Count);
        reader.Complete(Count);
        foreach ((string what, int count) in counts)
        {
            Console.WriteLine($"{count,6} {what}");
        }

        Console.WriteLine($"{reader.Skipped,6} lines skipped");
        return 0;
    }
}
