using Why502.Diagnosis;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis.Timelines;

public sealed class CourseTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 15, 12, 0, 0, TimeSpan.FromHours(1));

    [Fact]
    public void FailuresWithoutPause_AreOneBurst()
    {
        var burst = Assert.Single(new Course([3, 1, 0, 4], Noon).Bursts);
        Assert.Equal(new Burst(Noon.AddMinutes(-3), Noon.AddMinutes(1), 8), burst);
    }

    [Fact]
    public void TwoSilentMinutes_BeginAnother()
    {
        var course = new Course([3, 0, 0, 4, 1], Noon);
        Assert.Equal([new Burst(Noon.AddMinutes(-4), Noon.AddMinutes(-3), 3), new Burst(Noon.AddMinutes(-1), Noon.AddMinutes(1), 5)], course.Bursts);
        Assert.Null(course.Period);
    }

    [Theory]
    [InlineData(new[] { 0, 10, 20, 30 }, 10)]
    [InlineData(new[] { 0, 10, 21, 30, 40 }, 10)]
    [InlineData(new[] { 0, 10, 20 }, null)]
    [InlineData(new[] { 0, 4, 20, 29 }, null)]
    public void BurstsThatComeBack_HaveAPeriod(int[] minutes, int? period)
    {
        var counts = new int[minutes[^1] + 1];
        foreach (var minute in minutes)
        {
            counts[minute] = 7;
        }

        Assert.Equal(period is { } every ? TimeSpan.FromMinutes(every) : null, new Course(counts, Noon).Period);
    }

    [Fact]
    public void GroupsThatEndAtDifferentTimes_AreSummedMinuteByMinute()
    {
        var course = Course.Of([Group(12, 2, [1, 2, 3]), Group(12, 1, [10, 20]), Group(11, 59, [])], TimeSpan.FromHours(1));
        Assert.NotNull(course);
        Assert.Equal([11, 22, 3], course.Minutes);
        Assert.Equal(Noon.AddMinutes(2), course.LastMinute);
    }

    [Fact]
    public void UndatedLines_HaveNoCourse() => Assert.Null(Course.Of([Group(12, 0, []) with { Last = null }], TimeSpan.Zero));

    private static ErrorGroup Group(int hour, int minute, int[] counts) => new()
    {
        MessageId = "m",
        Message = "m",
        Last = new DateTime(2026, 1, 15, hour, minute, 30, DateTimeKind.Unspecified),
        PerMinute = counts,
    };
}
