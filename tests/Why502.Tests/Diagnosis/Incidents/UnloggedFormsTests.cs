using Why502.Diagnosis;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>What a gateway status tells where no error log was read.</summary>
public sealed class UnloggedFormsTests
{
    [Fact]
    public void TimeOut_IsOneInEveryPhase()
    {
        Assert.Equal(Phase.Header, UnloggedForms.Of(Row(504), AccessFields.Status)!.Phase);
        Assert.Equal(Phase.Connect, UnloggedForms.Of(Row(504), AccessFields.UpstreamConnectTime)!.Phase);
        Assert.Equal(Phase.Header, UnloggedForms.Of(Row(504) with { UpstreamConnectTime = Seconds(0.001) }, AccessFields.UpstreamConnectTime)!.Phase);
        Assert.Equal(Phase.Connect, UnloggedForms.Of(Row(504) with { UpstreamStatuses = [504, 504], UpstreamResponseTime = Seconds(5) }, AccessFields.Status)!.Phase);
        Assert.Equal(Phase.Header, UnloggedForms.Of(Row(504) with { UpstreamStatuses = [504], UpstreamResponseTime = Seconds(5) }, AccessFields.Status)!.Phase);
    }

    [Fact]
    public void BadGateway_ThatNeverConnectedWasNotClosed()
    {
        var refused = UnloggedForms.Of(Row(502), AccessFields.UpstreamConnectTime)!;
        Assert.Contains("upstream-down", refused.Candidates);
        Assert.Equal(SymptomKind.Answered, refused.Kind);
        var closed = UnloggedForms.Of(Row(502) with { UpstreamConnectTime = Seconds(0.001) }, AccessFields.UpstreamConnectTime)!;
        Assert.DoesNotContain("upstream-down", closed.Candidates);
        Assert.Equal(SymptomKind.ClosedEarly, closed.Kind);
    }

    [Fact]
    public void Socket_HasTheCausesOfSockets()
        => Assert.Contains("socket-missing", UnloggedForms.Of(Row(502) with { UpstreamAddr = "unix:/run/app.sock" }, AccessFields.UpstreamConnectTime)!.Candidates);

    [Theory]
    [InlineData(502, StatusOrigin.Upstream)]
    [InlineData(503, StatusOrigin.Nginx)]
    [InlineData(500, StatusOrigin.Unknown)]
    [InlineData(200, StatusOrigin.Unknown)]
    public void WhatTellsItsMaker_NeedsNoErrorLog(int status, StatusOrigin origin) => Assert.Null(UnloggedForms.Of(Row(status) with { Origin = origin }, AccessFields.Status));

    [Fact]
    public void ConfigurationsOwn_AskedNobody() => Assert.Null(UnloggedForms.Of(Row(502) with { Origin = StatusOrigin.Nginx, UpstreamAddr = null }, AccessFields.Status));

    private static AccessGroup Row(int status) => new() { Status = status, Origin = StatusOrigin.Unknown, UpstreamAddr = "10.0.0.9:80", Count = 3 };

    private static Timing Seconds(double seconds) => new(seconds, seconds, seconds, seconds, seconds, 3);
}
