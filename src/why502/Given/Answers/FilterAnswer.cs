using Why502.Diagnosis;
using Why502.Host.Machine;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>The packet filter's rules, from <c>iptables-save</c>, <c>iptables -S</c> and <c>iptables -L -n</c>.</summary>
internal sealed class FilterAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        var texts = records.Of<FilterText>();
        if (question is not PacketFilter || texts.Count == 0)
        {
            return null;
        }

        var facts = texts.Select(text => HostText.Filter(text.Text, text.Tool)).ToList();
        return new(new PacketFilterFact([.. facts.SelectMany(fact => fact.Rules)]) { Accepts = [.. facts.SelectMany(fact => fact.Accepts)] }, texts[0]);
    }
}
