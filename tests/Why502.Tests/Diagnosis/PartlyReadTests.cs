using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>What of a log was not read is said among what was not seen.</summary>
public sealed class PartlyReadTests
{
    [Theory]
    [InlineData(true, "only the newest 24 MB of 300 MB were read; error.log.1.xz: it is packed as xz")]
    [InlineData(false, "error.log.1.xz: it is packed as xz")]
    public void LargeLog_LacksItsOlderPart(bool sampled, string why)
    {
        ErrorLogWindow question = new("/var/log/nginx/error.log", null);
        LogCoverage coverage = new(24 << 20, 300 << 20, sampled, ["/var/log/nginx/error.log"]) { NotRead = ["error.log.1.xz: it is packed as xz"] };
        var item = Assert.Single(Unobserved(question, coverage));
        Assert.Equal(("the older part of error log /var/log/nginx/error.log", why), (item.What, item.Why));
    }

    [Fact]
    public void LogThatWasReadWhole_LacksNothing() => Assert.Empty(Unobserved(new("/var/log/nginx/error.log", null), new(1000, 1000, false, ["/var/log/nginx/error.log"])));

    private static IReadOnlyList<UnobservedItem> Unobserved(ErrorLogWindow question, LogCoverage coverage)
    {
        var now = new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);
        Observations seen = new(
            new Dictionary<Question, Answer> { [question] = new(question, new ErrorLogFact(new ErrorLogFold().Summary(), coverage), null, new Provenance("host", "error-log", question.Path, now)) },
            now);
        seen.Ask(question);
        return UnobservedReading.Of(seen, []);
    }
}
