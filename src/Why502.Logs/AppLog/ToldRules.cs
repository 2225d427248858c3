namespace Why502.Logs;

/// <summary>What somebody tells in a sentence of a filter or a policy that was lifted: with it requests fail, and without it they do not.</summary>
internal static class ToldRules
{
    private const int SentenceCharsMax = 400;

    private static readonly string[] Lifted = [" off", "disabl", "deactivat", " stop", "without ", "setenforce 0", "permissive"];

    private static readonly string[] Mended = ["work", "fine", "success", "problem gone", "goes away", "went away", "is solved", "fixes", "fixed", "no longer", "okay"];

    /// <summary>Who says that it did not help tells of another cause.</summary>
    private static readonly string[] Denied = ["still", "n't", " not ", "no luck", "even ", "nothing", "neither", "?"];

    public static AppRule[] All { get; } =
    [
        new("firewall", AppEventKind.FilterTold, Filter),
        new("ufw", AppEventKind.FilterTold, Filter),
        new("iptables", AppEventKind.FilterTold, Filter),
        new("selinux", AppEventKind.PolicyTold, Policy),
        new("setenforce 0", AppEventKind.PolicyTold, Policy),
    ];

    private static AppLogEvent? Filter(string text, int at, AppLogEvent e) => IsSentence(text) && IsWord(text, at) && (IsLifted(text) || Has(text, ["is blocking", "was blocking", "blocks the"])) ? e : null;

    private static AppLogEvent? Policy(string text, int at, AppLogEvent e) => IsSentence(text) && IsWord(text, at) && IsLifted(text) ? e : null;

    private static bool IsLifted(string text) => Has(text, Lifted) && Has(text, Mended) && !Has(text, Denied);

    private static bool Has(string text, string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static bool IsWord(string text, int at) => at == 0 || !char.IsAsciiLetterOrDigit(text[at - 1]);

    /// <summary>Neither a directive or its comment, nor a record with fields, nor a command.</summary>
    private static bool IsSentence(string text)
        => text.Length < SentenceCharsMax && text.IndexOfAny([';', '{', '}', '=', '|']) < 0 && text.AsSpan().TrimStart() is not (['#' or '$', ' ', ..] or ['-', not ' ', ..]) && text.AsSpan().Count(' ') > 2;
}
