namespace Why502.Nginx;

/// <summary>A server of <c>mail {}</c>.</summary>
/// <param name="Protocol">imap, pop3 or smtp; null when only the port tells (ngx_mail_core_merge_srv_conf).</param>
/// <param name="AuthHttp">Where the backend is asked for, from the server or from mail around it; null when nobody says, which nginx refuses.</param>
public sealed record MailServer(Directive Block, IReadOnlyList<Listen> Listens, string? Protocol, string? AuthHttp, SourceLine At)
{
    internal static MailServer Of(Directive block) => new(
        block,
        [.. block.Children("listen").Select(Listen.Of)],
        Value(block, "protocol"),
        Value(block, "auth_http"),
        block.At);

    private static string? Value(Directive block, string name) =>
        Inheritance.Effective(BlockLevels.From(block, null), name, BlockLevels.FormInMail(name)).Value;
}
