using Why502.Logs.Commands;
using Xunit;

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
    public void Compose_TellsServicesPortsAndCommands()
    {
        const string Text = """
            services:
              edge:
                image: nginx:1.27
                ports:
                  - "8080:80"
              tally:
                container_name: tally-app
                build: ./tally
                command: ["gunicorn", "--bind", "127.0.0.1:9000", "tally:app"]
                ports: ["127.0.0.1:9001:9000/tcp", "9100"]
            volumes:
              data:
            """;
        var services = Read<ListedContainer>(Text);
        Assert.Equal([("edge", "edge", "defined"), ("tally-app", "tally", "defined")], services.Select(row => (row.Name, row.Service!, row.State)));
        Assert.Equal([("127.0.0.1", 9001, 9000)], services[1].Published);
        Assert.Equal("gunicorn --bind 127.0.0.1:9000 tally:app", Assert.Single(Read<ListedProcess>(Text)).CommandLine);
    }

    [Fact]
    public void ComposeOfVersionOne_HasItsServicesAtTheTop()
        => Assert.Equal(["app", "proxy"], Read<ListedContainer>("app:\n  image: tally\n  links:\n    - db\nproxy:\n  image: nginx\n  ports:\n    - 80:80\n").Select(row => row.Name));

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

    private static (string Host, bool? Answers) Pair(HostReach reach) => (reach.Host, reach.Answers);

    private static List<TRecord> Read<TRecord>(string text, string? command = null)
        where TRecord : CommandRecord
        => [.. CommandReaders.Read(new("paste", command, [.. text.Split('\n').Select((line, index) => new PastedLine(index + 1, line))])).OfType<TRecord>()];
}
