using Why502.Logs.Commands;
using Xunit;
using static Why502.Tests.Logs.Commands.Paste;

namespace Why502.Tests.Logs.Commands;

public sealed class CommandReadersTests
{
    [Theory]
    [InlineData("12 profiles of people are on this page")]
    [InlineData("the usage is 98% of 5 GB / day")]
    [InlineData("1024")]
    public void Prose_IsNone(string line)
        => Assert.All((ICommandReader[])[new ProfileListing(), new PortTypeListing(), new ContainerUseListing(), new LimitListing()], reader => Assert.Empty(Read<CommandRecord>(reader, line)));
}
