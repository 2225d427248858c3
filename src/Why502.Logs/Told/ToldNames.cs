using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>Names and their addresses: one that nobody knows, one that points elsewhere, a name server that does not answer, an address that nginx keeps.</summary>
internal static partial class ToldNames
{
    /// <summary>Who says that it did not help tells of another cause.</summary>
    private static readonly string[] Denied = ["still", "n't", " not ", "no luck", "even ", "nothing", "neither", "?"];

    /// <summary>Then it was not the restart alone that helped.</summary>
    private static readonly string[] Mending = ["chang", "add", "edit", "config", "remov", "updat", "upgrad", "install", " set "];

    public static ToldRule[] All { get; } =
    [
        new(["estart", "eload"], AppEventKind.AddressHeldTold, static text
            => UntilRestart().IsMatch(text) || EachRestart().IsMatch(text) || (RestartOfNginx().IsMatch(text) && Helps().IsMatch(text) && !Has(text, Denied) && !Has(text, Mending))),
        new([" ip", "address", "old one", "stale"], AppEventKind.AddressHeldTold, static text => KeepsAddress().IsMatch(text) || OldAddress().IsMatch(text) || GoneAddress().IsMatch(text) || NewAddress().IsMatch(text)),
        new(["dns", "resolv", "look", "cach"], AppEventKind.AddressHeldTold, static text => LookedUpOnce().IsMatch(text) || KeepsWhatItFound().IsMatch(text)),
        new(["resolv"], AppEventKind.NameElsewhereTold, static text => PointsElsewhere().IsMatch(text)),
        new(["name", "dns"], AppEventKind.NameUselessTold, static text => ByAddressAlone().IsMatch(text) && Named().IsMatch(text) && Alone().IsMatch(text)),
        new(["resolver"], AppEventKind.ResolverMissingTold, static text => NoResolver().IsMatch(text)),
        new(["resolv", "dns", "name server", "nameserver"], AppEventKind.ResolverSilentTold, static text => Silent().IsMatch(text)),
        new(["resolv", "look up", "name", "network"], AppEventKind.NameUnknownTold, static text => Unknown().IsMatch(text) || (PublicResolver().IsMatch(text) && PrivateName().IsMatch(text))),
    ];

    private static bool Has(string text, string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private const string Proxy = @"(?:nginx|(?:the |our )?ingress(?:[- ]controller)?|reverse proxy|proxy manager)";

    private const string Restart = @"\bre(?:start|load)(?:s|ed|ing)? (?:the |my |our )?(?:container |service )?(?:of )?" + Proxy + @"|\bnginx (?:container |pod |service |proxy )?(?:itself )?(?:is |was |gets |has been |needs to be |had to be )?re(?:start|load)(?:ed|ing)?\b";

    [GeneratedRegex(Restart, RegexOptions.IgnoreCase)]
    private static partial Regex RestartOfNginx();

    [GeneratedRegex(@"\b(?:until|till|unless)\b[^.?]{0,40}(?:" + Restart + ")", RegexOptions.IgnoreCase)]
    private static partial Regex UntilRestart();

    [GeneratedRegex(@"\b(?:have|has|had|need|needs|must)\b[^.?]{0,30}(?:" + Restart + @")[^.?]{0,60}\b(?:every time|each time|after (?:each|every)|whenever|as well|again|too, or|otherwise)\b", RegexOptions.IgnoreCase)]
    private static partial Regex EachRestart();

    [GeneratedRegex(@"\b(?:fix(?:es|ed)?|solve[sd]?|resolve[sd]?|cures?|helps|helped)\b|\bworks? again\b|\b(?:is|was|are) back\b|\bgo(?:es)? (?:away|off)\b|\bwent away\b|\bdisappear(?:s|ed)?\b|\b(?:is|was|are) gone\b|\bback to normal\b|\b(?:it|everything|all|site|page) works\b", RegexOptions.IgnoreCase)]
    private static partial Regex Helps();

    [GeneratedRegex(@"\b(?:keeps?|kept|still|continues?|goes on|holds?|caches|cached)\b[^.?]{0,40}\b(?:old|previous) (?:ips?|address(?:es)?|ones?)\b|\b(?:502|gateway|error)\b.*\bwhen(?:ever)? [^.?]{0,40}\b(?:ip|ip address) [^.?]{0,40}\bchange[sd]?\b", RegexOptions.IgnoreCase)]
    private static partial Regex KeepsAddress();

    private const string Old = @"\b(?:old|previous|stale|dead|outdated|former|obsolete)(?:, \w+)? (?:\w+ ){0,2}(?:ips?|(?:ip )?address(?:es)?)\b";

    [GeneratedRegex(@"\b(?:us(?:e[sd]?|ing)|keep(?:s|ing)?|kept|prox(?:y|ies|ying|ied)|send(?:s|ing)?|sent|rout(?:e[sd]?|ing)|connect(?:s|ing|ed)?|point(?:s|ing|ed)?|cach(?:e[sd]?|ing)|hold(?:s|ing)?|tr(?:y|ies|ying|ied)|shows?|retain(?:s|ing|ed)?|stuck|traffic|issues? with)\b[^.]{0,60}" + Old + "|" + Old + @"[^.]{0,40}\b(?:used|kept|cached|still|in upstream)\b", RegexOptions.IgnoreCase)]
    private static partial Regex OldAddress();

    [GeneratedRegex(@"\b(?:ips?|address(?:es)?)\b[^.]{0,40}\b(?:no longer (?:exists?|alive|there|valid)|(?:does|do)(?: not|n't) exist (?:any ?more|now)|not alive|not assigned|assigned to (?:nobody|nothing))\b|\bno such (?:ip|address)\b", RegexOptions.IgnoreCase)]
    private static partial Regex GoneAddress();

    /// <summary>It changes, and the proxy is at fault.</summary>
    [GeneratedRegex(@"\b(?:gets?|got|has|have|with) an? (?:new|different|other) (?:ip|ip address|address)\b[^.]{0,80}\b(?:502|504|nginx|prox\w+)\b|\b(?:nginx|prox(?:y|ies))\b[^.]{0,100}\b(?:gets?|got|has) an? (?:new|different) (?:ip|address)\b", RegexOptions.IgnoreCase)]
    private static partial Regex NewAddress();

    private const string AtStart = @"(?:once|forever|permanently|for (?:ever|its|the) (?:\w+ )?lifetime|(?:at|on|during|when) (?:its |the |it |process |container |nginx )*start\w*|at (?:boot|load))";

    /// <summary>ngx_http_upstream_init_round_robin(): names of the configuration are looked up when it is read.</summary>
    [GeneratedRegex(@"\b(?:nginx|ingress|prox(?:y|ies))\b[^.]{0,100}\b(?:resolv(?:es|ed|ing)|look(?:s|ed|ing)? up)\b(?![^.]{0,100}\bn[o']t\b)[^.]{0,120}\b" + AtStart + @"\b|\b(?:resolv(?:es|ed)|look(?:s|ed) up)\b[^.]{0,100}\bby nginx\b[^.]{0,60}\b" + AtStart + @"\b|\b(?:nginx|ingress|prox(?:y|ies))\b[^.]{0,60}\bcach(?:es|ed|ing)\b(?: [\w'’-]+){0,3} (?:ips?|(?:ip )?address(?:es)?|dns|names?|hosts?|look-?ups?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex KeepsWhatItFound();

    [GeneratedRegex(@"\bcach(?:es|ed|ing) (?:the |its |all )?dns\b|\bdns (?:look-?ups?|resolution|names?)\b[^.]{0,40}\b(?:forever|once|(?:only )?(?:at|on) start\w*)\b", RegexOptions.IgnoreCase)]
    private static partial Regex LookedUpOnce();

    [GeneratedRegex(@"\bno resolver\b|\bresolver\b[^.]{0,40}\b(?:is missing|was missing|not (?:set|defined|configured)|and I had none)\b|\b(?:needs?|requires?|without|forgot|missing) (?:an? |the )?resolver\b", RegexOptions.IgnoreCase)]
    private static partial Regex NoResolver();

    [GeneratedRegex(@"\bresolv(?:es|ed|ing) (?:\w+ ){0,3}?to\b[^.]{0,20}\b(?:external|public|wrong|another|different|internet|outside)\b", RegexOptions.IgnoreCase)]
    private static partial Regex PointsElsewhere();

    [GeneratedRegex(@"\bwork(?:s|ed|ing)?\b[^.]{0,80}\b(?:ips?|ip address(?:es)?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ByAddressAlone();

    [GeneratedRegex(@"\b(?:host ?names?|dns|names?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Named();

    [GeneratedRegex(@"\b(?:only|instead|rather|but not|fails? with|not with)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Alone();

    private const string NotReached = @"(?:tim(?:e[sd]?|ing)[ -]?outs?|unreachable|block(?:s|ed)|firewalled|refus(?:es|ed)|no answer|not (?:respond|reach|answer|permit|allow|among)\w*|(?:(?:does|did|do) not|n't) (?:respond|answer|work|reach))";

    [GeneratedRegex(@"\b(?:resolvers?|dns|name ?servers?)\b[^.]{0,80}" + NotReached + @"\b|\b" + NotReached + @"\b[^.]{0,60}\b(?:resolv(?:ers?|ing)|dns|name ?servers?)\b|\bresolv(?:e|ing)\b[^.]{0,30}\btim(?:es|ed) ?out\b|\btim(?:es|ed|ing) ?out\b[^.]{0,40}\bresolve\b", RegexOptions.IgnoreCase)]
    private static partial Regex Silent();

    private const string Cannot = @"(?:can(?: ?no|')t|could(?: not|n't)|unable to|fail(?:s|ed|ing)? to|(?:does|did|do)(?: not|n't)|not able to)";

    [GeneratedRegex(@"\b" + Cannot + @" (?:be )?(?:resolved?|look(?:ed)? up)\b|\b(?:resolve|look up)\b[^.]{0,60}\b(?:host|name|container)\b[^.]{0,80}\b(?:fail(?:s|ed)?|in vain)\b|\b" + Cannot + @" (?:find|reach) (?:the |our |my )?(?:\w+ )?(?:host ?name|service name|container name|name)\b|\b(?:on|in) different (?:docker |compose )?networks\b|\b(?:host ?names?|container names?|service names?|upstream names?)\b[^.]{0,60}\b(?:" + Cannot + @" (?:be )?(?:found|known)|(?:is|are|was|were) (?:not found(?! in DNS cache)|unknown))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Unknown();

    /// <summary>Google's, Cloudflare's and Quad9's name servers.</summary>
    [GeneratedRegex(@"(?<![\d.])(?:8\.8\.(?:8\.8|4\.4)|1\.[01]\.[01]\.1|9\.9\.9\.9)(?![\d.])")]
    private static partial Regex PublicResolver();

    [GeneratedRegex(@"\.svc\b|cluster[- ](?:internal|local)|\binternal (?:host)?names?\b|\bcontainer names?\b|\.(?:internal|local|lan)\b", RegexOptions.IgnoreCase)]
    private static partial Regex PrivateName();
}
