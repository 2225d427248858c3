using System.Text;
using Why502.Cli.Traffic;
using Xunit;

namespace Why502.Tests.Traffic;

/// <summary>Rows of a window, in logs where most minutes are whole ones of it and some are cut.</summary>
public sealed class TrafficWindowTests
{
    private const int Rows = 600;
    private static readonly DateTimeOffset Start = new(2026, 9, 21, 14, 0, 30, TimeSpan.Zero);

    [Theory]
    [InlineData(null, 300)]
    [InlineData(300, null)]
    [InlineData(17, 433)]
    [InlineData(-1000, 0)]
    [InlineData(null, 1000)]
    [InlineData(599, null)]
    public void EachBound_AloneOrWithTheOther_KeepsEverySecondThatItShould(int? since, int? until)
    {
        using var folder = new TrafficFolder();
        var log = new StringBuilder();
        for (var i = 0; i < Rows; i++)
        {
            log.Append($"192.0.2.7 - - [{Start.AddSeconds(i):dd/MMM/yyyy:HH:mm:ss} +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl\"\n");
        }

        var report = TrafficFolder.Read(new TrafficRequest
        {
            Files = [folder.Write("access.log", Encoding.ASCII.GetBytes(log.ToString()))],
            Since = since is { } first ? Start.AddSeconds(first) : null,
            Until = until is { } last ? Start.AddSeconds(last) : null,
        });
        Assert.Equal(Math.Min(until ?? Rows, Rows - 1) - Math.Max(since ?? 0, 0) + 1, report.Rows);
    }

    [Theory]
    [InlineData("http://shop.example.com/users/17?x=1", "/users/{id}")]
    [InlineData("http://shop.example.com", "/")]
    [InlineData("https://shop.example.com?x", "/")]
    public void RequestInTheAbsoluteForm_IsCountedByItsPath(string target, string route)
    {
        using var folder = new TrafficFolder();
        var row = $"192.0.2.7 - - [21/Sep/2026:14:00:00 +0000] \"GET {target} HTTP/1.1\" 200 5 \"-\" \"curl\"\n";
        var report = TrafficFolder.Read(folder.Write("access.log", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(row, 40)))));
        Assert.Equal([(route, 40L)], report.Routes.Select(found => (found.Value, found.Count)));
        Assert.Equal(1, report.DistinctPaths);
    }
}
