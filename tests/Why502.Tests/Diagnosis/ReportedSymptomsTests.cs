using System.Text;
using Why502.Cli.Calibration;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>What an app, the kernel or the init system says alone, and what it does not mean beside nginx's own failures.</summary>
public sealed class ReportedSymptomsTests
{
    private const string Refused = "2025/03/03 07:16:11 [error] 4021#4021: *77 connect() failed (111: Connection refused) while connecting to upstream, client: 198.51.100.23, server: ledger.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:8010/\", host: \"ledger.example\"\n";

    private const string Conntrack = "Mar 03 07:15:58 edge1 kernel: nf_conntrack: nf_conntrack: table full, dropping packet\n";

    [Fact]
    public async Task ReportAlone_IsTheSymptom()
    {
        var finding = Assert.Single(await FindingsAsync(("journal.txt", Conntrack)), item => item.Confidence >= 0.5);
        Assert.Equal("connection-tracking-full", finding.Cause);
    }

    [Fact]
    public async Task ReportBesideFailures_IsEvidenceAndNoFaultOfItsOwn()
        => Assert.DoesNotContain(await FindingsAsync(("journal.txt", Conntrack), ("error.log", Refused)), finding => finding.Cause == "connection-tracking-full" && finding.Confidence >= 0.5);

    [Fact]
    public async Task StartThatSucceededAfterwards_IsOver()
        => Assert.Empty(await FindingsAsync(("app.log", "[2025-03-03 07:14:58 +0000] [51] [ERROR] Connection in use: ('127.0.0.1', 8010)\n[2025-03-03 07:15:58 +0000] [61] [INFO] Listening at: http://127.0.0.1:8010 (61)\n")));

    [Theory]
    [InlineData("nginx.service", false)]
    [InlineData("ledger.service", true)]
    public async Task UnitThatFailed_IsTheUpstreamUnlessItIsNginx(string unit, bool down)
        => Assert.Equal(down, (await FindingsAsync(("journal.txt", $"Mar 03 07:15:58 edge1 systemd[1]: {unit}: Failed with result 'exit-code'.\nMar 03 07:15:58 edge1 systemd[1]: {unit}: Start request repeated too quickly.\n"))).Any(finding => finding.Cause == "upstream-down"));

    private static async Task<IReadOnlyList<StatedFinding>> FindingsAsync(params (string Name, string Text)[] files)
        => (await CaseRun.JudgeAsync(new LabelledCase { Id = "x", Causes = ["x"], Files = [.. files.Select(file => KeyValuePair.Create(file.Name, file.Text))] }, CancellationToken.None)).Findings;
}
