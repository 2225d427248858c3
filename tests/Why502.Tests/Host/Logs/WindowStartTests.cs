using System.Text;
using Why502.Host.Logs;
using Xunit;

namespace Why502.Tests.Host.Logs;

public sealed class WindowStartTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.CreateCustomTimeZone(
        "test", TimeSpan.FromHours(1), "test", "test", "test summer",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);

    [Fact]
    public void StampsWithoutZone_AreTheServersWallClock()
    {
        var start = new WindowStart(new(2026, 7, 1, 10, 0, 0, TimeSpan.Zero), new(2026, 7, 1, 10, 15, 0, TimeSpan.Zero), Berlin, TimeSpan.Zero);
        Assert.Equal(LinePlace.Before, start.PlaceByLead("2026/07/01 11:59:59 [error] 1#1: x"u8));
        Assert.Equal(LinePlace.Within, start.PlaceByLead("2026/07/01 12:00:00 [error] 1#1: x"u8));
        Assert.Equal(LinePlace.Undated, start.PlaceByLead(Encoding.ASCII.GetBytes("  at frame")));
    }

    [Fact]
    public void HourThatComesTwice_IsNotLost()
    {
        // 2026-10-25: 03:00 CEST becomes 02:00 CET. The window begins at 02:50 CEST; ten minutes later the logs say 02:00 again.
        var start = new WindowStart(new(2026, 10, 25, 0, 50, 0, TimeSpan.Zero), new(2026, 10, 25, 1, 5, 0, TimeSpan.Zero), Berlin, TimeSpan.Zero);
        Assert.False(start.IsBefore(new DateTime(2026, 10, 25, 2, 1, 0), isUtc: false));
        Assert.True(start.IsBefore(new DateTime(2026, 10, 25, 0, 49, 0), isUtc: true));
    }
}
