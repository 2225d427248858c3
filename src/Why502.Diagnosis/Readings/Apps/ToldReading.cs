using System.Net;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>
/// Where the app behind an incident was told to listen, from settings that somebody handed over with nginx's lines: its pool's file, its
/// unit, its command line. What is handed over belongs to the fault; on a machine, what listens is seen instead.
/// </summary>
public static class ToldReading
{
    /// <summary>An address with its source.</summary>
    /// <param name="Who">"pool www", "gunicorn".</param>
    public sealed record Told(string Address, string Who, string? File, int? Line)
    {
        public bool IsUnix => Address.StartsWith("unix:", StringComparison.Ordinal);
    }

    /// <summary>The app's own address, where it is not the one that nginx uses; null when nothing was told, or that it is.</summary>
    public static Told? Elsewhere(Incident incident, Observations seen)
    {
        if (!incident.Instance.FromFiles)
        {
            return null;
        }

        var told = All(incident, seen);
        return incident.Peer is { } peer && told.Any(one => ServiceReading.Means(one.Address, peer) && !IsBehindLoopback(one, peer)) ? null : told.FirstOrDefault();
    }

    /// <summary>It listens on loopback, and nginx comes from elsewhere: another container, another host.</summary>
    public static bool IsBehindLoopback(Told told, Endpoint peer)
        => !told.IsUnix && !peer.IsUnix && !peer.IsLoopback && (IPAddress.TryParse(peer.Host, out _) || IsMasked(peer.Host))
            && Endpoint.TryParse(told.Address.StartsWith(':') || told.Address.StartsWith('*') ? "0.0.0.0" + told.Address.TrimStart('*') : told.Address, 0, out var bound)
            && bound.Port == peer.Port && (bound.IsLoopback || bound.Host == "localhost");

    /// <summary>nginx logs addresses; one that a person made unreadable (xx.xx.xx.xx) is still one, and 127.0.0.1 is not what people hide.</summary>
    private static bool IsMasked(string? host) => host is not null && host.Count(letter => letter == '.') == 3 && host.All(letter => letter is 'x' or 'X' or '*' or '.' || char.IsAsciiDigit(letter));

    private static List<Told> All(Incident incident, Observations seen)
    {
        var told = new List<Told>();
        if (incident.Scheme is "fastcgi" or null)
        {
            told.AddRange((seen.Ask(new PhpFpmPools()).FactOrNull?.Pools ?? []).Select(pool => new Told(pool.Listen, $"pool {pool.Name}", pool.File, pool.ListenLine)));
        }

        if (incident.Scheme is not "fastcgi")
        {
            // The loopback of whoever asked by hand is nginx's, too, where nginx goes there.
            told.AddRange((seen.Ask(new AppProcesses()).FactOrNull?.Processes ?? []).Where(app => app.Stack != AppProcess.AskedByHand || incident.Peer?.IsLoopback == true).SelectMany(app => app.ToldToBind.Select(address => new Told(address, app.Stack, null, null))));
            told.AddRange((seen.Ask(new ServiceUnits()).FactOrNull?.Units ?? []).SelectMany(unit => unit.Addresses.Select(address => new Told(address, unit.Name, null, null))));
        }

        // Several servers in one log are told apart by nothing: then none of them is the app's.
        var said = AppLogReading.Of(incident, seen).Where(logged => logged is { Kind: AppEventKind.ListeningOn, Address: not null }).DistinctBy(logged => (logged.Port, logged.Port is null ? logged.Address : null)).ToList();
        if (said.Count > 1)
        {
            said.RemoveAll(logged => IsOfAnother(logged, incident));
        }

        if (told.Count == 0 && said is [{ Address: { } address } one])
        {
            told.Add(new Told(address, "the app", one.Line.File, one.Line.Line));
        }

        return told;
    }

    /// <summary>The address is that of another upstream of the same configuration.</summary>
    private static bool IsOfAnother(AppLogEvent logged, Incident incident)
        => incident.Configuration is { } configuration
            && configuration.ProxiedLocations.SelectMany(location => location.Peers).Concat(configuration.Upstreams.SelectMany(group => group.Peers))
                .Select(target => target.Endpoint).OfType<Endpoint>()
                .Any(endpoint => endpoint.ToString() != incident.Peer?.ToString() && ServiceReading.Means(logged.Address!, endpoint));
}
