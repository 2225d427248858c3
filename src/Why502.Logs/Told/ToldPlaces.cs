using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>Where the app listens, as against where nginx goes: another port, the other loopback family, another container, another socket, a Service without pods.</summary>
internal static partial class ToldPlaces
{
    public static ToldRule[] All { get; } =
    [
        new(["ipv4", "ipv6", "::1"], AppEventKind.FamilyElsewhereTold, static text => (Bound().IsMatch(text) || Refused().IsMatch(text)) && SixthFamily().IsMatch(text) && FourthFamily().IsMatch(text)),
        new(["container", "pod"], AppEventKind.ContainerLoopbackTold, static text => Loopback().IsMatch(text) && (Boundary().IsMatch(text) || BoundInside().IsMatch(text))),
        new(["container", "docker"], AppEventKind.ContainerLoopbackTold, static text => OnHost().IsMatch(text)),
        new([".sock"], AppEventKind.SocketElsewhereTold, static text => Sockets().Matches(text).Select(path => path.Value).Distinct(StringComparer.Ordinal).Count() > 1 && Against().IsMatch(text)),
        new(["socket", ".sock"], AppEventKind.SocketAbsentTold, static text => Absent().IsMatch(text)),
        new(["socket", ".sock"], AppEventKind.SocketDeniedTold, static text => Denied().IsMatch(text)),
        new(["port", "proxy_pass", "upstream"], AppEventKind.PortElsewhereTold, static text => (Ports().Match(text) is { Success: true } ports && ports.Groups["app"].Value != ports.Groups["nginx"].Value) || WrongPort().IsMatch(text) || (BothSides().Match(text) is { Success: true } sides && sides.Groups["inner"].Value != sides.Groups["outer"].Value)),
        new(["route to host", "unreachable", "tunnel", "vpn"], AppEventKind.UnreachableTold, static text => NoWay().IsMatch(text)),
        new(["label", "selector", "pods are"], AppEventKind.PodsUnselectedTold, static text => Unselected().IsMatch(text)),
    ];

    [GeneratedRegex(@"\b(?:listen(?:s|ing)?|bound|binds?|binding)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Bound();

    [GeneratedRegex(@"\bipv6\b|(?<![\w:])\[?::1\]?", RegexOptions.IgnoreCase)]
    private static partial Regex SixthFamily();

    [GeneratedRegex(@"\bipv4\b|\b127\.0\.0\.1\b|\blocalhost\b", RegexOptions.IgnoreCase)]
    private static partial Regex FourthFamily();

    [GeneratedRegex(@"\brefus(?:es|ed)\b|\bresolv(?:es|ed) localhost\b|\blocalhost resolves\b", RegexOptions.IgnoreCase)]
    private static partial Regex Refused();

    [GeneratedRegex(@"\b127\.0\.0\.1\b|\blocalhost\b", RegexOptions.IgnoreCase)]
    private static partial Regex Loopback();

    [GeneratedRegex(@"\b(?:container|pod)\b.{0,40}\b(?:binds?|bound|listen(?:s|ing)?)\b.{0,20}(?:127\.0\.0\.1|localhost)|(?:127\.0\.0\.1|localhost)\b.{0,40}\b(?:inside|in|within) (?:its|the|a|my|their) (?:own )?(?:container|pod)\b", RegexOptions.IgnoreCase)]
    private static partial Regex BoundInside();

    [GeneratedRegex(@"\bpermissions?\b[^.]{0,60}\bsocket\b|\bsocket\b[^.]{0,60}\b(?:permissions?|not (?:readable|writable|accessible))\b|\b(?:can(?: ?no|')t|not allowed to|unable to) (?:access|open|read|write to) (?:the |this |its )?(?:\w+ )?socket\b", RegexOptions.IgnoreCase)]
    private static partial Regex Denied();

    [GeneratedRegex(@"\bwrong (?:port|address|host|ip)\b[^.]{0,60}\b(?:proxy_pass|upstream|nginx)\b|\b(?:proxy_pass|upstream|nginx)\b[^.]{0,60}\b(?:wrong (?:port|address|host|ip)|port (?:was|is) wrong)\b|\bport\b[^.]{0,40}\b(?:proxy_pass|upstream)\b[^.]{0,20}\b(?:was|is) wrong\b", RegexOptions.IgnoreCase)]
    private static partial Regex WrongPort();

    [GeneratedRegex(@"\bno route to host\b|\b(?:network|host) is unreachable\b|\b(?:vpn|tunnel|route)\b[^.]{0,60}\b(?:is|was|went) down\b", RegexOptions.IgnoreCase)]
    private static partial Regex NoWay();

    /// <summary>Who says of the app alone that it is in no container has nginx in one.</summary>
    [GeneratedRegex(@"\b(?:app|application|backend|service|site|website|program)\b[^.]{0,40}\b(?:is |runs? |running |it's )?(?:not (?:running )?(?:inside|in)|outside(?: of)?) (?:a |the |any |of )?(?:docker )?container\b|\b(?:app|application|backend|service|site|website|program)\b[^.]{0,40}\b(?:installed|runs|running|listens|listening) (?:directly )?on the (?:docker )?host\b[^.]{0,80}\b(?:nginx|proxy)\b[^.]{0,40}\b(?:container|docker)\b", RegexOptions.IgnoreCase)]
    private static partial Regex OnHost();

    [GeneratedRegex(@"\b(?:inside|within|in) (?:a |the |its |their |my |our )?(?:\w+[- ])?(?:container|pod)\b[^.]{0,160}\b(?:proxy_pass|refers? to|points? to|means?|is) |\b(?:another|other|separate|different|own)\b (?:docker )?(?:compose )?(?:container|service|pod)\b[^.]{0,120}\b(?:proxy_pass|nginx|upstream)\b|\b(?:proxy_pass|nginx|upstream)\b[^.]{0,160}\b(?:another|other|separate|different)\b (?:docker )?(?:compose )?(?:container|service|pod)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Boundary();

    [GeneratedRegex(@"[\w./-]+\.sock(?:et)?\b")]
    private static partial Regex Sockets();

    [GeneratedRegex(@"\b(?:while|whereas|but|instead|mismatch|listen(?:s|ing)?|creates?|created|actual(?:ly)?|should)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Against();

    [GeneratedRegex(@"\bsocket\b[^.]{0,120}\b(?:can(?: ?no|')t be (?:created|found)|(?:is|was) (?:not|never) (?:created|there|found)|does(?: not|n't) exist|(?:is|was|went) missing)\b|\.sock\b[^.]{0,60}\b(?:does(?: not|n't) exist|(?:is|was) (?:not|never) (?:created|there)|(?:is|was) missing)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Absent();

    private const string Listens = @"\b(?:listen(?:s|ing)?|runs?|running|bound|started|exposes?|serves?)\b[^.]{0,30}?\b(?:port\W{0,3}|on :?)(?<app>\d{2,5})\b";

    private const string Goes = @"\b(?:nginx|prox(?:y|ies|ying)|proxy_pass|upstream)\b.{0,80}?(?:\bport\W{0,3}|:)(?<nginx>\d{2,5})\b";

    [GeneratedRegex(Listens + @"[^.]{0,60}?(?:,|\b(?:but|while|whereas|not|instead|and)\b)[^.]{0,40}?" + Goes + "|" + Goes + @"[^.]{0,60}\b(?:but|while|whereas|instead|and)\b[^.]{0,60}" + Listens, RegexOptions.IgnoreCase)]
    private static partial Regex Ports();

    /// <summary>Who names both sides of a published port asks which of them counts: <c>I exposed internal port 80 to external port 8383</c>.</summary>
    [GeneratedRegex(@"\b(?:expos|publish|mapp|map |forward|bound|bind)\w*\b[^.]{0,40}\b(?:internal|inner|container(?:'s)?)\b[^.]{0,20}?(?<inner>\d{2,5})\b[^.]{0,40}\b(?:external|outer|host(?:'s)?|public)\b[^.]{0,20}?(?<outer>\d{2,5})\b", RegexOptions.IgnoreCase)]
    private static partial Regex BothSides();

    /// <summary>A Service has the pods that its selector fits, and none without (Kubernetes, Service: selector).</summary>
    [GeneratedRegex(@"\b(?:labels?|selectors?)\b[^.]{0,60}\b(?:(?:(?:did|do|does) not|n't|not|never) match(?:ed|ing|es)?|mismatch\w*)\b|\bmissing\b[^.]{0,30}\blabels?\b|\b(?:service|selector)\b[^.]{0,60}\bpods? (?:are|is|have|has) (?:using|labell?ed|the label)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Unselected();
}
