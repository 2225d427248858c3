using System.Text.RegularExpressions;

namespace Why502.Nginx.Routing;

/// <summary>A PCRE expression of the configuration as a .NET one. The expression and the request are both untrusted: no match takes longer than <see cref="MatchTime"/>.</summary>
internal sealed class Pattern
{
    private static readonly TimeSpan MatchTime = TimeSpan.FromMilliseconds(100);

    private readonly Regex regex;

    private Pattern(Regex regex) => this.regex = regex;

    /// <summary>Null when the expression is not valid, or uses what .NET has not.</summary>
    public static Pattern? TryCreate(string pcre, bool ignoreCase)
    {
        var options = RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        var text = PcreText.ToDotNet(pcre);
        return TryBuild(text, options | RegexOptions.NonBacktracking) ?? TryBuild(text, options);
    }

    /// <summary>A match that takes too long is none: nginx's own PCRE would give up as well.</summary>
    public bool IsMatch(string input)
    {
        try
        {
            return regex.IsMatch(input);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static Pattern? TryBuild(string text, RegexOptions options)
    {
        try
        {
            return new Pattern(new Regex(text, options, MatchTime));
        }
        catch (ArgumentException)
        {
            return null;
        }
        catch (NotSupportedException)
        {
            // NonBacktracking has no look-around and no back-references; the caller falls back to the other engine.
            return null;
        }
    }
}
