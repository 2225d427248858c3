using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

/// <summary>When processes were started, told in fractions of a second.</summary>
public sealed class BootTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 12, 0, 0, 250, TimeSpan.Zero);

    [Fact]
    public void UptimeThatAgrees_GivesTheFraction()
        => Assert.Equal(Now.AddSeconds(-100.5), ProcessTable.BootTime(Stat(Now.AddSeconds(-100.5)), "100.50 380.11", Now));

    [Fact]
    public void UptimeOfAnotherClock_IsNotTaken()
        => Assert.Equal(Now.AddHours(-2).ToUnixTimeSeconds(), ProcessTable.BootTime(Stat(Now.AddHours(-2)), "100.50 380.11", Now)!.Value.ToUnixTimeSeconds());

    [Fact]
    public void WithoutUptime_TheSecondIsTold()
        => Assert.Equal(0, ProcessTable.BootTime(Stat(Now), null, Now)!.Value.Millisecond);

    private static string Stat(DateTimeOffset booted) => $"cpu 1 2 3\nbtime {booted.ToUnixTimeSeconds()}\nprocesses 7\n";
}
