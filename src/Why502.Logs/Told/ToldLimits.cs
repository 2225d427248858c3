using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>What is not enough: a time-out, a table of connections, workers, processors, a disk, a buffer for headers.</summary>
internal static partial class ToldLimits
{
    public static ToldRule[] All { get; } =
    [
        new(["conntrack"], AppEventKind.ConntrackFull, static text => TrackingFull().IsMatch(text)),
        new(["than", "timeout", "time-out"], AppEventKind.WaitTooShortTold, static text => TooShort().IsMatch(text) || NeedsMore().IsMatch(text)),
        new(["max_children"], AppEventKind.PoolBusyTold, static text => ChildrenReached().IsMatch(text)),
        new(["backlog", "listen queue", "accept queue", "somaxconn"], AppEventKind.ListenQueueFull, static text => QueueFull().IsMatch(text)),
        new(["open files", "descriptor", "ulimit", "nofile"], AppEventKind.FilesTold, static text => Reached().IsMatch(text)),
        new(["worker_connections"], AppEventKind.ConnectionsTold, static text => Reached().IsMatch(text)),
        new(["ports", "time_wait"], AppEventKind.PortsUsedUpTold, static text => NoPorts().IsMatch(text)),
        new(["write"], AppEventKind.TempPathTold, static text => NotWritten().IsMatch(text)),
        new(["maxpostsize", "body limit", "upload limit", "request size", "limitrequestbody", "post_max_size", "maxrequest"], AppEventKind.RequestTooLargeTold, static text => Closes().IsMatch(text)),
        new(["limit_req", "limit_conn", "rate limit", "rate-limit"], AppEventKind.RateTold, static text => Turned().IsMatch(text)),
        new(["workers", "threads", "children", "pool", "processes"], AppEventKind.PoolBusyTold, static text => AllBusy().IsMatch(text)),
        new(["sleep", "load", "wait", "cpu", "swap"], AppEventKind.MachineBusyTold, static text => Busy().IsMatch(text)),
        new(["disk", "space"], AppEventKind.DiskFull, static text => NoSpace().IsMatch(text)),
        new(["header", "buffer_size"], AppEventKind.HeaderTooBigTold, static text => BigHeader().IsMatch(text)),
    ];

    [GeneratedRegex(@"conntrack\b[^.]{0,60}\b(?:full|drop(?:s|ped|ping)?|exhaust\w*|overflow\w*)\b", RegexOptions.IgnoreCase)]
    private static partial Regex TrackingFull();

    [GeneratedRegex(@"\b(?:tak(?:es?|ing)|took|runs?|ran|needs?|lasts?) (?:\w+ ){0,3}(?:more|longer) than\b[^.]{0,80}\b(?:default|nginx\w*|time-?outs?|proxy|gateway)\b|\btime-?outs?\b[^.]{0,40}\b(?:too (?:early|short|low|soon|small)|kick(?:s|ed) in)\b|\b(?:finish(?:es|ed|ing)?|complet(?:es|ed|ing)|succeed(?:s|ed|ing)?)\b[^.]{0,60}\bafter (?:that|the|nginx'?s?|this) (?:\w+ )?time-?outs?\b", RegexOptions.IgnoreCase)]
    private static partial Regex TooShort();

    [GeneratedRegex(@"\b(?:proxy|fastcgi|uwsgi|grpc)_read_timeout\b.{0,40}?\b\d+ ?(?:s|sec|seconds|m|min|minutes)?\b.{0,60}?\b(?:needs?|takes?|requires?|longer)\b", RegexOptions.IgnoreCase)]
    private static partial Regex NeedsMore();

    [GeneratedRegex(@"\bmax_children\b[^.]{0,40}\b(?:reached|exceeded|too (?:low|small)|exhausted)\b|\b(?:reach(?:es|ed)|hit|hits) [^.]{0,20}\bmax_children\b", RegexOptions.IgnoreCase)]
    private static partial Regex ChildrenReached();

    [GeneratedRegex(@"\b(?:full|overflow\w*|too small|exceeded|fills up)\b", RegexOptions.IgnoreCase)]
    private static partial Regex QueueFull();

    [GeneratedRegex(@"\b(?:ran|runs?|running) (?:out of|into)\b|\b(?:reach(?:es|ed)|hits?|hitting|exhaust\w+|exceed\w*|too (?:many|low|few)|not enough|used up)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Reached();

    [GeneratedRegex(@"\b(?:ran|runs?|running) out of (?:\w+ )?ports\b|\b(?:ephemeral|local|source) ports\b[^.]{0,40}\b(?:exhaust\w*|used up|left)\b|\btime_wait\b[^.]{0,60}\bports\b", RegexOptions.IgnoreCase)]
    private static partial Regex NoPorts();

    [GeneratedRegex(@"\b(?:can(?: ?no|')t|could(?: not|n't)|unable to|not able to|fail(?:s|ed)? to) write\b.{0,60}(?:te?mp|client_body|/var/lib/nginx|/var/cache/nginx|cache)", RegexOptions.IgnoreCase)]
    private static partial Regex NotWritten();

    [GeneratedRegex(@"\bclos(?:es|ed)\b|\breset|\bfail|\b502\b|\b413\b|\babort|\breject", RegexOptions.IgnoreCase)]
    private static partial Regex Closes();

    [GeneratedRegex(@"\b503\b|\b429\b|\breject|\brefus|\bblock|\btoo (?:low|strict)", RegexOptions.IgnoreCase)]
    private static partial Regex Turned();

    [GeneratedRegex(@"\ball (?:the |of the |our )?(?:\w+ ){0,2}(?:workers?|threads|children|processes) (?:are|were|get|got) (?:busy|blocked|stuck|hung|in use|occupied|exhausted|taken)\b|\b(?:worker|thread) pool (?:is |was |gets )?(?:exhausted|full|saturated)\b", RegexOptions.IgnoreCase)]
    private static partial Regex AllBusy();

    [GeneratedRegex(@"\buninterruptible sleep\b|\bload average\b[^.]{0,60}\b(?:high|above|over|exceed\w*)\b|\bhigh load average\b|\b(?:high|heavy) i/?o[- ]?wait\b|\bcpu\b[^.]{0,30}\b(?:100 ?%|maxed|pegged|saturated|throttl\w+)|\b100 ?% cpu\b|\bheav(?:y|ily) swap\w*|\bload (?:is|was|of|at)(?: at| around| about)? \d{2,}\b|\bsteals? cpu\b|\bcpu steal\b", RegexOptions.IgnoreCase)]
    private static partial Regex Busy();

    [GeneratedRegex(@"\bdisk (?:is|was|got|were|had become) full\b|\b(?:ran|run|running|runs) out of (?:disk )?space\b|\bno (?:disk )?space left\b", RegexOptions.IgnoreCase)]
    private static partial Regex NoSpace();

    [GeneratedRegex(@"\b(?:response|upstream|answer)(?:'s)? headers?\b[^.]{0,40}\b(?:too (?:big|large|long)|exceed\w*|larger than|bigger than)\b|\bheaders?\b[^.]{0,60}\b(?:(?:does|do)(?: not|n't) fit|too (?:big|large)|exceed\w*)\b[^.]{0,80}\b(?:proxy|fastcgi|uwsgi)_buffer|\b502\b[^.]{0,100}\bheaders?\b[^.]{0,20}\btoo (?:big|large|long)\b|\bheaders?\b[^.]{0,20}\btoo (?:big|large|long)\b[^.]{0,100}\b502\b", RegexOptions.IgnoreCase)]
    private static partial Regex BigHeader();
}
