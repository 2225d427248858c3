using Why502.Cli.Commands;
using Why502.Cli.Driver;
using Why502.Cli.Verify;
using Why502.Repair;
using Why502.Reports;

namespace Why502.Cli.Repairs;

/// <summary>Asks again what failed, through nginx and straight.</summary>
internal static class FixProof
{
    /// <summary>An app that was just started may need this long until it answers.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public static async Task<RepairProof> OfAsync(PlannedRepair repair, FixRequest request, Action<string> say, CancellationToken cancellation)
    {
        if ((request.Url ?? Scope.VerifyUrl(repair.Finding.Incident)) is not { } url)
        {
            return new(null, []);
        }

        say($"verify {url}");
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var proof = await OnceAsync(url, repair.Plan.Nginx.ConfigPath, cancellation).ConfigureAwait(false);
            if (proof.Works != false || !repair.Plan.Starts || TimeProvider.System.GetElapsedTime(started) > StartPatience)
            {
                return proof;
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<RepairProof> OnceAsync(string url, string config, CancellationToken cancellation)
    {
        var verifier = new Verifier(LiveDiagnosis.Answerers(TimeProvider.System), new ProbeGate(probes: true, url), TimeSpan.FromSeconds(10));
        var cases = await verifier.UrlAsync(new Uri(url), config, cancellation).ConfigureAwait(false);
        return new(VerifyPage.Works(cases), [.. cases.SelectMany(tried => tried.Rows).Select(row => $"{row.Way}: {(row.Answer.Fact is Why502.Diagnosis.ResponseFact { Status: { } status } ? status.ToString(System.Globalization.CultureInfo.InvariantCulture) : row.Works == true ? "answers" : "no answer")}")]);
    }
}
