using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>What runs is older than what lies on disk, and the disk is right.</summary>
public sealed class ConfigNotReloaded : Cause
{
    private const string Error = "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"";

    public override CauseInfo Info { get; } = new()
    {
        Id = "config-not-reloaded",
        Family = CauseFamily.Config,
        Title = "The running nginx has not loaded the configuration on disk",
        Explanation = """
            the configuration was edited and nginx was not told: its workers go on with what they read when they started. The error
            log then names an address that the files no longer have. Everything looks right on disk, and a reload ends the fault.
            Where the reload was tried and refused it is config-invalid; where its signal found no process, the pid file is an older nginx's. Where the disk says the same as what runs, reloading changes nothing.
            """,
        LookAlikes = ["config-invalid", "upstream-down", "upstream-wrong-address", "dns-stale-address"],
        Remedy = "Test the configuration and reload nginx.",
        DoNot = "Do not restart: a reload loads the same without cutting a request.",
        ProxyError = "proxy_configuration_error",
        Statuses = ["502"],
        Example = new(
            "The file says port 3001 since a minute, and the failures name 3000.",
            Error,
            "proxy_pass http://127.0.0.1:3001;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812).ConfigurationChanged()),
        NearMiss = new(
            "The file was touched and still says 3000.",
            Error,
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.ConfigurationChanged(),
            Expect: "upstream-down"),
    };

    public override bool Applies(Incident incident)
        => LostReloadSymptoms.Is(incident) || incident is { Kind: not (SymptomKind.NotLoaded or SymptomKind.AppLogged), Configuration: not null, FromProbe: false } && (incident.Peer is not null || incident.Kind == SymptomKind.Answered);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (LostReloadSymptoms.Is(incident))
        {
            scales.Weigh("signal", Sources.ErrorLog, Weight.Decisive.For("the signal to reload found no process of that id"));
            return;
        }

        var live = !incident.Instance.FromFiles;
        var newer = live ? DiskState.Newer(incident.Instance, seen) : [];
        if (live)
        {
            // ngx_init_cycle reads every file before its workers start.
            scales.Weigh("age", Sources.Machine, newer.Count > 0
                ? Weight.Strong.For($"{newer[0].Path} was changed at {Words.Clock(newer[0].ModifiedAt!.Value)}, after the workers that run had started ({Words.Clock(incident.Instance.WorkersStartedAt!.Value)})")
                : Weight.Decisive.Against("the workers started after the last change of the configuration"));
            if (newer.Count == 0)
            {
                return;
            }

            scales.Weigh(seen.Ask(new ConfigurationTest(incident.Instance.ConfigPath, incident.Instance.Prefix, incident.Instance.Binary ?? "")), test => test.Errors is [var error, ..]
                ? Weight.Decisive.Against($"the configuration on disk would not load: {error.Message}")
                : Weight.None);
        }

        if (!live && incident.Configuration!.EndsEarly)
        {
            // What was cut off the paste may hold the place that these requests went by.
            return;
        }

        if (DiskDifference.Of(incident) is not { } difference)
        {
            scales.Weigh("difference", Sources.Config, live ? Weight.Decisive.Against("the configuration on disk has the same for these requests") : Weight.Strong.Against("the given configuration has what failed"));
            return;
        }

        // The border: loaded, it would mend the fault. What cannot be connected to is no better than what runs.
        Observed<ConnectFact>? connect = difference.Target is { } target ? seen.Ask(Probing.Connect(incident.Instance, target)) : null;
        var mends = connect?.FactOrNull is not { Outcome: not ProbeOutcome.Ok };
        scales.Weigh("difference", Sources.Config, (!mends ? Weight.Weak : live ? Weight.Decisive : Weight.Strong).For(difference.Words).At(difference.At.File, difference.At.Line));
        if (connect is { } asked)
        {
            scales.Weigh(asked, probe => probe.Outcome == ProbeOutcome.Ok
                ? Weight.Strong.For($"{difference.Target}, which the disk names, accepts connections")
                : Weight.Decisive.Against($"{difference.Target}, which the disk names, does not accept connections either"));
        }
    }

    public override SourceLine? PlaceOf(Incident incident, Observations seen) => LostReloadSymptoms.Is(incident) ? null : DiskDifference.Of(incident)?.At;

    public override string Describe(Incident incident, Observations seen)
        => LostReloadSymptoms.Is(incident) ? "the reload reached no nginx: no process has the id that the pid file names"
            : DiskDifference.Of(incident) is { Target: { } target } ? $"nginx still uses {incident.Peer}; the configuration on disk says {target} and was not loaded" : "the configuration on disk was not loaded";

    public override Fix? Propose(Incident incident, Observations seen)
        => LostReloadSymptoms.Is(incident) ? new()
        {
            Summary = "Find the nginx that runs, and let that one load the configuration.",
            Steps =
            [
                new("See which master process runs, if any does, and which pid file its configuration names.", "ps -e -o pid,args | grep '[n]ginx: master'"),
                new("Send that process the signal to reload (HUP); where none runs, start nginx. Where nginx is the first process of a container, start the container anew."),
            ],
        }
        : new() { Summary = "Load the configuration that lies on disk.", LoadsPending = true, Steps = [RetargetFix.Reload(incident, "Test it, and reload.")] };
}
