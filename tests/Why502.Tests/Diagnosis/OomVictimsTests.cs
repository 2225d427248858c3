using Why502.Diagnosis.Readings;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Whom the kernel took from a unit of which systemd tells without a name.</summary>
public sealed class OomVictimsTests
{
    [Theory]
    [InlineData("edge.scope", "nginx")]
    [InlineData("ge.scope", null)]
    [InlineData("desk.scope", null)]
    public void Unit_GetsTheProcessOfItsControlGroup(string unit, string? victim)
        => Assert.Equal(victim, OomVictims.Named([Kill("nginx", "/system.slice/edge.scope"), Kill("ruby", "/system.slice/desk.scope"), Kill("sh", "/system.slice/desk.scope"), Kill(null, unit)])[^1].Process);

    [Fact]
    public void UnitOfWhichTheKernelSaysNothing_StaysWithout()
        => Assert.Null(Assert.Single(OomVictims.Named([Kill(null, "edge.scope")])).Process);

    private static AppLogEvent Kill(string? process, string source)
        => new() { Kind = AppEventKind.OomKill, Process = process, Source = source, Line = new LogLine("kern.log", 1, null, "") };
}
