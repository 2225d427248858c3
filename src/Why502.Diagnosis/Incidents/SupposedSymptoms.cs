using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Logs.Commands;
using Why502.Nginx;
using Why502.Nginx.Checks;

namespace Why502.Diagnosis;

/// <summary>
/// Files without any symptom: a configuration, and beside it what the app listens on (a pool's file, a compose file, a table of listeners). Who hands those over asks
/// why they do not meet. Each address of the configuration is supposed to have failed in the way that its form would fail; the causes judge by what the files show,
/// and what none of them explains is dropped, because nothing says that it failed.
/// </summary>
public sealed class SupposedSymptoms(NginxView view, Observations seen)
{
    private const int PlacesMax = 32;

    private const string Upgrade = "upgrade-changed-default";

    /// <summary>Causes that two files show by contradicting each other; the others need to have been seen failing.</summary>
    private static readonly HashSet<string> Shown =
        ["upstream-down", "upstream-wrong-address", "loopback-mismatch", "container-loopback", "socket-path-mismatch", "dns-name-not-found", "dns-resolver-missing", "upstream-marked-down", "config-invalid"];

    /// <summary>ngx_conf_handler() of a directive that took the next one for its arguments or its block.</summary>
    private static readonly string[] Unended = ["is not terminated by \";\"", "has no opening \"{\"", "invalid number of arguments in \"proxy_", "invalid number of arguments in \"fastcgi_", "invalid number of arguments in \"uwsgi_"];

    private static readonly byte[][] Templates = ["{{"u8.ToArray(), "{%"u8.ToArray(), "<%"u8.ToArray(), "..."u8.ToArray()];

    /// <summary>Whether the judgement of a supposition is worth telling: something that was handed over speaks for the likeliest cause.</summary>
    public static bool IsTold(Judgement judgement)
        => judgement.Findings is [var likeliest, ..] && likeliest.Evidence.Any(evidence => evidence.Supports)
            && (likeliest.Cause.Id == Upgrade || (likeliest.Confidence >= Conclusion.NamedFrom && Shown.Contains(likeliest.Cause.Id)));

    public IReadOnlyList<Incident> Of()
    {
        if (!view.Instance.FromFiles || view.Instance.GivenLogs.Count > 0)
        {
            return [];
        }

        if (view.Configuration is not { } configuration)
        {
            return [.. Upgraded(), .. Proxied()];
        }

        var places = configuration.ProxiedLocations.Take(PlacesMax).ToList();
        var certain = (places.Count == 0 ? [null] : places.Cast<ProxiedLocation?>())
            .Select(location => (Location: location, Failure: ConfiguredFailure.Of(location, configuration)))
            .Where(item => item.Failure is { IsCertain: true })
            .DistinctBy(item => item.Failure!.At)
            .Select(item => Configured(item.Location, item.Failure!))
            .ToList();
        return [.. certain.Count > 0 ? certain : places.SelectMany(Unmet).DistinctBy(incident => (incident.Message, incident.Peer?.ToString())), .. Mistaken(configuration)];
    }

    /// <summary>
    /// A line without its semicolon, a block without its brace. A mistake that a cut at the end or the start of a paste makes is none, and neither is what a template
    /// fills in; whether a name exists depends on modules that nobody told of.
    /// </summary>
    private IEnumerable<Incident> Mistaken(NginxConfiguration configuration)
        => from problem in configuration.EndsEarly ? [] : ConfigurationCheck.Run(configuration, NginxFacts.Newest, UnobservedWorld.Instance)
               .Where(problem => problem.Kind is ProblemKind.Syntax or ProblemKind.Semantic && Unended.Any(words => problem.Message.Contains(words, StringComparison.Ordinal))).Take(1)
           where !IsTemplate(configuration, problem.At)
           select Form(SymptomKind.NotLoaded, Phase.Connect, How.Invalid, problem.Message, ["config-invalid"]) with { ConfigAt = problem.At };

    private static bool IsTemplate(NginxConfiguration configuration, SourceLine at)
        => configuration.Files.FirstOrDefault(file => file.Path == at.File) is { } file && Templates.Any(mark => file.Bytes.AsSpan().IndexOf(mark) >= 0);

    /// <summary>A package manager's log alone: who hands it over asks what an upgrade changed. That anything failed it does not say, so nobody is accused.</summary>
    private IEnumerable<Incident> Upgraded()
        => from upgrade in seen.Ask(new PackageHistory(DateTimeOffset.MinValue)).FactOrNull?.Changes ?? []
           where upgrade.Before is not null
           from changed in ChangedDefaults.All
           where changed.IsOf(upgrade.Package) && PackageLogLine.VersionOf(upgrade.Before) is { } before && PackageLogLine.VersionOf(upgrade.After) is { } after && changed.IsCrossed(before, after)
           select Form(changed.Symptoms.Contains(SymptomKind.Answered) ? SymptomKind.Answered : changed.Symptoms[0], Phase.Header, How.Invalid, $"{upgrade.Package} was upgraded from {upgrade.Before} to {upgrade.After}", [Upgrade]) with
           {
               First = upgrade.At,
               Last = upgrade.At,
           };

    /// <summary>A container that tells a proxy in another container the port at which the host publishes it: between containers that port is nobody's.</summary>
    private IEnumerable<Incident> Proxied()
        => from container in seen.Ask(new Containers()).FactOrNull?.All ?? []
           where container.ProxiedPort is { } port && container.Published.Any(published => published.HostPort == port) && !container.Published.Any(published => published.ContainerPort == port) && !container.Exposed.Contains(port)
           select Form(SymptomKind.ConnectFailed, Phase.Connect, How.Refused, "connect() failed", []) with
           {
               Errno = 111,
               Peer = Endpoint.TryParse($"{container.Service ?? container.Name}:{container.ProxiedPort}", 0, out var peer) ? peer : null,
               Scheme = "http",
           };

    /// <summary>Each request to that place fails, whatever the upstream does.</summary>
    private Incident Configured(ProxiedLocation? location, ConfiguredFailure failure) => Form(SymptomKind.Answered, Phase.Connect, How.Refused, failure.Words, [failure.Cause]) with
    {
        Status = 502,
        Unlogged = true,
        Location = location,
        Group = location?.Group,
        ConfigAt = failure.At,
    };

    private IEnumerable<Incident> Unmet(ProxiedLocation location)
    {
        // A recipe of an image names no service: by what name the container will be found it does not say.
        var containers = (seen.Ask(new Containers()).FactOrNull?.All ?? []).Where(container => container.Service is not null || container.State != ComposeFile.Defined).ToList();
        foreach (var endpoint in location.Peers.Select(target => target.Endpoint).OfType<Endpoint>())
        {
            if (endpoint is { IsName: true, IsLoopback: false, Host: { } name })
            {
                // A name with a dot is the DNS's, and what nobody listed may be anywhere.
                if (containers.Count == 0 || name.Contains('.', StringComparison.Ordinal))
                {
                    continue;
                }

                if (!containers.Any(container => ContainerReading.IsCalled(container, name)))
                {
                    yield return Form(SymptomKind.NotLoaded, Phase.Resolve, How.Invalid, $"host not found in upstream \"{name}\"", ["dns-name-not-found"]) with { Location = location, ConfigAt = location.At };
                    continue;
                }
            }

            yield return Form(SymptomKind.ConnectFailed, Phase.Connect, How.Refused, "connect() failed", []) with
            {
                // ENOENT of a path, ECONNREFUSED of a port (connect(2), unix(7)).
                Errno = endpoint.IsUnix ? 2 : 111,
                Peer = endpoint,
                Location = location,
                Group = location.Group,
                Scheme = location.Scheme,
            };
        }
    }

    private Incident Form(SymptomKind kind, Phase phase, How how, string message, IReadOnlyList<string> candidates) => new()
    {
        Id = "",
        Kind = kind,
        Phase = phase,
        Side = kind == SymptomKind.ConnectFailed ? Side.Upstream : Side.Nginx,
        How = how,
        Message = message,
        Candidates = candidates,
        Supposed = true,
        Instance = view.Instance,
        Configuration = view.Configuration,
        State = IncidentState.Current,
        Requests = 0,
        Traffic = PeerTraffic.Nothing,
    };
}
