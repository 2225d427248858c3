using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>
/// What somebody tells in a sentence of a filter or a policy that was lifted: with it requests fail, and without it they do not. And of an nginx that was restarted, after which they
/// do not fail either.
/// </summary>
internal static partial class ToldRules
{
    private const int SentenceCharsMax = 400;

    private static readonly string[] Lifted = [" off", "disabl", "deactivat", " stop", "without ", "setenforce 0", "permissive"];

    private static readonly string[] Mended = ["work", "fine", "success", "problem gone", "goes away", "went away", "is solved", "fixes", "fixed", "no longer", "okay"];

    /// <summary>Who says that it did not help tells of another cause.</summary>
    private static readonly string[] Denied = ["still", "n't", " not ", "no luck", "even ", "nothing", "neither", "?"];

    /// <summary>Then it was not the restart alone that helped.</summary>
    private static readonly string[] Mending = ["chang", "add", "edit", "config", "remov", "updat", "upgrad", "install", " set "];

    public static AppRule[] All { get; } =
    [
        new("firewall", AppEventKind.FilterTold, Filter),
        new("ufw", AppEventKind.FilterTold, Filter),
        new("iptables", AppEventKind.FilterTold, Filter),
        new("selinux", AppEventKind.PolicyTold, Policy),
        new("setenforce 0", AppEventKind.PolicyTold, Policy),
        new("estart", AppEventKind.AddressHeldTold, Restarted),
        new("eload", AppEventKind.AddressHeldTold, Restarted),
        new("IP address", AppEventKind.AddressHeldTold, Held),
        new(" IP ", AppEventKind.AddressHeldTold, Held),
        new("old IP", AppEventKind.AddressHeldTold, Held),
        new("old ip", AppEventKind.AddressHeldTold, Held),
        new("old address", AppEventKind.AddressHeldTold, Held),
        new("old one", AppEventKind.AddressHeldTold, Held),
        new("previous IP", AppEventKind.AddressHeldTold, Held),
    ];

    private static AppLogEvent? Restarted(string text, int at, AppLogEvent e)
        => IsSentence(text) && (UntilRestart().IsMatch(text) || EachRestart().IsMatch(text) || (RestartOfNginx().IsMatch(text) && Helps().IsMatch(text) && !Has(text, Denied) && !Has(text, Mending))) ? e : null;

    private static AppLogEvent? Held(string text, int at, AppLogEvent e) => IsSentence(text) && KeepsAddress().IsMatch(text) ? e : null;

    private static AppLogEvent? Filter(string text, int at, AppLogEvent e) => IsSentence(text) && IsWord(text, at) && (IsLifted(text) || Has(text, ["is blocking", "was blocking", "blocks the"])) ? e : null;

    private static AppLogEvent? Policy(string text, int at, AppLogEvent e) => IsSentence(text) && IsWord(text, at) && IsLifted(text) ? e : null;

    private static bool IsLifted(string text) => Has(text, Lifted) && Has(text, Mended) && !Has(text, Denied);

    private static bool Has(string text, string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static bool IsWord(string text, int at) => at == 0 || !char.IsAsciiLetterOrDigit(text[at - 1]);

    /// <summary>Neither a directive or its comment, nor a record with fields, nor a command.</summary>
    private static bool IsSentence(string text)
        => text.Length < SentenceCharsMax && text.IndexOfAny([';', '{', '}', '=', '|']) < 0 && text.AsSpan().TrimStart() is not (['#' or '$', ' ', ..] or ['-', not ' ', ..]) && text.AsSpan().Count(' ') > 2;

    private const string Restart = @"\bre(?:start|load)(?:s|ed|ing)? (?:the |my |our )?(?:container |service )?(?:of )?nginx|\bnginx (?:container |pod |service |proxy )?(?:is |was |gets |has been |needs to be |had to be )?re(?:start|load)(?:ed|ing)?\b";

    [GeneratedRegex(Restart, RegexOptions.IgnoreCase)]
    private static partial Regex RestartOfNginx();

    [GeneratedRegex(@"\b(?:until|till|unless)\b[^.?]{0,40}(?:" + Restart + ")", RegexOptions.IgnoreCase)]
    private static partial Regex UntilRestart();

    [GeneratedRegex(@"\b(?:have|has|had|need|needs|must)\b[^.?]{0,30}(?:" + Restart + @")[^.?]{0,60}\b(?:every time|each time|after (?:each|every)|whenever|as well|again)\b", RegexOptions.IgnoreCase)]
    private static partial Regex EachRestart();

    [GeneratedRegex(@"\b(?:fix(?:es|ed)?|solve[sd]?|resolve[sd]?|cures?|helps|helped)\b|\bworks? again\b|\b(?:is|was|are) back\b|\bgo(?:es)? away\b|\bwent away\b|\bback to normal\b|\b(?:it|everything|all|site|page) works\b", RegexOptions.IgnoreCase)]
    private static partial Regex Helps();

    [GeneratedRegex(@"\b(?:keeps?|still|continues?|goes on|holds?|caches|cached)\b[^.?]{0,40}\b(?:old|previous) (?:ip|address|one)\b|\b(?:502|gateway|error)\b.*\bwhen(?:ever)? [^.?]{0,40}\b(?:ip|ip address) [^.?]{0,40}\bchange[sd]?\b", RegexOptions.IgnoreCase)]
    private static partial Regex KeepsAddress();
}
