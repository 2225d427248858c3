using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>Where a request goes: mapped to another path, back to nginx itself, to another server than was meant, by settings that are not in force yet.</summary>
internal static partial class ToldRoutes
{
    public static ToldRule[] All { get; } =
    [
        new(["slash"], AppEventKind.PathMappedTold, static text => Slash().IsMatch(text) && Pass().IsMatch(text) && Wrong().IsMatch(text)),
        new(["itself", "loop", "port"], AppEventKind.LoopTold, static text => ToItself().IsMatch(text) || SamePort().IsMatch(text)),
        new(["welcome", "default"], AppEventKind.OtherServerTold, static text => DefaultServer().IsMatch(text)),
        new(["old ", "reload"], AppEventKind.OldSettingsTold, static text => OldSettings().IsMatch(text)),
        new(["nginx"], AppEventKind.ConfigurationTold, static text => Refuses().IsMatch(text)),
        new(["return 50"], AppEventKind.ReturnTold, static text => Returned().IsMatch(text)),
        new(["cycle"], AppEventKind.CycleTold, static text => Cycle().IsMatch(text)),
        new(["server_name"], AppEventKind.OtherServerTold, static text => OtherName().IsMatch(text)),
        new(["marked"], AppEventKind.MarkedDownTold, static text => MarkedDown().IsMatch(text)),
        new(["1.29.", "1.30.", "1.31."], AppEventKind.DefaultChangedTold, static text => NewDefault().IsMatch(text) && Changed().IsMatch(text)),
        new(["502", "503", "504"], AppEventKind.UpstreamAnsweredTold, static text => Answers().IsMatch(text)),
    ];

    [GeneratedRegex(@"\b(?:trailing|double|extra|missing)[- ](?:forward[- ])?slash(?:es)?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Slash();

    [GeneratedRegex(@"\bproxy_pass\b|\blocation\b|\bsub-?path\b|\bprox(?:y|ied)\b|\b404\b", RegexOptions.IgnoreCase)]
    private static partial Regex Pass();

    [GeneratedRegex(@"\b404\b|\bfail|\berror|\bnot work|n't work|\bworke?d when\b|\bworks without\b|\bwrong\b|\bbroke|\bbreaks\b|\bissue", RegexOptions.IgnoreCase)]
    private static partial Regex Wrong();

    [GeneratedRegex(@"\bprox(?:y|ies|ying|ied)\b[^.]{0,60}\b(?:it|nginx )self\b|\bproxy_pass\b[^.]{0,60}\bitself\b|\b(?:prox(?:y|ies|ying)|proxy_pass|upstream)\b[^.]{0,100}\b(?:infinite|endless) loop\b|\b(?:infinite|endless) loop\b[^.]{0,100}\b(?:proxy_pass|upstream|prox(?:y|ies|ying) to)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ToItself();

    [GeneratedRegex(@"\b(?:nginx|server|vhost|it)\b[^.,]{0,20}\blisten(?:s|ing)?\b[^.]{0,30}\bport (\d{2,5})\b[^.]{0,60}\bproxy_pass\b[^.]{0,30}\bport \1\b", RegexOptions.IgnoreCase)]
    private static partial Regex SamePort();

    private const string Default = @"\bdefault (?:nginx )?(?:page|site|server(?: block)?|vhost|virtual host|config(?:uration)?)\b";

    [GeneratedRegex(@"\bnginx(?:'s)? (?:default )?welcome page\b|\bwelcome to nginx\b|" + Default + @"[^.]{0,60}\b(?:(?:is|was|gets) (?:used|served|shown|displayed|returned)|shows up|appears|answers|handles|handled)\b|\b(?:ends?|ended|lands?|landed|falls?|goes) (?:up )?(?:in|at|on|to|through to) (?:the )?" + Default + @"|\b(?:serve[sd]?|show[sn]?|display(?:s|ed)?|gets?|getting|sees?|seeing)\b[^.]{0,40}" + Default + @"[^.]{0,40}\binstead\b", RegexOptions.IgnoreCase)]
    private static partial Regex DefaultServer();

    [GeneratedRegex(@"\bnginx -t\b[^.]{0,30}\b(?:fails?|failed|errors?)\b|\bnginx\b[^.,]{0,20}\b(?:won't|doesn't|does not|did not|didn't|fails to|failed to|refuses to|can(?: ?no|')t) (?:re)?(?:start|load)\b|\b(?:missing semicolon|syntax error)\b[^.]{0,60}\b(?:nginx|config\w*)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Refuses();

    [GeneratedRegex(@"\breturn 50[023]\b[^.]{0,60}\b(?:left|server block|location|config\w*|still|maintenance)\b|\b(?:left|forgot(?:ten)?|still)\b[^.]{0,40}\breturn 50[023]\b", RegexOptions.IgnoreCase)]
    private static partial Regex Returned();

    [GeneratedRegex(@"\bredirect(?:ion)? cycle\b", RegexOptions.IgnoreCase)]
    private static partial Regex Cycle();

    [GeneratedRegex(@"\bserver_name\b[^.]{0,40}\b(?:typo|(?:not|n't) match|mismatch\w*|wrong)\b", RegexOptions.IgnoreCase)]
    private static partial Regex OtherName();

    [GeneratedRegex(@"\bservers?\b[^.]{0,60}\bmarked (?:as )?down\b[^.]{0,40}\bconfig|\ball\b[^.]{0,40}\bmarked (?:as )?down\b", RegexOptions.IgnoreCase)]
    private static partial Regex MarkedDown();

    [GeneratedRegex(@"\b(?:since|after|with|upgrad\w+|updat\w+)\b[^.]{0,40}\b1\.(?:29\.(?:[7-9]|\d\d)|3\d\.\d+)\b", RegexOptions.IgnoreCase)]
    private static partial Regex NewDefault();

    [GeneratedRegex(@"\bkeep-?alive\b|\bhttp/?1\.1\b|\bdefaults?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Changed();

    private const string Settings = @"\bold (?:\w+ )?(?:forward\w*|config\w*|settings?|ports?|upstreams?|prox(?:y|ies)|values?|routes?)\b";

    [GeneratedRegex(Settings + @"[^.]{0,60}\bstill?\b|\bstill\b[^.]{0,60}" + Settings + @"|\bforg[eo]t(?:ten)? to reload\b|\bnginx\b[^.]{0,20}\b(?:not|never) (?:been )?reloaded\b|\b(?:without reloading|(?:did not|didn't) reload) nginx\b", RegexOptions.IgnoreCase)]
    private static partial Regex OldSettings();

    [GeneratedRegex(@"\b(?:upstream|backend|app|second proxy|other proxy|inner proxy|haproxy|traefik|apache|origin|load balancer behind \w+) (?:itself )?(?:also )?(?:returns?|returned|answers?|answered|sends?|sent|responds?(?: with)?|responded(?: with)?|gives?|gave) (?:an? |with )?(?:http )?(?:status )?50[234]\b|\b50[234]s?\b[^.]{0,30}\b(?:comes?|came|is|are) from (?:the )?(?:haproxy|traefik|apache|backend|upstream|app|elb|alb|other|second|inner)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Answers();
}
