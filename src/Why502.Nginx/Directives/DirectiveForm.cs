namespace Why502.Nginx.Directives;

/// <summary>One ngx_command_t: what a module says of a directive. A name may have several forms (<c>server</c> in http, in an upstream, in stream).</summary>
/// <param name="Module">The module's name in nginx's source; one of other makers is followed by its repository in brackets.</param>
/// <param name="Default">As the documentation writes it; empty when there is none.</param>
/// <param name="Since">The first version that knows it; null for whatever was there before 1.22.</param>
/// <param name="Removed">The first version that knows it no more; null when it still does.</param>
/// <param name="Values">The words of an enum or a bitmask; the bounds of a number as <c>1..9</c>.</param>
public sealed record DirectiveForm(
    string Name,
    string Module,
    DirectiveContexts Contexts,
    ArgumentCounts Arguments,
    string Default,
    Version? Since,
    Version? Removed,
    ValueType Type,
    IReadOnlyList<string> Values)
{
    /// <summary>How its value gets into inner blocks.</summary>
    public InheritanceRule Inherits { get; init; }

    public bool IsBlock => (Arguments & ArgumentCounts.Block) != 0;

    /// <summary>The module does not come with nginx.</summary>
    public bool IsThirdParty => Module.EndsWith(']');
}
