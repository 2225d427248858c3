using System.Text;
using Why502.Host.Logs;
using Xunit;

namespace Why502.Tests.Host.Logs;

public sealed class WindowSearchTests
{
    private static readonly DateTimeOffset Now = LogFolder.Now;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(2000)]
    public void EveryBoundary_IsFoundAsALinearScanFindsIt(int count)
    {
        var text = LogFolder.Lines(Now, count);
        for (var wanted = 0; wanted <= count; wanted += Math.Max(1, count / 97))
        {
            var found = Find(text, Now.AddSeconds(wanted + 1 - count));
            Assert.Equal((Linear(text, wanted), wanted > 0), (found.Offset, found.SawBefore));
        }
    }

    [Fact]
    public void LinesWithoutStamp_BelongToTheirPredecessor()
    {
        var trace = string.Concat(Enumerable.Repeat("#0 /srv/app.php(7): f()\n", 9000));
        var text = LogFolder.Lines(Now.AddMinutes(-10), 50) + trace + LogFolder.Lines(Now, 50) + trace;
        var found = Find(text, Now.AddMinutes(-5));
        Assert.Equal(text.IndexOf(LogFolder.Line(Now.AddSeconds(-49), 1), StringComparison.Ordinal), found.Offset);
    }

    [Fact]
    public void UndatedLog_IsCurrent()
        => Assert.Equal(new WindowSearch.Start(0, false), Find(string.Concat(Enumerable.Repeat("no stamp at all\n", 20_000)), Now));

    [Fact]
    public void UndatedBeginning_IsKept() => Assert.Equal(0, Find("garbage\n" + LogFolder.Lines(Now, 10), Now.AddMinutes(-1)).Offset);

    [Fact]
    public void EverythingOld_LeavesNothing()
    {
        var text = LogFolder.Lines(Now.AddDays(-1), 3000);
        Assert.Equal(new WindowSearch.Start(text.Length, true), Find(text, Now));
    }

    [Fact]
    public void EmptyLog_IsEmpty() => Assert.Equal(new WindowSearch.Start(0, false), Find("", Now));

    [Fact]
    public void DisorderBetweenNeighbours_LosesNothing()
    {
        var random = new Random(502);
        var text = new StringBuilder();
        for (var i = 0; i < 5000; i++)
        {
            text.Append(LogFolder.Line(Now.AddSeconds(i - 5000 + random.Next(-2, 3)), i));
        }

        var found = Find(text.ToString(), Now.AddSeconds(-1000), TimeSpan.FromSeconds(5));
        var skipped = text.ToString(0, (int)found.Offset);
        Assert.DoesNotContain(skipped.Split('\n'), line => line.Length > 0 && string.CompareOrdinal(line[..19], Now.AddSeconds(-1000).ToString("yyyy/MM/dd HH:mm:ss")) >= 0);
        Assert.True(found.Offset > text.Length / 2);
    }

    [Fact]
    public void BackwardJumpOfTheClock_FindsSomeBoundary()
    {
        var text = LogFolder.Lines(Now, 3000) + LogFolder.Lines(Now.AddHours(-1), 3000) + LogFolder.Lines(Now, 3000);
        var found = Find(text, Now.AddMinutes(-10));
        Assert.InRange(found.Offset, 0, text.Length - 100);
    }

    [Fact]
    public void BinaryGarbageAndHugeLines_AreNoObstacle()
    {
        var garbage = new byte[700_000];
        new Random(7).NextBytes(garbage);
        var old = Encoding.Latin1.GetBytes(LogFolder.Lines(Now.AddHours(-2), 300));
        var recent = Encoding.Latin1.GetBytes("\n" + LogFolder.Lines(Now, 300));
        byte[] all = [.. old, .. garbage, .. new byte[300_000], .. recent];
        var found = new WindowSearch(new MemoryLogBytes("x", all, 0), Start(Now.AddHours(-1), TimeSpan.Zero).PlaceByLead).Find(0, all.Length);
        Assert.Equal(all.Length - recent.Length + 1, found.Offset);
        Assert.True(found.SawBefore);
    }

    private static WindowSearch.Start Find(string text, DateTimeOffset from, TimeSpan disorder = default)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        return new WindowSearch(new MemoryLogBytes("x", bytes, 0), Start(from, disorder).PlaceByLead).Find(0, bytes.Length);
    }

    private static WindowStart Start(DateTimeOffset from, TimeSpan disorder) => new(from, Now, TimeZoneInfo.Utc, disorder);

    /// <summary>Offset behind the first so many lines.</summary>
    private static long Linear(string text, int lines)
    {
        var offset = 0;
        for (var i = 0; i < lines; i++)
        {
            offset = text.IndexOf('\n', offset) + 1;
        }

        return offset;
    }
}
