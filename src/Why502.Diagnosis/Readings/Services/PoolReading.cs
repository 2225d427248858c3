namespace Why502.Diagnosis.Readings;

/// <summary>PHP-FPM's pools beside the socket that failed.</summary>
public static class PoolReading
{
    /// <summary>A running pool that no location of this nginx uses, where one side at least is a unix socket.</summary>
    public static PhpFpmPool? Free(Incident incident, Observations seen)
    {
        var peer = incident.Peer!;
        var used = (incident.Configuration?.ProxiedLocations ?? []).SelectMany(location => location.Peers).Select(target => target.Endpoint).OfType<Nginx.Endpoint>().ToList();
        var related = RelatedApps.Of(incident, seen).Select(app => app.Process?.Pid).ToHashSet();
        var pools = seen.Ask(new PhpFpmPools()).FactOrNull?.Pools ?? [];
        return pools.Any(pool => ServiceReading.Means(pool.Listen, peer)) ? null
            : pools
                .Where(pool => pool.MasterPid is not null && (peer.IsUnix || pool.Listen.StartsWith("unix:", StringComparison.Ordinal)))
                .Where(pool => !used.Any(endpoint => ServiceReading.Means(pool.Listen, endpoint)))
                .Where(pool => related.Count == 0 || related.Contains(pool.MasterPid))
                .FirstOrDefault();
    }
}
