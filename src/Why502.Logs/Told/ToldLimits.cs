using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>What is not enough: a time-out, a table of connections, workers, processors, a disk, a buffer for headers.</summary>
internal static partial class ToldLimits
{
    public static ToldRule[] All { get; } =
    [
        new(["conntrack"], AppEventKind.ConntrackFull, static text => TrackingFull().IsMatch(text)),
        new(["than", "timeout", "time-out"], AppEventKind.WaitTooShortTold, static text => TooShort().IsMatch(text)),
        new(["workers", "threads", "children", "pool", "processes"], AppEventKind.PoolBusyTold, static text => AllBusy().IsMatch(text)),
        new(["sleep", "load average", "wait", "cpu", "swap"], AppEventKind.MachineBusyTold, static text => Busy().IsMatch(text)),
        new(["disk", "space"], AppEventKind.DiskFull, static text => NoSpace().IsMatch(text)),
        new(["header"], AppEventKind.HeaderTooBigTold, static text => BigHeader().IsMatch(text)),
    ];

    [GeneratedRegex(@"conntrack\b[^.]{0,60}\b(?:full|drop(?:s|ped|ping)?|exhaust\w*|overflow\w*)\b", RegexOptions.IgnoreCase)]
    private static partial Regex TrackingFull();

    [GeneratedRegex(@"\b(?:tak(?:es?|ing)|took|runs?|ran|needs?|lasts?) (?:\w+ ){0,3}(?:more|longer) than\b[^.]{0,80}\b(?:default|nginx\w*|time-?outs?|proxy|gateway)\b|\btime-?outs?\b[^.]{0,40}\b(?:too (?:early|short|low|soon|small)|kick(?:s|ed) in)\b|\b(?:finish(?:es|ed|ing)?|complet(?:es|ed|ing)|succeed(?:s|ed|ing)?)\b[^.]{0,60}\bafter (?:that|the|nginx'?s?|this) (?:\w+ )?time-?outs?\b", RegexOptions.IgnoreCase)]
    private static partial Regex TooShort();

    [GeneratedRegex(@"\ball (?:the |of the |our )?(?:\w+ ){0,2}(?:workers?|threads|children|processes) (?:are|were|get|got) (?:busy|blocked|stuck|hung|in use|occupied|exhausted|taken)\b|\b(?:worker|thread) pool (?:is |was |gets )?(?:exhausted|full|saturated)\b", RegexOptions.IgnoreCase)]
    private static partial Regex AllBusy();

    [GeneratedRegex(@"\buninterruptible sleep\b|\bload average\b[^.]{0,60}\b(?:high|above|over|exceed\w*)\b|\bhigh load average\b|\b(?:high|heavy) i/?o[- ]?wait\b|\bcpu\b[^.]{0,30}\b(?:100 ?%|maxed|pegged|saturated|throttl\w+)|\b100 ?% cpu\b|\bheav(?:y|ily) swap\w*", RegexOptions.IgnoreCase)]
    private static partial Regex Busy();

    [GeneratedRegex(@"\bdisk (?:is|was|got|were|had become) full\b|\b(?:ran|run|running|runs) out of (?:disk )?space\b|\bno (?:disk )?space left\b", RegexOptions.IgnoreCase)]
    private static partial Regex NoSpace();

    [GeneratedRegex(@"\b(?:response|upstream|answer)(?:'s)? headers?\b[^.]{0,40}\b(?:too (?:big|large|long)|exceed\w*|larger than|bigger than)\b|\bheaders?\b[^.]{0,60}\b(?:too (?:big|large)|exceed\w*)\b[^.]{0,80}\bproxy_buffer", RegexOptions.IgnoreCase)]
    private static partial Regex BigHeader();
}
