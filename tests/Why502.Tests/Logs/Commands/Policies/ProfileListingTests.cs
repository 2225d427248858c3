using Why502.Logs.Commands;
using Xunit;
using static Why502.Tests.Logs.Commands.Paste;

namespace Why502.Tests.Logs.Commands;

public sealed class ProfileListingTests
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
        var rows = Read<ShownProfile>(new ProfileListing(), Status).Where(row => row.Program.Length > 0).Select(row => (row.Program, row.Mode, row.IsProcess));
        Assert.Equal([("/usr/bin/man", "enforce", false), ("/usr/sbin/nginx", "enforce", false), ("tally", "complain", false), ("/usr/sbin/nginx", "enforce", true)], rows);
    }

    [Fact]
    public void PortTypes_HavePortsAndRanges()
    {
        var row = Assert.Single(Read<ShownPortType>(new PortTypeListing(), "http_port_t                    tcp      80, 81, 8008-8010\nhttp_cache_port_t              udp      3130"));
        Assert.Equal((true, true, false), (row.Has(81), row.Has(8009), row.Has(8080)));
    }
}
