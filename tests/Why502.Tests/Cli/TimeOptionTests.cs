using Why502.Cli.Commands;
using Xunit;

namespace Why502.Tests.Cli;

public sealed class TimeOptionTests
{
    [Theory]
    [InlineData("15m", 900)]
    [InlineData("90s", 90)]
    [InlineData("5", 5)]
    [InlineData("1h30m", 5400)]
    [InlineData("500ms", 0.5)]
    [InlineData("1.5h", 5400)]
    [InlineData("2d", 172800)]
    public void TimeWithUnits_IsRead(string text, double seconds)
    {
        Assert.True(Options.TryTime(text, out var time));
        Assert.Equal(seconds, time.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("0")]
    [InlineData("-5m")]
    [InlineData("5 parsecs")]
    [InlineData("1e9h")]
    [InlineData("99999999999999999999d")]
    [InlineData("1..5s")]
    public void AnythingElse_IsRefused(string text) => Assert.False(Options.TryTime(text, out _));
}
