using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class LimitsAndProfilesTests
{
    private const string Status = """
        apparmor module is loaded.
        3 profiles are loaded.
        2 profiles are in enforce mode.
           /usr/bin/man
           /usr/sbin/nginx
        1 profiles are in complain mode.
           tally
        1 processes are in enforce mode.
           /usr/sbin/nginx (812)
        0 processes are in complain mode.
        """;

    [Fact]
    public void Profiles_BelongToTheirGroup()
    {
        var rows = Read(new ProfileListing(), null, Status).Cast<ShownProfile>().Where(row => row.Program.Length > 0).Select(row => (row.Program, row.Mode, row.IsProcess));
        Assert.Equal([("/usr/bin/man", "enforce", false), ("/usr/sbin/nginx", "enforce", false), ("tally", "complain", false), ("/usr/sbin/nginx", "enforce", true)], rows);
    }

    [Fact]
    public void PortTypes_HavePortsAndRanges()
    {
        var row = Assert.IsType<ShownPortType>(Assert.Single(Read(new PortTypeListing(), null, "http_port_t                    tcp      80, 81, 8008-8010\nhttp_cache_port_t              udp      3130")));
        Assert.Equal((true, true, false), (row.Has(81), row.Has(8009), row.Has(8080)));
    }

    [Theory]
    [InlineData("3f2a9c0d1e2b   orchard-web-1   98.12%    511.6MiB / 512MiB     99.92%    1.2MB / 3.4MB     0B / 0B     12", "orchard-web-1", 99.92)]
    [InlineData("orchard   0.00%   1.5 GB / 2 GB   75.00%   0 B / 0 B", null, 0)]
    [InlineData("tally  12.5%  100MB/200MB  50.00%  0B / 0B", "tally", 50.0)]
    public void Use_IsAShareOfTheLimit(string line, string? name, double memory)
    {
        var row = Read(new ContainerUseListing(), null, line).Cast<ShownContainerUse>().SingleOrDefault();
        Assert.Equal((name, memory), (row?.Name, row?.Memory ?? 0));
    }

    [Theory]
    [InlineData("cat /proc/31/limits", "Max open files            1024                 4096                 files", 1024L, false)]
    [InlineData("ulimit -a", "open files                      (-n) 65535", 65535L, true)]
    [InlineData("ulimit -a", "nofiles              1024", 1024L, true)]
    [InlineData("ulimit -n", "1024", 1024L, true)]
    [InlineData("cat /proc/31/limits", "Max open files            unlimited            unlimited            files", null, false)]
    public void FileLimit_IsTheSoftOne(string command, string line, long? soft, bool isShells)
    {
        var row = Assert.IsType<ShownFileLimit>(Assert.Single(Read(new LimitListing(), command, line)));
        Assert.Equal((soft, isShells), (row.Soft, row.IsShells));
    }

    [Theory]
    [InlineData("12 profiles of people are on this page")]
    [InlineData("the usage is 98% of 5 GB / day")]
    [InlineData("1024")]
    public void Prose_IsNone(string line)
        => Assert.All((ICommandReader[])[new ProfileListing(), new PortTypeListing(), new ContainerUseListing(), new LimitListing()], reader => Assert.Empty(Read(reader, null, line)));

    private static List<CommandRecord> Read(ICommandReader reader, string? command, string output)
    {
        var text = new PastedText("given", command, [.. output.Split('\n').Select((line, index) => new PastedLine(index + 1, line))]);
        return reader.Looks(text) ? [.. reader.Read(text)] : [];
    }
}
