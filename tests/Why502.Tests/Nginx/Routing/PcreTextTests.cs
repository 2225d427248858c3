using Why502.Nginx.Routing;
using Xunit;

namespace Why502.Tests.Nginx.Routing;

public sealed class PcreTextTests
{
    [Theory]
    [InlineData(@"^/a(?P<n>b+)c", false, "/abbc", "bb")]
    [InlineData(@"(a)(?<n>b)(c)", false, "abc", "a", "b", "c")]
    [InlineData(@"(?|(a)|(b))(c)", false, "bc", "b", "c")]
    [InlineData(@"a++b", false, "aab")]
    [InlineData(@"(?i)ABC", false, "abc")]
    [InlineData(@"(?i:A)b", false, "ab")]
    [InlineData(@"\d{2,}", false, "123")]
    [InlineData(@"a{,2}", false, "a{,2}")]
    [InlineData(@"[[:alpha:]_-]+", false, "ab_-")]
    [InlineData(@"[^\W\d]", false, "x")]
    [InlineData(@"[]a]+", false, "]a")]
    [InlineData(@"\Q.*\E", false, ".*")]
    [InlineData(@"[\x41-\x43]", false, "B")]
    [InlineData(@"(a)\1", false, "aa", "a")]
    [InlineData(@"(a)\g{-1}", false, "aa", "a")]
    [InlineData(@"\.(php|txt)$", true, "/x.PHP", "PHP")]
    [InlineData(@"(x)?y", false, "y")]
    public void Expression_MatchesAsInPcre(string pcre, bool ignoreCase, string text, params string[] captures) =>
        Assert.Equal("/matched/" + string.Join('|', captures.Concat(["", "", ""]).Take(3)), Match(pcre, ignoreCase, text).UpstreamUri);

    [Theory]
    [InlineData("é", true, "É")]
    [InlineData(@"^\w+$", false, "é")]
    [InlineData(@"\s", false, "\u00A0")]
    [InlineData("a++a", false, "aaa")]
    [InlineData("(?i:A)b", false, "AB")]
    public void Bytes_HaveNoMoreThanAscii(string pcre, bool ignoreCase, string text) =>
        Assert.Equal("/", Match(pcre, ignoreCase, text).UpstreamUri);

    [Theory]
    [InlineData("(?R)")]
    [InlineData("(a")]
    [InlineData("[a")]
    [InlineData(@"a\Kb")]
    [InlineData("(*UTF8)a")]
    public void WhatDotNetHasNot_IsSaid(string pcre) => Assert.NotEmpty(Match(pcre, false, "a").Notes);

    private static RouteAnswer Match(string pcre, bool ignoreCase, string text)
    {
        var quoted = pcre.Replace("\\", "\\\\", StringComparison.Ordinal);
        return Conf.InServer($$"""
            location / {
                set $found "";
                if ($arg_t {{(ignoreCase ? "~*" : "~")}} "{{quoted}}") { set $found "matched/$1|$2|$3"; }
                proxy_pass http://127.0.0.1:1/$found;
            }
            """).Route(new RouteRequest { Host = "x", Uri = "/?t=" + text }, NoRouteFiles.Instance);
    }
}
