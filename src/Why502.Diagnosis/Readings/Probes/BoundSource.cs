using System.Net;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>The address that <c>proxy_bind</c> has nginx go out from: a probe goes out from the one that the kernel chooses, and may fare better.</summary>
public static class BoundSource
{
    /// <summary>Null where nothing is bound, where the address is known at run time only, and where the kernel chooses the same one.</summary>
    public static (IPAddress Address, SourceLine? At)? Of(Incident incident, Observations seen)
        => incident is { Location: { } location, Instance.FromFiles: false, Peer.IsUnix: false } && location.Effective($"{location.DirectivePrefix}_bind") is { Value: { } written, At: var at }
            && IPAddress.TryParse(written, out var bound) && seen.Ask(Probing.Route(incident)).FactOrNull?.Source != bound.ToString()
            ? (bound, at)
            : null;
}
