using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>A filter or a policy that was lifted: with it requests fail, and without it they do not.</summary>
internal static partial class ToldFilters
{
    private static readonly string[] Lifted = [" off", "disabl", "deactivat", " stop", "without ", "setenforce 0", "permissive"];

    private static readonly string[] Mended = ["work", "fine", "success", "problem gone", "goes away", "went away", "is solved", "fixes", "fixed", "no longer", "okay"];

    /// <summary>Who says that it did not help tells of another cause.</summary>
    private static readonly string[] Denied = ["still", "n't", " not ", "no luck", "even ", "nothing", "neither", "?"];

    public static ToldRule[] All { get; } =
    [
        new(["firewall", "ufw", "iptables", "nftables"], AppEventKind.FilterTold, static text => Filter().IsMatch(text) && (IsLifted(text) || Blocks().IsMatch(text) || (Opened().IsMatch(text) && Has(text, Mended)))),
        new(["networkpolicy", "network policy", "security group"], AppEventKind.FilterTold, static text => NetworkPolicy().IsMatch(text)),
        new(["setsebool", "httpd_can_network_connect"], AppEventKind.PolicyTold, static text => !Has(text, Denied)),
        new(["selinux", "setenforce 0", "apparmor"], AppEventKind.PolicyTold, static text => Policy().IsMatch(text) && (IsLifted(text) || Enforced().IsMatch(text))),
    ];

    private static bool IsLifted(string text) => Has(text, Lifted) && Has(text, Mended) && !Has(text, Denied);

    private static bool Has(string text, string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"(?<![A-Za-z0-9])(?:firewall|ufw|iptables|nftables)", RegexOptions.IgnoreCase)]
    private static partial Regex Filter();

    [GeneratedRegex(@"\b(?:is|was) blocking\b|\bblocks the\b|\b(?:block(?:s|ed)|drop(?:s|ped)|reject(?:s|ed)) (?:by|the (?:traffic|connection|port|packets))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\b(?:open(?:ed|ing)|allow(?:ed|ing)) (?:up )?(?:the |that |tcp )*ports?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Opened();

    /// <summary>Kubernetes' and the clouds' filters: a default that denies, a rule that lacks.</summary>
    [GeneratedRegex(@"\b(?:network ?polic(?:y|ies)|security groups?)\b[^.]{0,100}\b(?:block(?:s|ed|ing)?|den(?:y|ies|ied)|drop(?:s|ped)|reject(?:s|ed)|(?:did|does|do)(?: not|n't) (?:allow|permit|include)|not allow(?:ed|ing)?|only allow(?:s|ed)?|missing|forgot(?:ten)?)\b|\b(?:block(?:s|ed)|den(?:y|ies|ied)|drop(?:s|ped)|reject(?:s|ed))\b[^.]{0,60}\b(?:network ?polic(?:y|ies)|security groups?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex NetworkPolicy();

    [GeneratedRegex(@"(?<![A-Za-z0-9])(?:selinux|setenforce 0|apparmor)", RegexOptions.IgnoreCase)]
    private static partial Regex Policy();

    [GeneratedRegex(@"\b(?:not work\w*|n't work\w*|fails?|failed|broken|denie[sd]|refused|block(?:s|ed|ing)|prevent(?:s|ed|ing)|forbid\w*|stops)\b[^.]{0,80}\b(?:selinux|apparmor)\b|\b(?:selinux|apparmor)\b[^.]{0,60}\b(?:denie[sd]|block(?:s|ed|ing)|prevent(?:s|ed|ing)|forbid\w*|stops)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Enforced();
}
