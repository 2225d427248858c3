using Why502.Cli.Commands;
using Why502.Cli.Driver;
using Why502.Diagnosis;
using Why502.Nginx;

namespace Why502.Cli.Verify;

/// <summary>
/// Proves whether requests work: through nginx, and straight to every server behind it, within the probe rules, while nginx's error logs are watched.
/// It changes nothing. One prover may prove several times; each time the world is looked at anew.
/// </summary>
/// <example><code>
/// var proof = await Prover.Live(say).ProveAsync(new ProofRequest { ConfigPath = path, Targets = [ProofTarget.Of(incident)] }, cancellation);
/// if (proof.Clients != ProofVerdict.Works) { roll back; show proof.Why and proof.Lines; }
/// </code></example>
internal sealed class Prover(Func<IReadOnlyList<Answerer>> answerers, TimeProvider time, Action<string> say)
{
    /// <summary>Locations that are tried where nothing was named.</summary>
    private const int LocationsMax = 64;

    /// <summary>Servers whose queues are looked at together, before anything is asked: one look takes 100 ms.</summary>
    private const int LoadsMax = 256;

    /// <summary>Against this machine.</summary>
    /// <param name="say">Told what is asked now, and how long that may take.</param>
    public static Prover Live(Action<string> say) => new(() => LiveDiagnosis.Answerers(TimeProvider.System), TimeProvider.System, say);

    /// <summary>
    /// Asks everything in turn and comes back with what was seen: never an exception for what the machine does, and within the patience of the request.
    /// When <paramref name="cancellation"/> ends it before, the proof holds what was seen until then and says that it was interrupted.
    /// </summary>
    public async Task<Proof> ProveAsync(ProofRequest request, CancellationToken cancellation)
    {
        var budget = new ProofBudget(time, request.Patience);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(budget.Deadline);
        var url = request.Targets.FirstOrDefault(target => target.Url is not null)?.Url?.AbsoluteUri;
        var asker = new Asker(answerers(), new ProbeGate(probes: true, url));
        var configurations = await asker.ConfigurationsAsync(request.ConfigPath, deadline.Token).ConfigureAwait(false);
        var plans = await PlansAsync(request, configurations, asker, deadline.Token).ConfigureAwait(false);
        using var watch = new WatchedLogs(time.GetLocalNow());
        foreach (var (instance, configuration) in configurations)
        {
            watch.Add(instance, configuration, [.. plans.Select(target => target.Plan?.Server).OfType<Server>()]);
        }

        await asker.AskAllAsync(plans.SelectMany(target => target.Plan?.Location?.Peers ?? []).Where(peer => peer is { Down: false, Endpoint.IsName: false }).Take(LoadsMax).Select(peer => new ServerLoad(peer.Endpoint!.ToString())), deadline.Token).ConfigureAwait(false);
        var cases = new List<VerifyCase>();
        for (var i = 0; i < plans.Count; i++)
        {
            var run = new CaseRun(asker, time, say, request.Attempts);
            var tried = await run.RunAsync(plans[i], budget.Share(plans.Count - i), deadline.Token).ConfigureAwait(false);
            cases.Add(tried);
            watch.Asked(plans[i]);
        }

        var meanwhile = await watch.ReadAsync(asker.OwnAddresses).ConfigureAwait(false);
        for (var i = 0; i < cases.Count; i++)
        {
            cases[i].LoggedFailures = watch.FailuresOf(plans[i]);
        }

        return new(cases, meanwhile) { Took = budget.Spent, Interrupted = cancellation.IsCancellationRequested };
    }

    private async Task<IReadOnlyList<CaseTarget>> PlansAsync(
        ProofRequest request, IReadOnlyList<(NginxInstance Instance, NginxConfiguration Configuration)> configurations, Asker asker, CancellationToken cancellation)
    {
        var plans = new List<CaseTarget>();
        foreach (var target in request.Targets)
        {
            if (target.Url is { } url)
            {
                plans.Add(new(url, configurations.Select(item => CasePlan.Of(item.Instance, item.Configuration, url)).FirstOrDefault(plan => plan is not null)));
            }
            else if (target.Path is { Length: > 0 } path)
            {
                var found = configurations.Select(item => CasePlan.Of(item.Instance, item.Configuration, target.Host, path)).OfType<CasePlan>().ToList();
                plans.AddRange(found.OrderByDescending(plan => plan.Location is not null).Take(1).Select(plan => new CaseTarget(null, plan with { Upgrades = target.Upgrades })));
            }
        }

        plans = [.. plans.DistinctBy(target => (target.Url, target.Plan?.Host, target.Plan?.Path))];
        var places = request.Targets.Where(target => target.Url is null && string.IsNullOrEmpty(target.Path)).ToList();
        foreach (var (instance, configuration) in request.Targets.Count > 0 && places.Count == 0 ? [] : configurations)
        {
            var locations = configuration.ProxiedLocations.Where(location => request.Targets.Count == 0 || places.Any(place => IsMeant(place, location))).Take(LocationsMax - plans.Count).ToList();
            if (locations.Count > 0)
            {
                var used = await UsedPaths.OfAsync(instance, configuration, time.GetLocalNow() - request.Since, asker.AskAsync, cancellation).ConfigureAwait(false);
                plans.AddRange(locations.Select(location => new CaseTarget(null, CasePlan.Of(instance, configuration, location, used.Of(location)))));
            }
        }

        return plans;
    }

    private static bool IsMeant(ProofTarget place, ProxiedLocation location)
        => (place.ServerName is null || string.Equals(place.ServerName, location.Server.FirstName, StringComparison.OrdinalIgnoreCase))
            && (place.LocationText is null || place.LocationText == location.Location?.ToString());
}

/// <summary>A case to run: a plan, or a URL that no configuration here knows.</summary>
internal sealed record CaseTarget(Uri? Url, CasePlan? Plan);

/// <summary>The time that a proof may take, and how it is divided among its cases.</summary>
internal sealed class ProofBudget(TimeProvider time, TimeSpan? given)
{
    /// <summary>What the last answer needs to arrive after our patience with it, and then the report.</summary>
    private static readonly TimeSpan ReserveMax = TimeSpan.FromMilliseconds(150);

    /// <summary>A place that answers is asked in a fraction of it.</summary>
    private static readonly TimeSpan EachOther = TimeSpan.FromSeconds(1);

    private readonly long began = time.GetTimestamp();
    private readonly TimeSpan end = given ?? ProofRequest.PatienceMax;

    /// <summary>What may be waited for answers.</summary>
    public TimeSpan Whole => end - Reserve - Reserve;

    /// <summary>Whatever is still under way then is left behind.</summary>
    public TimeSpan Deadline => end - Reserve;

    private TimeSpan Reserve => end * 0.1 < ReserveMax ? end * 0.1 : ReserveMax;

    public TimeSpan Spent => time.GetElapsedTime(began);

    /// <summary>What the next of so many cases may take: all but what the others need at least.</summary>
    public CaseBudget Share(int casesLeft)
    {
        var left = Whole - Spent;
        left = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        var others = EachOther * (casesLeft - 1);
        var kept = left / casesLeft < EachOther ? left / casesLeft * (casesLeft - 1) : others;
        return new(time, left - kept, Spent, others);
    }
}

/// <param name="before">What was spent before this case began.</param>
/// <param name="others">What is kept for the cases behind it.</param>
internal sealed class CaseBudget(TimeProvider time, TimeSpan whole, TimeSpan before, TimeSpan others)
{
    public TimeSpan Others => others;

    private readonly long began = time.GetTimestamp();

    public TimeSpan Left => whole - time.GetElapsedTime(began);

    /// <summary>Since the whole proof began.</summary>
    public TimeSpan Spent => before + time.GetElapsedTime(began);
}
