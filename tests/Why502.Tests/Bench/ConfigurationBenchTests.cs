using Why502.Bench.Configuration;
using Xunit;

namespace Why502.Tests.Bench;

/// <summary>What is kept in bench/ runs here, tiny, so that it cannot rot.</summary>
public sealed class ConfigurationBenchTests
{
    /// <summary>Only what never ends counts as a hang here: tests run on machines that are busy.</summary>
    [Fact]
    public void Fuzzer_FindsNothing()
    {
        var keep = Directory.CreateTempSubdirectory("why502-fuzz").FullName;
        Assert.Equal(0, ConfigurationFuzz.Run(["--count", "2000", "--seed", "502", "--threads", "1", "--seconds", "300", "--keep", keep]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(keep));
        Directory.Delete(keep);
    }

    [Fact]
    public void GeneratedConfiguration_IsParsedLoadedAndWritten() => Assert.Equal(0, ConfigurationBenchmark.Run([5, 10], rounds: 1));
}
