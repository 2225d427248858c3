using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// Somebody tells that a restart of nginx helps, or that it keeps an old address: a name of the configuration is looked up again at its start (ngx_http_upstream_init_round_robin()),
/// also where the configuration with that name was not given.
/// </summary>
internal static class ToldAddress
{
    public static bool Admits(string cause, Incident incident, Observations seen)
        => cause == "dns-stale-address" && Told(incident, seen) is not null;

    public static void Weigh(string cause, Incident incident, Observations seen, Scales scales)
    {
        if (cause == "dns-stale-address" && Told(incident, seen) is { } told)
        {
            scales.Weigh("told", Sources.AppLog, Weight.Strong.For(told.Text).At(told.Line.File, told.Line.Line));
        }
    }

    /// <summary>A connection that was not made, to an address that can change.</summary>
    private static AppLogEvent? Told(Incident incident, Observations seen)
        => incident is { Instance.FromFiles: true, Event: null, Phase: Phase.Connect, Kind: SymptomKind.ConnectFailed or SymptomKind.TimedOut, Unlogged: false, Peer: { IsUnix: false, IsLoopback: false } }
            ? AppLogReading.Of(incident, seen).FirstOrDefault(logged => logged.Kind == AppEventKind.AddressHeldTold)
            : null;
}
