using Why502.Bench;
using Why502.Tests.Logs;
using Xunit;

namespace Why502.Tests.Bench;

public sealed class ErrorLogBenchTests
{
    [Fact]
    public void GeneratedLog_IsRecognisedAndFoldsAlikeBothWays()
    {
        var file = Path.Combine(Path.GetTempPath(), $"why502-bench-test-{Environment.ProcessId}.log");
        try
        {
            var records = new ErrorLogGenerator(1).Write(file, 2_000_000);
            var summary = BothWays.Agree(File.ReadAllBytes(file), 100_000, 512);
            Assert.Equal((records, 0L, 0L), (summary.Records, summary.UnknownCount, summary.SuspectCount));
            Assert.Equal(0, ErrorLogBenchmark.Run(file));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
