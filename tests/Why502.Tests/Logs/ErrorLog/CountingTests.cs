using Why502.Logs;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>What the fold counts with, through its summary: minutes.</summary>
public class CountingTests
{
    private static ErrorGroup Fold(IEnumerable<(int Minute, long Connection)> records)
    {
        ErrorLogFold fold = new();
        foreach ((int minute, long connection) in records)
        {
            fold.Add(ErrorLogLine.Parse($"2026/11/20 {minute / 60:00}:{minute % 60:00}:00 [error] 7#7: *{connection} connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.1:80/\", host: \"a\"")!);
        }

        return Assert.Single(fold.Summary().Groups);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Minutes_AreThoseOfTheLastTwoHours(int seed)
    {
        Random random = new(seed);
        int[] minutes = [.. Enumerable.Range(0, 400).Select(i => Math.Max(0, i / 2 - random.Next(5)))];
        int last = minutes.Max();
        int from = Math.Max(minutes.Min(), last - 119);
        Assert.Equal(Enumerable.Range(from, last - from + 1).Select(m => minutes.Count(x => x == m)), Fold(minutes.Select(m => (m, 1L))).PerMinute);
    }
}
