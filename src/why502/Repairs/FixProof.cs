using Why502.Cli.Commands;
using Why502.Cli.Verify;
using Why502.Diagnosis;
using Why502.Repair;

namespace Why502.Cli.Repairs;

/// <summary>Asks again what failed, through nginx and straight to its upstreams, for as long as the time-outs in force need.</summary>
internal static class FixProof
{
    /// <summary>An app that was just started may need this long until it answers.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public static async Task<RepairProof> OfAsync(PlannedRepair repair, FixRequest request, Action<string> progress, CancellationToken cancellation)
    {
        var target = request.Url is { } url ? ProofTarget.Of(new Uri(url)) : ProofTarget.Of(repair.Finding.Incident, repair.Finding.Fix);
        // An app that starts is asked once until it answers: a server that refuses is given no time, and what is asked of it then and left behind keeps its workers busy.
        var asked = new ProofRequest { ConfigPath = repair.Plan.Nginx.ConfigPath, Targets = [target], Attempts = repair.Plan.Starts ? 1 : ProofRequest.AttemptsDefault };
        var prover = Prover.Live(progress);
        var settles = repair.Finding.Fix?.SettlesWithin ?? TimeSpan.Zero;
        var patience = repair.Plan.Starts && settles < StartPatience ? StartPatience : settles;
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var proof = await prover.ProveAsync(asked, cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            var clients = ClientsOf(proof, repair.Finding.Incident);
            if (clients == ProofVerdict.Works && asked.Attempts < ProofRequest.AttemptsDefault)
            {
                asked = asked with { Attempts = ProofRequest.AttemptsDefault };
                continue;
            }

            if (clients != ProofVerdict.Fails || TimeProvider.System.GetElapsedTime(started) > patience)
            {
                return clients == ProofVerdict.Works && request.Url is null && Unasked(repair.Finding) is { } reason
                    ? new(null, [.. proof.Lines, reason])
                    : new(clients switch { ProofVerdict.Works => true, ProofVerdict.Fails => false, _ => null }, proof.Lines);
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Why an answer to a GET proves nothing about what failed; null where it does. After the connection stood, what other methods met a GET need not meet; the way there
    /// is the same for all of them.
    /// </summary>
    private static string? Unasked(Finding finding)
        => finding.Fix?.Unasked is { } reason ? reason
            : finding is { Fix.ServedPath: null, Incident: { Phase: not (Phase.Connect or Phase.Resolve or Phase.Tls), Methods: { Count: > 0 } methods } } && !methods.Any(method => method is "GET" or "HEAD")
                ? $"what failed was {string.Join(", ", methods.Order(StringComparer.Ordinal))}, which is not asked again: a GET proves nothing about it"
                : null;

    /// <summary>A status below 500 is an answer like any other, except where it is the failure that was to be mended.</summary>
    private static ProofVerdict ClientsOf(Proof proof, Incident incident)
        => incident.Kind == SymptomKind.NotLoaded && proof.Clients == ProofVerdict.Fails ? Taken(proof)
            : proof.Clients == ProofVerdict.Works && incident.Status is >= 400 and < 500 and var failure
            && proof.Cases.Any(tried => tried.Through?.Attempts.Any(attempt => attempt.Response?.Status == failure) == true)
            ? ProofVerdict.Fails
            : proof.Clients;

    /// <summary>An nginx that answers, with whatever status, has taken its configuration: that an app fails is another fault.</summary>
    private static ProofVerdict Taken(Proof proof)
    {
        var attempts = proof.Cases.SelectMany(tried => tried.Through?.Attempts ?? []).ToList();
        return attempts.Count == 0 ? ProofVerdict.Unproven : attempts.Any(attempt => attempt.Response?.Status is not null) ? ProofVerdict.Works : ProofVerdict.Fails;
    }
}
