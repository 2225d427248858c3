using System.Text;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>A log that holds more than there is room for: what gives way is what tells groups apart, never a fault.</summary>
public class RoomTests
{
    private static string Line(int second, string text, string server, string peer, string path) =>
        $"2026/11/20 22:{second / 60 % 60:00}:{second % 60:00} [error] 7#7: *{second} {text}, client: 192.0.2.7, server: {server}, request: \"GET {path} HTTP/1.1\", upstream: \"http://{peer}{path}\", host: \"{server}\"\n";

    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream";

    private static ErrorLogSummary Fold(IEnumerable<string> lines, int maxGroups) => BothWays.Agree(Encoding.UTF8.GetBytes(string.Concat(lines)), 50_000, maxGroups);

    [Fact]
    public void AHeavyRoute_KeepsItsGroup()
    {
        ErrorLogSummary s = Fold(Enumerable.Range(0, 3000).Select(i => Line(i, Refused, "a", "10.0.0.1:80", i % 2 == 0 ? "/checkout" : $"/p{(char)('a' + i % 26)}{(char)('a' + i / 26 % 26)}")), 64);
        Assert.Equal(1500, s.Groups.Single(g => g.Route == "/checkout").Count);
        Assert.Equal(3000, s.Groups.Sum(g => g.Count));
        ErrorGroup rest = s.Groups.Single(g => g.Route is null);
        Assert.Equal(("10.0.0.1:80", "a"), (rest.UpstreamPeer, rest.Server));
        Assert.NotNull(rest.Path);
    }

    [Fact]
    public void AnUpstreamThatFailsLate_IsSeenWhenRoutesTookAllRoom()
    {
        IEnumerable<string> routes = Enumerable.Range(0, 2000).Select(i => Line(i, Refused, "a", "10.0.0.1:80", $"/p{(char)('a' + i % 26)}{(char)('a' + i / 26 % 26)}"));
        ErrorLogSummary s = Fold([.. routes, Line(2001, Refused, "a", "10.0.0.2:80", "/")], 64);
        Assert.Equal(1, s.Groups.Single(g => g.UpstreamPeer == "10.0.0.2:80").Count);
    }

    [Fact]
    public void AMessageThatComesLate_IsSeenWhenUpstreamsTookAllRoom()
    {
        IEnumerable<string> upstreams = Enumerable.Range(0, 4000).Select(i => Line(i, Refused, "a", $"10.0.{i / 200}.{i % 200}:80", "/"));
        const string TimedOut = "upstream timed out (110: Connection timed out) while connecting to upstream";
        ErrorLogSummary s = Fold([.. upstreams, .. Enumerable.Range(0, 20).Select(i => Line(4000 + i, TimedOut, "b", "10.9.9.9:80", "/"))], 64);
        Assert.Equal(4020, s.Groups.Sum(g => g.Count));
        Assert.Equal(0, s.GroupsDropped);
        Assert.Equal(20, s.Groups.Single(g => g.Errno == 110).Count);
        Assert.InRange(s.Groups.Count, 1, 64);
    }

    /// <summary>Minutes and times of groups that became one are those of their records.</summary>
    [Fact]
    public void WhatBecameOne_KeepsItsMinutes()
    {
        ErrorLogSummary s = Fold(Enumerable.Range(0, 900).Select(i => Line(i, Refused, "a", "10.0.0.1:80", $"/p{(char)('a' + i % 26)}{(char)('a' + i / 26 % 26)}")), 64);
        ErrorGroup all = Assert.Single(s.Groups);
        Assert.Equal(Enumerable.Repeat(60, 15), all.PerMinute);
        Assert.Equal((new DateTime(2026, 11, 20, 22, 0, 0), new DateTime(2026, 11, 20, 22, 14, 59)), (all.First, all.Last));
    }
}
