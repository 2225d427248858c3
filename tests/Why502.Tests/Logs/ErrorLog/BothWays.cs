using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>Folds a log record by record, and as fast as it goes in blocks: nobody may be able to tell the two summaries apart.</summary>
internal static class BothWays
{
    public static ErrorLogSummary Agree(byte[] text, int blockLength, int maxGroups = 200, DateTime? from = null)
    {
        ErrorLogFold records = new(from, null, maxGroups);
        ErrorLogReader slow = new("e");
        slow.Push(text, records.Add);
        slow.Complete(records.Add);
        ErrorLogFold bytes = new(from, null, maxGroups);
        ErrorLogReader fast = new("e");
        for (int at = 0; at < text.Length; at += blockLength)
        {
            fast.Push(text.AsSpan(at, Math.Min(blockLength, text.Length - at)), bytes);
        }

        fast.Complete(bytes);
        Assert.Equal(Show(records.Summary()), Show(bytes.Summary()));
        Assert.Equal((slow.LastLine, slow.Skipped), (fast.LastLine, fast.Skipped));
        return bytes.Summary();
    }

    private static string Show(ErrorLogSummary s) =>
        $"{s.Records} {s.BelowWarn} {s.UnknownCount} {s.SuspectCount} {s.GroupsDropped} {s.First:s} {s.Last:s}\n{Lines(s.Unknown)}\n{Lines(s.Suspect)}\n"
        + string.Join('\n', s.Events.Select(e => $"{e.Kind} {e.Time:s} {e.Pid} {e.Code} {e.Line}")) + "\n"
        + string.Join('\n', s.Groups.Select(g => $"{g with { Samples = [], PerMinute = null, Candidates = [], Known = null }}|{string.Join(',', g.PerMinute ?? [])}|{Lines(g.Samples)}"));

    private static string Lines(IEnumerable<LogLine> lines) => string.Join(';', lines);
}
