namespace Why502.Diagnosis.Readings;

/// <summary>The app of PM2 that should serve an address and does not run.</summary>
public static class Pm2Reading
{
    /// <summary>
    /// Its instances that PM2 does not have running. None where apps of several names, or of several daemons, were told this address: then which of them nginx wants
    /// is not known.
    /// </summary>
    public static IReadOnlyList<Pm2App> Stopped(Incident incident, Observations seen)
    {
        if (incident is not { Peer: { } peer, Instance.FromFiles: false })
        {
            return [];
        }

        var apps = (seen.Ask(new Pm2Apps()).FactOrNull?.Apps ?? []).Where(app => app.Addresses.Any(address => ServiceReading.Means(address, peer))).ToList();
        return apps.DistinctBy(app => (app.Home, app.Name)).Count() == 1 ? [.. apps.Where(app => app.State is "stopped" or "errored" or "saved")] : [];
    }

    /// <summary>
    /// constants.js of PM2: "stopped" was a person or an app that ended by itself with an exit code that is not started again, "errored" an app that ended more than
    /// max_restarts times in a row within min_uptime (lib/God.js, handleExit). PM2 starts neither by itself.
    /// </summary>
    public static void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.State != IncidentState.Recovered && Stopped(incident, seen) is [var app, ..])
        {
            scales.Weigh("pm2", Sources.Machine, Weight.Strong.For(Ended(app)));
        }
    }

    public static string Ended(Pm2App app) => app.State == "errored"
        ? $"PM2 gave up {app.Name} after {app.Restarts} starts{(app.ExitCode is { } code and not 0 ? $", exit code {code}" : "")}"
        : app.State == "saved" ? $"PM2 of {app.Owner ?? app.Home} does not run, and {app.Name} is in its saved list"
        : $"PM2 has {app.Name} stopped";

    /// <summary>Other apps of the same saved list that serve already, started by somebody else: PM2 would start them a second time.</summary>
    public static Pm2App? ServedOtherwise(Pm2App saved, Observations seen)
    {
        var ports = (seen.Ask(new TcpListeners()).FactOrNull?.Listeners ?? []).Select(listener => listener.Port).ToHashSet();
        return seen.Ask(new Pm2Apps()).FactOrNull?.Apps.FirstOrDefault(app => app.State == "saved" && app.Home == saved.Home && app.Name != saved.Name
            && app.Addresses.Any(address => int.TryParse(address.AsSpan(address.LastIndexOf(':') + 1), out var port) && ports.Contains(port)));
    }

    /// <summary>The names of a saved list.</summary>
    public static IReadOnlyList<string> Saved(Pm2App app, Observations seen)
        => [.. (seen.Ask(new Pm2Apps()).FactOrNull?.Apps ?? []).Where(other => other.State == "saved" && other.Home == app.Home).Select(other => other.Name).Distinct()];
}
