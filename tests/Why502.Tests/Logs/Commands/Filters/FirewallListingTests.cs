using Why502.Logs.Commands;
using Xunit;
using static Why502.Tests.Logs.Commands.Paste;

namespace Why502.Tests.Logs.Commands;

public sealed class FirewallListingTests
{
    [Fact]
    public void Ufw_IsItsDefaultAndWhatItAllows()
    {
        var text = Assert.Single(Read<FilterText>("""
            Status: active
            Default: deny (incoming), allow (outgoing), deny (routed)

            To                         Action      From
            --                         ------      ----
            22/tcp                     ALLOW IN    Anywhere
            Nginx Full                 ALLOW IN    Anywhere
            3000                       ALLOW IN    172.16.0.0/12
            22/tcp (v6)                ALLOW IN    Anywhere (v6)
            """)).Text;
        Assert.Contains(":INPUT DROP", text, StringComparison.Ordinal);
        Assert.Contains("-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT\n", text, StringComparison.Ordinal);
        Assert.Contains("-A INPUT -s 172.16.0.0/12 -p tcp -m multiport --dports 3000 -j ACCEPT\n", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("--dports 22").Length);
    }

    [Fact]
    public void Zone_RejectsWhatItDoesNotName()
    {
        var text = Assert.Single(Read<FilterText>("public (active)\n  target: default\n  interfaces: ens3\n  services: ssh http\n  ports: 8000-8100/tcp\n")).Text;
        Assert.Contains("--dports 8000:8100 -j ACCEPT", text, StringComparison.Ordinal);
        Assert.EndsWith("-A INPUT -p tcp -j REJECT --reject-with icmp-host-prohibited\n", text, StringComparison.Ordinal);
    }
}
