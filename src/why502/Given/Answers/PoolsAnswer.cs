using Why502.Diagnosis;
using Why502.Host.Machine;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>PHP-FPM's pools, from their files. Whether they run is not in them.</summary>
internal sealed class PoolsAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        var texts = records.Of<PoolText>();
        if (question is not PhpFpmPools || texts.Count == 0)
        {
            return null;
        }

        var pools = texts.SelectMany(text => HostText.Pools(text.Text, text.File)).ToList();
        return pools.Count == 0 ? null : new(new PhpFpmPoolsFact(pools), texts[0] with { Line = pools[0].ListenLine });
    }
}
