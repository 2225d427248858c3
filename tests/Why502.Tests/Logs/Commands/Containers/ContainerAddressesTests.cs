using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class ContainerAddressesTests
{
    [Theory]
    [InlineData("docker inspect tally-app-1 --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'", "172.20.0.5")]
    [InlineData("docker inspect -f '{{.Name}} - {{.NetworkSettings.IPAddress}}' tally-app-1", "/tally-app-1 - 172.20.0.5")]
    [InlineData("docker exec tally-app-1 hostname -i", "172.20.0.5")]
    [InlineData("docker network inspect tally_default", "            \"Name\": \"tally-app-1\",\n            \"IPv4Address\": \"172.20.0.5/16\",")]
    public void Address_BelongsToTheContainerAndItsService(string command, string output)
    {
        var found = Read(command, output);
        Assert.All(found, lookUp => Assert.Equal("172.20.0.5", Assert.Single(lookUp.Addresses)));
        Assert.Equal(["tally-app-1", "app"], found.Select(lookUp => lookUp.Name));
    }

    [Fact]
    public void ServicesWithHyphens_AreTriedAtEachPlace()
        => Assert.Equal(["shop_web-ui_1", "web-ui"], Read("docker inspect -f '{{.NetworkSettings.IPAddress}}' shop_web-ui_1", "172.20.0.5").Select(lookUp => lookUp.Name));

    [Fact]
    public void OutputWithoutAnAddress_TellsNothing()
        => Assert.Empty(Read("docker inspect -f '{{.NetworkSettings.IPAddress}}' tally-app-1", "Error: No such object: tally-app-1"));

    private static List<NameLookUp> Read(string command, string output)
        => Paste.Read<NameLookUp>(new ContainerAddresses(), output, command);
}
