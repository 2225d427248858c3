using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>The part of ngx_conf_handler that compares the number of words with what the command takes; the order of its questions matters.</summary>
internal static class ArgumentRule
{
    /// <summary>NGX_CONF_MAX_ARGS counts the name, too.</summary>
    private const int ArgumentsMax = 7;

    public static bool Allows(ArgumentCounts counts, int arguments)
    {
        if ((counts & ArgumentCounts.Any) != 0)
        {
            return true;
        }

        if ((counts & ArgumentCounts.Flag) != 0 && (counts & ~(ArgumentCounts.Flag | ArgumentCounts.Block)) == 0)
        {
            return arguments == 1;
        }

        if ((counts & ArgumentCounts.OneOrMore) != 0)
        {
            return arguments >= ((counts & ArgumentCounts.Zero) != 0 ? 0 : 1);
        }

        if ((counts & ArgumentCounts.TwoOrMore) != 0)
        {
            return arguments >= 2;
        }

        return arguments <= ArgumentsMax && (counts & (ArgumentCounts)(1 << arguments)) != 0;
    }
}
