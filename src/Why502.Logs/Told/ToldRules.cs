using System.Buffers;

namespace Why502.Logs;

/// <summary>
/// What people tell in sentences. None of them is proof: what they say puts a cause in scope where no program's line does, with the weight of a person's word.
/// </summary>
internal static class ToldRules
{
    private const int LineCharsMax = 2000;

    private static readonly ToldRule[] All = [.. ToldNames.All, .. ToldFilters.All, .. ToldPlaces.All, .. ToldProtocols.All, .. ToldRoutes.All, .. ToldEnds.All, .. ToldLimits.All];

    private static readonly SearchValues<string> Markers = SearchValues.Create([.. All.SelectMany(rule => rule.Markers).Distinct(StringComparer.OrdinalIgnoreCase)], StringComparison.OrdinalIgnoreCase);

    private const int DateChars = 5;

    public static bool MayMatch(ReadOnlySpan<char> text) => text.Length is > DateChars and <= LineCharsMax && !IsDated(text) && text.IndexOfAny(Markers) >= 0;

    /// <summary>Most lines of logs begin with a date or a bracket, and no sentence does.</summary>
    private static bool IsDated(ReadOnlySpan<char> text) => text[0] == '[' || (char.IsAsciiDigit(text[0]) && text[..DateChars].IndexOfAny('-', '/', ':') > 0);

    /// <summary>The first rule that a sentence of the line fits; null where none does.</summary>
    public static AppLogEvent? Apply(string text, AppLogEvent form)
    {
        if (!MayMatch(text))
        {
            return null;
        }

        foreach (var sentence in Sentence.In(text))
        {
            foreach (var rule in All)
            {
                if (rule.Markers.Any(marker => sentence.Contains(marker, StringComparison.OrdinalIgnoreCase)) && rule.Says(sentence))
                {
                    return form with { Kind = rule.Kind, Value = rule.Value?.Invoke(sentence) };
                }
            }
        }

        return null;
    }
}
