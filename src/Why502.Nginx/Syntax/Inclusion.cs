namespace Why502.Nginx.Syntax;

/// <summary>One file that an <c>include</c> names: what it brought in at this place, or nginx's words for why it could not be opened.</summary>
internal sealed record Inclusion(ConfigurationFile? File, IReadOnlyList<Directive>? Written, string? Failure);
