using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>How an app, a worker or a connection ended: not running at all, crashed, killed for its time or its memory, a kept connection that was closed, an answer cut short.</summary>
internal static partial class ToldEnds
{
    private const string App = @"(?:app(?:lication)?|api|backend|upstream|service|server|container|pod|php-?fpm|gunicorn|uwsgi|uvicorn|node|flask|django|rails|spring|express|puma|unicorn|tomcat|apache|httpd|kestrel|daemon)";

    public static ToldRule[] All { get; } =
    [
        new(["nginx"], AppEventKind.NginxCrashTold, static text => NginxDies().IsMatch(text)),
        new(["sigsegv", "segfault", "segmentation fault", "sigabrt", "sigbus"], AppEventKind.CrashTold, static text => Signal().IsMatch(text)),
        new(["kill"], AppEventKind.WorkerEndedTold, static text => KilledForTime().IsMatch(text)),
        new(["memory", "oom", "ram"], AppEventKind.MemoryTold, static text => KilledForMemory().IsMatch(text)),
        new(["keepalive", "keep-alive", "keep alive", "idle connection", "reuse"], AppEventKind.KeptConnectionTold, static text => Kept().IsMatch(text) && Closed().IsMatch(text) && Upstream().IsMatch(text)),
        new(["clos", "empty repl"], AppEventKind.ClosedEarlyTold, static text => NoAnswer().IsMatch(text)),
        new(["stop", "stall", "hang", "freez"], AppEventKind.StalledTold, static text => Stalled().IsMatch(text)),
        new(["deploy", "restart", "rollout", "release"], AppEventKind.ReloadCutTold, static text => CutByDeploy().IsMatch(text)),
        new(["499"], AppEventKind.ClientGoneTold, static text => ClientGone().IsMatch(text)),
        new(["truncat", "short read", "cut off", "cut short", "incomplete", "prematurely", "interrupted"], AppEventKind.CutShortTold, static text => Cut().IsMatch(text)),
        new(["running", "stopped", "down", "dead", "start", "crash", "exited", "listening"], AppEventKind.DownTold, static text => Down().IsMatch(text)),
    ];

    [GeneratedRegex(@"\bsig(?:segv|abrt|bus|ill)\b|\bsegfault(?:s|ed|ing)?\b|\bsegmentation faults?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Signal();

    private const string Time = @"\d+ ?(?:s|secs?|seconds|mins?|minutes)\b";

    [GeneratedRegex(@"\b(?:workers?|process(?:es)?|scripts?|requests?|child(?:ren)?|they)\b[^.]{0,80}\bkill(?:s|ed|ing)?\b[^.]{0,40}\b(?:after " + Time + @"|time-?out|took too long)|\bafter (?:about |around )?" + Time + @"[^.]{0,60}\bkill(?:s|ed|ing)?\b|\bkill(?:s|ed|ing)? (?:the |its |an? |our )?(?:workers?|process(?:es)?|requests?|scripts?)\b[^.]{0,60}\b(?:time-?out|after " + Time + ")", RegexOptions.IgnoreCase)]
    private static partial Regex KilledForTime();

    [GeneratedRegex(@"\b(?:oom|out[- ]of[- ]memory)[- ]?kill\w*|\boomkilled\b|\b(?:ran|runs?|running) out of memory\b|\bkilled\b[^.]{0,40}\b(?:out of memory|oom)\b|\b" + App + @"\b[^.,]{0,30}\bout of memory\b|\b(?:ram|memory)\b[^.]{0,60}\bkernel kill(?:s|ed)\b", RegexOptions.IgnoreCase)]
    private static partial Regex KilledForMemory();

    [GeneratedRegex(@"\bkeep[- ]?alive|\bidle connections?\b|\breus(?:e[sd]?|ing)\b[^.]{0,30}\bconnections?\b|\bconnections?\b[^.]{0,30}\breus(?:e[sd]?|ing)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Kept();

    [GeneratedRegex(@"\b(?:clos(?:es?|ed|ing)|reset(?:s|ting)?|drop(?:s|ped|ping)|prematurely?|expire[sd]?|terminat(?:es?|ed|ing)|shorter|502s?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Closed();

    [GeneratedRegex(@"\b(?:upstreams?|backends?|node(?:\.js)?|app|gunicorn|tomcat|jetty|kestrel|puma|envoy|express)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Upstream();

    [GeneratedRegex(@"\bnginx\b[^.]{0,30}\b(?:segfaults?|crash(?:es|ed)|sigsegv|dumps core)\b", RegexOptions.IgnoreCase)]
    private static partial Regex NginxDies();

    [GeneratedRegex(@"\bclos(?:es|ed|ing) the connection\b[^.]{0,40}\bwithout (?:an? |any |sending )*(?:answer|response|reply|headers?)\b|\bempty repl(?:y|ies)\b", RegexOptions.IgnoreCase)]
    private static partial Regex NoAnswer();

    [GeneratedRegex(@"\b(?:streams?|downloads?|responses?|answers?|transfers?)\b[^.]{0,60}\b(?:stops?|stalls?|hangs?|freezes?)\b[^.]{0,60}\b(?:after \d+|in the middle|halfway|without (?:more )?data)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Stalled();

    [GeneratedRegex(@"\b(?:deploy\w*|rollouts?|restarts?|restarting|releases?)\b[^.]{0,100}\b(?:in[- ]flight|running requests|requests that are running|ongoing requests|some requests|a few requests)\b|\b50[24]s?\b[^.]{0,40}\bduring (?:an? |each |every |the )?(?:deploy\w*|restarts?|rollouts?|releases?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex CutByDeploy();

    [GeneratedRegex(@"\bclients?\b[^.]{0,100}\b499s?\b|\b499s?\b[^.]{0,80}\bclients?\b[^.]{0,40}\b(?:gives? up|gave up|time-?outs?|disconnect\w*|clos\w+|abort\w*)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ClientGone();

    [GeneratedRegex(@"\bclos(?:es|ed|ing) (?:the )?connection prematurely\b|\bprematurely clos(?:es|ed|ing)\b[^.]{0,60}\b(?:large|download|body|files?)\b|\bshort read\b|\b(?:downloads?|files?|responses?|answers?|bod(?:y|ies)|json|pages?|html|data)\b[^.]{0,60}\b(?:truncated|cut (?:off|short)|incomplete|interrupted)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Cut();

    [GeneratedRegex(@"\b" + App + @"\b[^.,]{0,30}\b(?:is|was|were|are|had been|has been) (?:not running|stopped|down|dead|not started|never started|crashing|crashed|not up)\b|\b" + App + @"\b[^.,]{0,30}\b(?:is|was|are|were)n't (?:even )?(?:running|up|started)\b|\b" + App + @"\b[^.,]{0,20}\b(?:exited|died|crashed)\b|\bforg[eo]t(?:ten)? to start\b|\bnothing (?:is |was )?listen(?:s|ing)\b|\b" + App + @"\b[^.,]{0,30}\b(?:(?:did|does|do|will|would) not|(?:did|does|do|wo)n't|can(?: ?no|')t|fail(?:s|ed)? to) (?:even )?start\b|\b" + App + @"\b[^.,]{0,30}\b(?:keeps? (?:restarting|crashing)|crash(?:es|ed) (?:on|at|during) start\w*)\b|\bCrashLoopBackOff\b", RegexOptions.IgnoreCase)]
    private static partial Regex Down();
}
