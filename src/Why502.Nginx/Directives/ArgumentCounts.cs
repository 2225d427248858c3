namespace Why502.Nginx.Directives;

/// <summary>How many arguments a directive takes, and whether a block follows: the NGX_CONF_TAKE* part of ngx_command_t.type.</summary>
[Flags]
public enum ArgumentCounts
{
    None = 0,
    Zero = 1 << 0,
    One = 1 << 1,
    Two = 1 << 2,
    Three = 1 << 3,
    Four = 1 << 4,
    Five = 1 << 5,
    Six = 1 << 6,
    Seven = 1 << 7,

    /// <summary>NGX_CONF_FLAG: exactly one, <c>on</c> or <c>off</c>.</summary>
    Flag = 1 << 8,

    /// <summary>NGX_CONF_ANY.</summary>
    Any = 1 << 9,

    /// <summary>NGX_CONF_1MORE.</summary>
    OneOrMore = 1 << 10,

    /// <summary>NGX_CONF_2MORE.</summary>
    TwoOrMore = 1 << 11,

    /// <summary>NGX_CONF_BLOCK: <c>{</c> must follow, not <c>;</c>.</summary>
    Block = 1 << 12,
}
