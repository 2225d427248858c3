using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary><c>nginx -t</c> without nginx: the same mistakes, in the same words and order, and all of them.</summary>
public static class ConfigurationCheck
{
    /// <summary>Every problem in the order in which nginx would meet it; the first that is not a warning is the one it stops at.</summary>
    public static IReadOnlyList<Problem> Run(NginxConfiguration configuration, NginxFacts facts, ICheckWorld world)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(world);
        if (configuration.Files.Count == 0)
        {
            return configuration.Problems;
        }

        var walk = new CheckWalk(configuration, facts, world);
        var block = Snippet.BlockOf(configuration.Files[0].Directives, walk);
        walk.ReadFile(configuration.Files[0], configuration.Files[0].Directives, block, null);
        if (block.Kind != DirectiveContexts.Main)
        {
            // A part of a configuration is judged by what it says, not by what its surroundings may add.
            return walk.Problems;
        }

        var main = block;
        MainBlock.Finish(walk, main);
        CycleEnd.Finish(walk);
        return walk.Problems;
    }
}
