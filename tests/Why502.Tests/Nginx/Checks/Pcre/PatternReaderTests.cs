using Why502.Nginx.Checks.Pcre;
using Xunit;

namespace Why502.Tests.Nginx.Checks.Pcre;

/// <summary>What pcre2_compile() of PCRE2 10.42 said of these patterns, with its offset.</summary>
public class PatternReaderTests
{
    [Theory]
    [InlineData("(", 1, "missing closing parenthesis")]
    [InlineData("a)", 1, "unmatched closing parenthesis")]
    [InlineData("[a", 2, "missing terminating ] for character class")]
    [InlineData("*a", 0, "quantifier does not follow a repeatable item")]
    [InlineData("a**", 2, "quantifier does not follow a repeatable item")]
    [InlineData("(?i)*", 4, "quantifier does not follow a repeatable item")]
    [InlineData("a{2,1}", 5, "numbers out of order in {} quantifier")]
    [InlineData("a{99999}", 7, "number too big in {} quantifier")]
    [InlineData("(?<n", 4, "syntax error in subpattern name (missing terminator?)")]
    [InlineData("(?z)", 2, "unrecognized character after (? or (?-")]
    [InlineData("[z-a]", 3, "range out of order in character class")]
    [InlineData("[a-\\d]", 5, "invalid range in character class")]
    [InlineData("\\", 1, "\\ at end of pattern")]
    [InlineData("(?P<n>a)(?P<n>b)", 14, "two named subpatterns have the same name (PCRE2_DUPNAMES not set)")]
    [InlineData("[[:bogus:]]", 3, "unknown POSIX class name")]
    [InlineData("[:alpha:]", 0, "POSIX named classes are supported only within a class")]
    [InlineData("\\1", 1, "reference to non-existent subpattern")]
    [InlineData("(?<n>a)\\k<m>", 10, "reference to non-existent subpattern")]
    [InlineData("xx(?<=a*)b", 2, "lookbehind assertion is not fixed length")]
    [InlineData("\\p{Bogus}", 9, "unknown property after \\P or \\p")]
    [InlineData("(?#a", 4, "missing ) after (?# comment")]
    [InlineData("(*BOGUS)a", 7, "(*VERB) not recognized or malformed")]
    [InlineData("\\x{110000000}", 12, "character code point value in \\x{} or \\o{} is too large")]
    [InlineData("(?<1x>a)", 3, "subpattern name must start with a non-digit")]
    [InlineData("\\e\\y", 3, "unrecognized character follows \\")]
    public void BadPattern_IsRefusedInPcresWords(string pattern, int offset, string error)
    {
        var facts = PatternReader.Read(pattern);
        Assert.Equal((error, offset), (facts.Error, facts.ErrorOffset));
    }

    [Theory]
    [InlineData("^/blog/(?<slug>[^/]+)/(\\d{2,4})$", 2)]
    [InlineData("\\.(?:png|jpe?g)$", 0)]
    [InlineData("x{1", 0)]
    [InlineData("[]a]", 0)]
    [InlineData("a\\Qb(", 0)]
    [InlineData("(?<=ab|c)d", 0)]
    [InlineData("\\1(a)", 1)]
    [InlineData("[[:alpha:]_-]+", 0)]
    [InlineData("(?i)^~(a)(b)?+$", 2)]
    public void GoodPattern_IsAccepted(string pattern, int captures)
    {
        var facts = PatternReader.Read(pattern);
        Assert.Equal((null, captures), (facts.Error, facts.Captures));
    }
}
