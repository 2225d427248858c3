namespace Why502.Nginx;

/// <summary>Where a pass with variables may lead, one of the possibilities.</summary>
/// <param name="Text">The pass directive's argument with the variables' values in it.</param>
/// <param name="Group">The upstream block it names; null when it is an address.</param>
public sealed record PossibleTarget(string Text, string? Scheme, UpstreamGroup? Group, IReadOnlyList<PeerTarget> Peers);
