using System.Diagnostics;
using Xunit;

namespace Why502.Tests.Logs;

/// <summary>The runtime chooses vectors by the processor it starts on, so another width needs another process: these tests again, in one.</summary>
public class ScalarTests
{
    private const string Again = "FullyQualifiedName~MarksTests|FullyQualifiedName~KnownBytesTests|FullyQualifiedName~RoomTests|FullyQualifiedName~EveryCutBetweenBlocks|FullyQualifiedName~HostileRecords";

    [Theory]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    [InlineData("DOTNET_EnableAVX2")]
    public void WithoutWideVectors_TheSameIsFound(string switchedOff)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, ["vstest", typeof(ScalarTests).Assembly.Location, $"--TestCaseFilter:{Again}"]) { RedirectStandardOutput = true };
        start.Environment[switchedOff] = "0";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 && output.Contains("Passed!", StringComparison.Ordinal), output);
    }
}
