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
        new(["old "], AppEventKind.OldSettingsTold, static text => OldSettings().IsMatch(text)),
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

    [GeneratedRegex(@"\blisten(?:s|ing)?\b[^.]{0,30}\bport (\d{2,5})\b[^.]{0,60}\bprox(?:y_pass|ies|ying)\b[^.]{0,30}\bport \1\b", RegexOptions.IgnoreCase)]
    private static partial Regex SamePort();

    private const string Default = @"\bdefault (?:nginx )?(?:page|site|server(?: block)?|vhost|virtual host|config(?:uration)?)\b";

    [GeneratedRegex(@"\bnginx(?:'s)? (?:default )?welcome page\b|\bwelcome to nginx\b|" + Default + @"[^.]{0,60}\b(?:(?:is|was|gets) (?:used|served|shown|displayed|returned)|shows up|appears|answers|handles|handled)\b|\b(?:serve[sd]?|show[sn]?|display(?:s|ed)?|gets?|getting|sees?|seeing)\b[^.]{0,40}" + Default + @"[^.]{0,40}\binstead\b", RegexOptions.IgnoreCase)]
    private static partial Regex DefaultServer();

    private const string Settings = @"\bold (?:\w+ )?(?:forward\w*|config\w*|settings?|ports?|upstreams?|prox(?:y|ies)|values?|routes?)\b";

    [GeneratedRegex(Settings + @"[^.]{0,60}\bstill?\b|\bstill\b[^.]{0,60}" + Settings, RegexOptions.IgnoreCase)]
    private static partial Regex OldSettings();

    [GeneratedRegex(@"\b(?:upstream|backend|app|second proxy|other proxy|inner proxy|haproxy|traefik|apache|origin|load balancer behind \w+) (?:itself )?(?:also )?(?:returns?|returned|answers?|answered|sends?|sent|responds?(?: with)?|responded(?: with)?|gives?|gave) (?:an? |with )?(?:http )?(?:status )?50[234]\b", RegexOptions.IgnoreCase)]
    private static partial Regex Answers();
}
