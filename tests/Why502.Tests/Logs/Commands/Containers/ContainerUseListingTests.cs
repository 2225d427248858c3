using Why502.Logs.Commands;
using Xunit;
using static Why502.Tests.Logs.Commands.Paste;

namespace Why502.Tests.Logs.Commands;

public sealed class ContainerUseListingTests
{
    [Theory]
    [InlineData("3f2a9c0d1e2b   orchard-web-1   98.12%    511.6MiB / 512MiB     99.92%    1.2MB / 3.4MB     0B / 0B     12", "orchard-web-1", 99.92)]
    [InlineData("orchard   0.00%   1.5 GB / 2 GB   75.00%   0 B / 0 B", null, 0)]
    [InlineData("tally  12.5%  100MB/200MB  50.00%  0B / 0B", "tally", 50.0)]
    public void Use_IsAShareOfTheLimit(string line, string? name, double memory)
    {
        var row = Read<ShownContainerUse>(new ContainerUseListing(), line).SingleOrDefault();
        Assert.Equal((name, memory), (row?.Name, row?.Memory ?? 0));
    }
}
