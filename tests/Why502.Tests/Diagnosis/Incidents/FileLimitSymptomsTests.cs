using Why502.Cli.Calibration;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>The line of a worker that may not raise its limit: an answer where it is all there is, nothing beside what fails.</summary>
public sealed class FileLimitSymptomsTests
{
    private const string Limit = "2026/05/06 07:08:09 [alert] 71#71: setrlimit(RLIMIT_NOFILE, 262144) failed (1: Operation not permitted)\n";

    [Theory]
    [InlineData("", "file-descriptors-exhausted")]
    [InlineData("2026/05/06 07:09:11 [error] 71#71: *5 no resolver defined to resolve pears.example, client: 192.0.2.7, server: pears.example, request: \"GET / HTTP/1.1\", host: \"pears.example\"\n", "dns-resolver-missing")]
    public async Task RefusedLimit_IsAskedAboutWhereNothingElseFails(string other, string cause)
    {
        var told = (await CaseRun.JudgeAsync(new LabelledCase { Id = "x", Causes = ["x"], Files = [KeyValuePair.Create("error.log", Limit + other)] }, CancellationToken.None)).Findings;
        Assert.Equal(cause, told[0].Cause);
        Assert.Equal(other.Length > 0, told.All(finding => finding.Cause != "file-descriptors-exhausted"));
        Assert.True(other.Length > 0 || told[0].Confidence < 0.9);
    }
}
