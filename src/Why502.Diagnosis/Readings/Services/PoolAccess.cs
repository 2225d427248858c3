using System.Net;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>A PHP-FPM pool that takes connections from certain addresses only: fcgi_accept_request() closes every other one at once, and says so only in a worker's own output.</summary>
internal static class PoolAccess
{
    /// <summary>The pool that refuses nginx, and the address that nginx comes from; null where none is known to.</summary>
    public static (PhpFpmPool Pool, string Source)? Refusing(Incident incident, Observations seen)
        => incident is { Peer: { IsUnix: false } peer, Location.Kind: PassKind.FastCgi }
            && ServiceReading.PoolFor(peer, seen) is { AllowedClients: { Count: > 0 } allowed, MasterPid: not null } pool
            && Source(incident, peer, seen) is { } source && !allowed.Contains(source.ToString())
            ? (pool, source.ToString())
            : null;

    public static void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (Refusing(incident, seen) is { Pool: var pool, Source: var source })
        {
            scales.Weigh("pool", Sources.Machine, Weight.Decisive.For($"pool {pool.Name} takes connections from {Clients(pool)} only, and nginx comes from {source}").At(pool.File, null));
        }
    }

    public static string Clients(PhpFpmPool pool) => string.Join(", ", pool.AllowedClients!);

    /// <summary>Without fastcgi_bind the kernel takes the address that it goes to, where that is its own; of all 127.0.0.0/8 it takes 127.0.0.1 (the local routing table's src).</summary>
    private static IPAddress? Source(Incident incident, Endpoint peer, Observations seen)
        => incident.Location!.Effective("fastcgi_bind") is { IsSet: true, Value: { } bound } ? IPAddress.TryParse(bound.Trim('[', ']'), out var set) ? set : null
            : Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) != true || !IPAddress.TryParse(peer.Host?.Trim('[', ']'), out var own) ? null
            : IPAddress.IsLoopback(own) && own.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Loopback
            : own;
}
