namespace Why502.Nginx.Directives;

/// <summary>Where a directive may stand: nginx's NGX_*_CONF bits, one for each kind of block.</summary>
[Flags]
public enum DirectiveContexts
{
    None = 0,
    Main = 1 << 0,
    Events = 1 << 1,
    Http = 1 << 2,
    Server = 1 << 3,
    Location = 1 << 4,
    Upstream = 1 << 5,
    IfInServer = 1 << 6,
    IfInLocation = 1 << 7,
    LimitExcept = 1 << 8,
    Stream = 1 << 9,
    StreamServer = 1 << 10,
    StreamUpstream = 1 << 11,
    Mail = 1 << 12,
    MailServer = 1 << 13,

    /// <summary>Tengine's <c>processes { process name {} }</c>.</summary>
    Process = 1 << 14,

    Any = (1 << 15) - 1,
}
