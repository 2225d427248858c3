using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Zones of firewalld: only the one counts by whose interface nginx's packets come in.</summary>
public sealed class FilterArrivalTests
{
    private static readonly PacketFilterFact Zones = new([Refusing("eth0", "filter_IN_public", 1), Refusing("docker0", "filter_IN_docker-zone_deny", 2)]);

    private static Endpoint Peer => Endpoint.TryParse("172.18.0.1:3000", 80, out var peer) ? peer : throw new InvalidOperationException();

    [Fact]
    public void ZoneOfTheUsedInterface_Refuses()
    {
        Assert.Equal("filter_IN_docker-zone_deny", FilterReading.Receiving(Zones, Peer, new("docker0", "172.18.0.3"))?.Chain);
        Assert.Equal("filter_IN_public", FilterReading.Receiving(Zones, Peer, new("eth0", null))?.Chain);
        Assert.Null(FilterReading.Receiving(Zones, Peer, new("veth1", "172.18.0.3")));
        Assert.Equal("filter_IN_public", FilterReading.Receiving(Zones, Peer)?.Chain);
    }

    /// <summary>A rule whose conditions are not known may have let the connection through; one for another port can not.</summary>
    [Theory]
    [InlineData("443", true, true)]
    [InlineData("3000", true, false)]
    [InlineData("", false, false)]
    public void DropByDefault_IsShutWhereNoRuleCouldAccept(string acceptedPort, bool understood, bool shut)
    {
        var policy = new FilterRule("nft", "ip", "filter", "OUTPUT", "output", "drop", null, null, [], [], [], null, null, true, true, null, null, "policy drop") { BaseChain = "OUTPUT", Order = 5 };
        var accept = policy with { Verdict = "accept", IsPolicy = false, DestinationPorts = acceptedPort.Length > 0 ? [acceptedPort] : [], Understood = understood, Order = 1 };

        Assert.Equal(shut, FilterReading.IsShut(new([policy]) { Accepts = [accept] }, policy, Peer, local: false));
    }

    [Fact]
    public void RichRule_IsForOneAddressAndOnePort()
    {
        var arrival = new Arrival("docker0", "172.18.0.3");
        var fix = FilterReading.Allow(FilterReading.Receiving(Zones, Peer, arrival)!, Peer, Zones, isOurs: true, arrival);
        var commands = fix.Steps.Select(step => step.Action).OfType<RepairAction.RunProgram>().ToList();
        Assert.Equal(["firewall-cmd", "--zone=docker-zone", "--add-rich-rule=rule family=\"ipv4\" source address=\"172.18.0.3\" destination address=\"172.18.0.1\" port port=\"3000\" protocol=\"tcp\" accept"], commands[0].Command);
        Assert.Equal("--permanent", commands[1].Command[1]);
        Assert.All(commands, command => Assert.Contains(command.Undo!, word => word.StartsWith("--remove-rich-rule=", StringComparison.Ordinal)));
    }

    private static FilterRule Refusing(string from, string chain, int order)
        => new("nft", "inet", "firewalld", chain, "input", "reject", "icmpx admin-prohibited", null, [], [], [], from, null, false, true, null, 10, "reject with icmpx admin-prohibited") { BaseChain = "filter_INPUT", Order = order };

    /// <summary>What leaves the machine passes postrouting as well; what it forwards passes it too, and what comes in does not.</summary>
    [Fact]
    public void RuleAfterTheRoutingDecision_IsOnTheWayOut()
    {
        var rule = new FilterRule("nft", "inet", "guard", "out", "postrouting", "drop", "tcp", null, ["3000"], [], [], null, null, true, false, null, null, "tcp dport 3000 drop") { BaseChain = "out", Order = 1 };
        Assert.NotNull(FilterReading.Matching(new([rule]), Peer, local: false));
        Assert.NotNull(FilterReading.Matching(new([rule]), Peer, local: true));
        Assert.NotNull(FilterReading.Forwarding(new([rule]), Peer));
        Assert.Null(FilterReading.Receiving(new([rule]), Peer));
    }
}
