namespace Why502.Diagnosis;

/// <summary>Where the forwarder that listens on an address hands its connections on: haproxy, socat, stunnel, varnish, an engine's port proxy.</summary>
public sealed record ForwardsOf(string Address) : Question<ForwardsFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"where what listens on {Address} hands its connections on";

    public override string WouldTell => "whether the server behind the next hop is there";
}

/// <param name="Targets">Empty where what listens is no forwarder that is known, or its targets are named nowhere that was read.</param>
public sealed record ForwardsFact(IReadOnlyList<ForwardTarget> Targets) : Fact;

/// <param name="Address">"127.0.0.1:8443", "unix:/run/app.sock"; a name stays a name.</param>
/// <param name="IsRaw">Bytes are handed on as they come: who finds nobody behind can only close the connection. A proxy that speaks HTTP answers instead.</param>
/// <param name="File">The file that says so; null where the command line does.</param>
public sealed record ForwardTarget(string Address, bool IsRaw, string? File, int? Line);
