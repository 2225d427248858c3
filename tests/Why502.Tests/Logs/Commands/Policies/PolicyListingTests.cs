using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

public sealed class PolicyListingTests
{
    [Theory]
    [InlineData("getenforce", "Enforcing", "enforcing")]
    [InlineData("sestatus", "SELinux status:                 enabled\nCurrent mode:                   permissive", "permissive")]
    [InlineData("sestatus", "SELinux status:                 disabled", "disabled")]
    public void Mode_IsTheToolsWord(string command, string output, string mode) => Assert.Equal(mode, Assert.Single(Read(command, output)).Mode);

    [Theory]
    [InlineData("httpd_can_network_connect --> off", false)]
    [InlineData("httpd_can_network_relay --> on", true)]
    public void Boolean_IsOnOrOff(string line, bool on)
    {
        var row = Assert.Single(Read("getsebool -a", line));
        Assert.Equal((line.Split(' ')[0], on), (row.Boolean, row.IsOn));
    }

    [Fact]
    public void Labels_BelongToTheirFileOrToNginx()
    {
        Assert.Equal(("system_u:object_r:var_run_t:s0", "/run/tally.sock"), Pair(Assert.Single(Read("ls -laZ /run/tally.sock", "srwxrwxrwx. 1 tally tally system_u:object_r:var_run_t:s0 0 Mar  3 07:10 /run/tally.sock"))));
        Assert.Equal(("system_u:system_r:httpd_t:s0", null), Pair(Assert.Single(Read("ps axZ", "system_u:system_r:httpd_t:s0    812 ?        Ss     0:00 nginx: master process /usr/sbin/nginx"))));
    }

    [Fact]
    public void OtherOutput_SaysNothing() => Assert.Empty(Read("uptime", " 07:10:22 up 3 days,  1 user,  load average: 0.10, 0.20, 0.30"));

    private static (string? Context, string? Path) Pair(ShownPolicy row) => (row.Context, row.Path);

    private static List<ShownPolicy> Read(string command, string output)
        => Paste.Read<ShownPolicy>(new PolicyListing(), output, command);
}
