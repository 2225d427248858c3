using Why502.Logs.Commands;
using Xunit;
using static Why502.Tests.Logs.Commands.Paste;

namespace Why502.Tests.Logs.Commands;

public sealed class NetworkListingTests
{
    [Theory]
    [InlineData("64 bytes from 10.7.0.9: icmp_seq=1 ttl=63 time=0.4 ms")]
    [InlineData("64 bytes from tally.lan (10.7.0.9): icmp_seq=1 ttl=63 time=0.4 ms")]
    [InlineData("64 bytes from 10.7.0.9: seq=0 ttl=63 time=0.4 ms")]
    public void Reply_MeansThatTheHostIsThere(string line)
        => Assert.Equal(("10.7.0.9", true), Pair(Assert.Single(Read<HostReach>(line, "ping 10.7.0.9"))));

    [Fact]
    public void RoutersWord_IsAboutTheHostThatWasAsked()
        => Assert.Equal(("10.7.0.9", false), Pair(Assert.Single(Read<HostReach>("PING tally (10.7.0.9) 56(84) bytes of data.\nFrom 10.7.0.1 icmp_seq=1 Destination Host Unreachable"))));

    [Fact]
    public void LostPackets_SayNothing()
        => Assert.Empty(Read<HostReach>("PING 10.7.0.9 (10.7.0.9) 56(84) bytes of data.\n\n3 packets transmitted, 0 received, 100% packet loss, time 2030ms", "ping -c 3 10.7.0.9"));

    [Theory]
    [InlineData("10.7.0.9 via 10.6.0.1 dev eth0 src 10.6.0.4 uid 0", "unicast", "10.6.0.1", null)]
    [InlineData("10.7.0.9 dev eth1 src 10.7.0.4 uid 0", "unicast", null, null)]
    [InlineData("RTNETLINK answers: Network is unreachable", "none", null, 101)]
    [InlineData("prohibit 10.7.0.9 from 10.6.0.4", "prohibit", null, 13)]
    public void RouteGet_IsReadByItsForm(string line, string kind, string? gateway, int? errno)
    {
        var reach = Assert.Single(Read<HostReach>(line, "ip route get 10.7.0.9"));
        Assert.Equal(("10.7.0.9", kind, gateway, errno), (reach.Host, reach.RouteKind, reach.Gateway, reach.Errno));
    }

    [Fact]
    public void Connections_AreReadFromSsAndNetstat()
    {
        var rows = Read<ListedConnection>("""
            ESTAB      0      0       10.0.0.5:40122      10.0.0.8:8080
            TIME-WAIT  0      0       10.0.0.5:40123      10.0.0.8:8080
            tcp        0      0 10.0.0.5:40124          10.0.0.8:8080           TIME_WAIT
            LISTEN     0      511     0.0.0.0:80          0.0.0.0:*
            """);
        Assert.Equal([40122, 40123, 40124], rows.Select(row => row.Local.Port));
        Assert.Equal([false, true, true], rows.Select(row => row.IsTimeWait));
    }

    private static (string Host, bool? Answers) Pair(HostReach reach) => (reach.Host, reach.Answers);
}
