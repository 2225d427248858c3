using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// Completes a message that ends at a screen's edge. An editor and a pager show a line up to there, with a mark of their own (nano's <c>$</c>, the <c>&gt;</c> of less and journalctl): what
/// nginx went on with is known where only one of its phases begins so.
/// </summary>
internal static partial class CutRecord
{
    /// <summary>"while re" fits three phases, "while c" two; of so few letters nothing follows.</summary>
    private const int LettersMin = 3;

    public static string Completed(string text)
    {
        var shown = text.TrimEnd(' ', '$', '>', '…');
        if (CutWhile().Match(shown) is { Success: true } cut)
        {
            return Phased(shown[..(cut.Index + 1)]);
        }

        var at = shown.LastIndexOf(" while ", StringComparison.Ordinal);
        if (at <= 0)
        {
            return text;
        }

        var begun = shown[(at + " while ".Length)..];
        var fitting = ErrorPhases.All.Where(phase => phase.Length > begun.Length && phase.StartsWith(begun, StringComparison.Ordinal)).Take(2).ToList();
        return fitting.Count == 0 ? text
            : fitting is [var only] && begun.Length >= LettersMin ? $"{shown[..at]} while {only}"
            : Phased(shown[..at]);
    }

    /// <summary>Without a phase to read, what the call alone tells.</summary>
    private static string Phased(string text)
        => PastedRecord.Phase(text, null) is var phased && !ReferenceEquals(phased, text) ? phased
            : text.StartsWith("connect() to ", StringComparison.Ordinal) && text.EndsWith(')') ? text + " while connecting to upstream"
            : text;

    [GeneratedRegex(@"\) w(?:h(?:i(?:le?)?)?)?$")]
    private static partial Regex CutWhile();
}
