namespace Why502.Diagnosis.Readings;

/// <summary>PHP-FPM's pools beside the socket that failed.</summary>
public static class PoolReading
{
    /// <summary>A running pool that no location of this nginx uses, or that is the missed one in another version of PHP, where one side at least is a unix socket.</summary>
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
                .FirstOrDefault() ?? OfAnotherVersion(peer, pools);
    }

    /// <summary>Packages of PHP write their version into the socket's name: the pool that runs has the same name with another one, and serves whichever sites were changed with it.</summary>
    private static PhpFpmPool? OfAnotherVersion(Nginx.Endpoint peer, IReadOnlyList<PhpFpmPool> pools)
        => peer.IsUnix && peer.UnixPath!.Any(char.IsAsciiDigit)
            && pools.Where(pool => pool.MasterPid is not null && WithoutDigits(pool.Listen) == WithoutDigits(peer.ToString())).ToList() is [var only] ? only : null;

    private static string WithoutDigits(string address) => string.Concat(address.Where(character => !char.IsAsciiDigit(character)));
}
