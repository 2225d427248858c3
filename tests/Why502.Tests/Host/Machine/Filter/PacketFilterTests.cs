using Why502.Diagnosis;
using Why502.Host.Machine;
using Xunit;

namespace Why502.Tests.Host.Machine;

public sealed class PacketFilterTests
{
    private const string Tcp3000 = """{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":3000}}""";

    [Fact]
    public void RejectedPort_IsARule()
    {
        var rule = Assert.Single(Nft($$$"""{{{Tcp3000}}},{"counter":{"packets":4,"bytes":1}},{"reject":{"type":"tcp reset"}}""").Rules);

        Assert.Equal(("reject", "tcp reset", "tcp", 4L, true, "output"), (rule.Verdict, rule.RejectWith, rule.Protocol, rule.Packets, rule.Understood, rule.Hook));
        Assert.Equal(["3000"], rule.DestinationPorts);
        Assert.Equal("tcp dport 3000 drop", rule.Text);
    }

    [Theory]
    [InlineData("""{"set":[22,{"range":[3000,3010]}]}""", "==", "22 3000-3010")]
    [InlineData("22", "!=", "0-21 23-65535")]
    [InlineData("\"@ports\"", "==", "81 90-91")]
    public void Ports_AreListed(string right, string operation, string ports)
    {
        var rule = Assert.Single(Nft($$$"""{"match":{"op":"{{{operation}}}","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{{{right}}}}},{"drop":null}""").Rules);

        Assert.Equal(ports, string.Join(' ', rule.DestinationPorts));
    }

    [Theory]
    [InlineData("[\"established\",\"related\"]", 0)]
    [InlineData("\"invalid\"", 0)]
    [InlineData("\"new\"", 1)]
    [InlineData("{\"set\":[\"new\",\"untracked\"]}", 1)]
    public void OnlyRulesForNewConnections_AreListed(string states, int count)
        => Assert.Equal(count, Nft($$$"""{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":{{{states}}}}},{"drop":null}""").Rules.Count);

    [Theory]
    [InlineData("""{"match":{"op":"==","left":{"meta":{"key":"skuid"}},"right":33}}""")]
    [InlineData("""{"limit":{"rate":3,"per":"second"}}""")]
    [InlineData("""{"xt":{"type":"match","name":"hashlimit"}}""")]
    [InlineData("""{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":"@unknown"}}""")]
    public void UnknownMatch_IsNotUnderstood(string match) => Assert.False(Assert.Single(Nft(match + ",{\"drop\":null}").Rules).Understood);

    /// <summary>What the JSON of iptables-nft has the name alone of stands in the listing.</summary>
    [Theory]
    [InlineData("conntrack", "ct state related,established", 0, "", true)]
    [InlineData("conntrack", "ct state ! new", 0, "", true)]
    [InlineData("state", "ct state new", 1, "", true)]
    [InlineData("conntrack", "ct status dnat", 1, "", false)]
    [InlineData("multiport", "meta l4proto tcp tcp dport { 100-120, 30 }", 1, "100-120 30", true)]
    [InlineData("multiport", "meta l4proto tcp tcp dport != { 0-99, 111-65535 }", 1, "100-110", true)]
    [InlineData("multiport", "meta l4proto tcp tcp sport . tcp dport { 0-65535 . 100, 100 . 0-65535 }", 1, "", false)]
    [InlineData("comment", "", 1, "", true)]
    public void MatchOfIptables_IsReadFromTheListing(string extension, string listed, int count, string ports, bool understood)
    {
        var rules = Nft($$$"""{"xt":{"type":"match","name":"{{{extension}}}"}},{"counter":{"packets":0,"bytes":0}},{"drop":null}""", listing: $"{listed} counter packets 0 bytes 0 drop").Rules;

        Assert.Equal(count, rules.Count);
        Assert.All(rules, rule => Assert.Equal((ports, understood), (string.Join(' ', rule.DestinationPorts), rule.Understood)));
    }

    [Fact]
    public void DropPolicyBehindAcceptedLoopback_ConcernsTheOtherInterfaces()
    {
        var fact = Nft("""{"match":{"op":"==","left":{"meta":{"key":"oifname"}},"right":"lo"}},{"accept":null}""", policy: "drop");

        var rule = Assert.Single(fact.Rules);
        Assert.True(rule.IsPolicy);
        Assert.Equal("!lo", rule.OutInterface);
        Assert.True(Assert.Single(fact.Accepts).Order < rule.Order);
    }

    [Fact]
    public void JumpedChain_BearsTheConditionsOfTheWay()
    {
        var rule = Assert.Single(Nft("""{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"daddr"}},"right":"127.0.0.1"}},{"jump":{"target":"inner"}}""", inner: Tcp3000 + ",{\"drop\":null}").Rules);

        Assert.Equal(("inner", "out", "output"), (rule.Chain, rule.BaseChain, rule.Hook));
        Assert.Equal(["127.0.0.1"], rule.Destinations);
        Assert.Equal(["3000"], rule.DestinationPorts);
    }

    [Fact]
    public void ChainsThatJumpToEachOther_End() => Assert.Empty(Nft("""{"jump":{"target":"inner"}}""", inner: """{"jump":{"target":"inner"}}""").Rules);

    [Fact]
    public void NothingComesPastAnUnconditionalAccept() => Assert.Empty(Nft("{\"accept\":null}", policy: "drop").Rules);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"nftables\":3}")]
    [InlineData("{\"nftables\":[3,{\"rule\":4},{\"chain\":{}},{\"rule\":{\"expr\":[[],{},{\"match\":3},{\"vmap\":{}}]}}]}")]
    public void BrokenOutput_IsSurvived(string json) => Assert.Empty(new FilterTraversal(NftRuleset.Parse(json, "") ?? []).Fact().Rules);

    [Fact]
    public void IptablesSave_IsReadAlike()
    {
        var chains = IptablesSave.Parse(
            """
            *filter
            :INPUT DROP [5:300]
            :FORWARD ACCEPT [0:0]
            :OUTPUT ACCEPT [0:0]
            :MINE - [0:0]
            [9:10] -A INPUT -i lo -j ACCEPT
            [0:0] -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            [3:180] -A OUTPUT -d 10.0.0.5/32 -p tcp -m tcp --dport 8000:8010 -j REJECT --reject-with icmp-port-unreachable
            [0:0] -A OUTPUT -p tcp -j MINE
            [0:0] -A MINE -p tcp -m multiport --dports 80,443 -m comment --comment "no web" -j DROP
            [0:0] -A MINE -m owner --uid-owner 33 -j DROP
            COMMIT
            """,
            "iptables",
            "ip");

        var rules = new FilterTraversal(chains).Fact().Rules;

        Assert.Equal(4, rules.Count);
        Assert.Equal((true, "!lo", 5L), (rules[0].IsPolicy, rules[0].InInterface, rules[0].Packets));
        Assert.Equal(("reject", "icmp-port-unreachable", 3L, "8000-8010", "10.0.0.5/32"), (rules[1].Verdict, rules[1].RejectWith, rules[1].Packets, rules[1].DestinationPorts[0], rules[1].Destinations[0]));
        Assert.Equal(["80", "443"], rules[2].DestinationPorts);
        Assert.True(rules[2].Understood);
        Assert.False(rules[3].Understood);
    }

    private static PacketFilterFact Nft(string expressions, string policy = "accept", string inner = "", string listing = "tcp dport 3000 drop")
    {
        var json = $$$"""
            {"nftables":[{"metainfo":{}},{"table":{"family":"inet","name":"t","handle":1}},
            {"set":{"family":"inet","name":"ports","table":"t","type":"inet_service","handle":2,"elem":[81,{"range":[90,91]}]}},
            {"chain":{"family":"inet","table":"t","name":"out","handle":3,"type":"filter","hook":"output","prio":0,"policy":"{{{policy}}}"}},
            {"chain":{"family":"inet","table":"t","name":"inner","handle":4}},
            {"rule":{"family":"inet","table":"t","chain":"out","handle":9,"expr":[{{{expressions}}}]}},
            {"rule":{"family":"inet","table":"t","chain":"inner","handle":10,"expr":[{{{inner}}}]}}]}
            """;
        var text = $"table inet t {{ # handle 1\n\tchain out {{ # handle 3\n\t\t{listing} # handle 9\n\t}}\n}}\n";
        return new FilterTraversal(NftRuleset.Parse(json, text)!).Fact();
    }
}
