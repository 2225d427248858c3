using System.Text.RegularExpressions;

namespace Why502.Nginx.Routing;

/// <summary>
/// A PCRE expression of the configuration, for texts with one character per byte. Expression and request are both untrusted:
/// no match takes longer than <see cref="MatchTime"/>, twice.
/// </summary>
internal sealed class Pattern
{
    private static readonly TimeSpan MatchTime = TimeSpan.FromMilliseconds(100);

    private readonly Regex regex;
    private readonly int groups;
    private Regex? linear;
    private bool linearTried;

    private Pattern(Regex regex, PcreText.Translation translation)
    {
        this.regex = regex;
        groups = translation.Groups;
        Names = translation.Names;
    }

    /// <summary>The named groups; nginx makes a variable of each (ngx_http_regex_compile).</summary>
    public IReadOnlyList<(string Name, int Group)> Names { get; }

    public bool HasGroups => groups > 0;

    /// <summary>Null when the expression is not valid, or uses what .NET has not.</summary>
    public static Pattern? TryCreate(string pcre, bool ignoreCase)
    {
        if (PcreText.TryTranslate(pcre, ignoreCase) is not { } translation)
        {
            return null;
        }

        try
        {
            return new Pattern(new Regex(translation.Text, RegexOptions.CultureInvariant, MatchTime), translation);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public bool IsMatch(string input) => Match(input).Kind == MatchKind.Found;

    /// <summary>PCRE gives up on a match that takes too many steps, and nginx then answers 500 (ngx_http_regex_exec).</summary>
    public PatternMatch Match(string input)
    {
        try
        {
            return Of(regex.Match(input), input);
        }
        catch (RegexMatchTimeoutException)
        {
            return MatchLinearly(input);
        }
    }

    private PatternMatch MatchLinearly(string input)
    {
        if (!linearTried)
        {
            linear = TryLinear();
            linearTried = true;
        }

        try
        {
            return linear is null ? PatternMatch.Failed : Of(linear.Match(input), input);
        }
        catch (RegexMatchTimeoutException)
        {
            return PatternMatch.Failed;
        }
    }

    private Regex? TryLinear()
    {
        try
        {
            return new Regex(regex.ToString(), regex.Options | RegexOptions.NonBacktracking, MatchTime);
        }
        catch (Exception refused) when (refused is NotSupportedException or ArgumentException)
        {
            // NonBacktracking has no look-around, no atomic groups and no back-references.
            return null;
        }
    }

    private PatternMatch Of(Match match, string input)
    {
        if (!match.Success)
        {
            return PatternMatch.None;
        }

        // pcre2_match returns one more than the highest group that took part; nginx knows $1..$9 up to there only.
        var spans = new (int Start, int Length)[groups + 1];
        var count = 1;
        for (var i = 1; i <= groups; i++)
        {
            var group = match.Groups[i];
            if (group.Success)
            {
                spans[i] = (group.Index, group.Length);
                count = i + 1;
            }
        }

        spans[0] = (match.Index, match.Length);
        return new PatternMatch(MatchKind.Found, input, spans, count);
    }
}
