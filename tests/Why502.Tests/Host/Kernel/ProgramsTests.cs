using Why502.Host.Kernel;
using Xunit;

namespace Why502.Tests.Host.Kernel;

public sealed class ProgramsTests
{
    private static readonly Programs Found = new(null);

    [Fact]
    public async Task HungProgram_EndsWithItsPatience()
    {
        var run = await Programs.RunAsync(Found.Find("sleep")!, ["60"], TimeSpan.FromMilliseconds(100), 1000, CancellationToken.None);
        Assert.Contains("did not answer within", run.Failure, StringComparison.Ordinal);
        Assert.False(run.Cut);
    }

    [Fact]
    public async Task EndlessOutput_IsCutAndItsBeginningKept()
    {
        var run = await Programs.RunAsync(Found.Find("yes")!, [], TimeSpan.FromSeconds(5), 100_000, CancellationToken.None);
        Assert.Equal((100_000, true), (run.Bytes.Length, run.Cut));
        Assert.NotNull(run.Failure);
    }

    [Fact]
    public void MissingProgram_IsNotFound() => Assert.Null(Found.Find("why502-no-such-program"));
}
