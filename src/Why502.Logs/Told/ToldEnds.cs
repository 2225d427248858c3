using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>How an app, a worker or a connection ended: not running at all, crashed, killed for its time or its memory, a kept connection that was closed, an answer cut short.</summary>
internal static partial class ToldEnds
{
    private const string App = @"(?:app(?:lication)?|backend|upstream|service|container|pod|php-?fpm|gunicorn|uwsgi|uvicorn|node|puma|unicorn|tomcat|apache|httpd|daemon)";

    public static ToldRule[] All { get; } =
    [
        new(["sigsegv", "segfault", "segmentation fault", "sigabrt", "sigbus"], AppEventKind.CrashTold, static text => Signal().IsMatch(text)),
        new(["kill"], AppEventKind.WorkerEndedTold, static text => KilledForTime().IsMatch(text)),
        new(["memory", "oom"], AppEventKind.MemoryTold, static text => KilledForMemory().IsMatch(text)),
        new(["keepalive", "keep-alive", "keep alive", "idle connection", "reuse"], AppEventKind.KeptConnectionTold, static text => Kept().IsMatch(text) && Closed().IsMatch(text) && Upstream().IsMatch(text)),
        new(["truncat", "short read", "cut off", "cut short", "incomplete", "prematurely", "interrupted"], AppEventKind.CutShortTold, static text => Cut().IsMatch(text)),
        new(["running", "stopped", "down", "dead", "start", "crash"], AppEventKind.DownTold, static text => Down().IsMatch(text)),
    ];

    [GeneratedRegex(@"\bsig(?:segv|abrt|bus|ill)\b|\bsegfault(?:s|ed|ing)?\b|\bsegmentation faults?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Signal();

    private const string Time = @"\d+ ?(?:s|secs?|seconds|mins?|minutes)\b";

    [GeneratedRegex(@"\b(?:workers?|process(?:es)?|scripts?|requests?|child(?:ren)?|they)\b[^.]{0,80}\bkill(?:s|ed|ing)?\b[^.]{0,40}\b(?:after " + Time + @"|time-?out|took too long)|\bafter (?:about |around )?" + Time + @"[^.]{0,60}\bkill(?:s|ed|ing)?\b", RegexOptions.IgnoreCase)]
    private static partial Regex KilledForTime();

    [GeneratedRegex(@"\b(?:oom|out[- ]of[- ]memory)[- ]?kill\w*|\boomkilled\b|\b(?:ran|runs?|running) out of memory\b|\bkilled\b[^.]{0,40}\b(?:out of memory|oom)\b", RegexOptions.IgnoreCase)]
    private static partial Regex KilledForMemory();

    [GeneratedRegex(@"\bkeep[- ]?alive\b|\bidle connections?\b|\breus(?:e[sd]?|ing)\b[^.]{0,30}\bconnections?\b|\bconnections?\b[^.]{0,30}\breus(?:e[sd]?|ing)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Kept();

    [GeneratedRegex(@"\b(?:clos(?:es?|ed|ing)|reset(?:s|ting)?|drop(?:s|ped|ping)|prematurely?|expire[sd]?|terminat(?:es?|ed|ing))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Closed();

    [GeneratedRegex(@"\b(?:upstreams?|backends?|node(?:\.js)?|app|gunicorn|tomcat|jetty|kestrel|puma|envoy|express)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Upstream();

    [GeneratedRegex(@"\bclos(?:es|ed|ing) (?:the )?connection prematurely\b|\bprematurely clos(?:es|ed|ing)\b[^.]{0,60}\b(?:large|download|body|files?)\b|\bshort read\b|\b(?:downloads?|files?|responses?|answers?|bod(?:y|ies))\b[^.]{0,60}\b(?:truncated|cut (?:off|short)|incomplete|interrupted)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Cut();

    [GeneratedRegex(@"\b" + App + @"\b[^.,]{0,30}\b(?:is|was|were|are|had been|has been) (?:not running|stopped|down|dead|not started|never started|crashing|not up)\b|\b" + App + @"\b[^.,]{0,30}\b(?:(?:did|does|do|will|would) not|(?:did|does|do|wo)n't|can(?: ?no|')t|fail(?:s|ed)? to) (?:even )?start\b|\b" + App + @"\b[^.,]{0,30}\b(?:keeps? (?:restarting|crashing)|crash(?:es|ed) (?:on|at|during) start\w*)\b|\bCrashLoopBackOff\b", RegexOptions.IgnoreCase)]
    private static partial Regex Down();
}
