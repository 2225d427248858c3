using System.Globalization;
using Why502.Cli.Commands;
using Why502.Cli.Driver;
using Why502.Cli.Verify;
using Why502.Diagnosis;
using Why502.Reports;

namespace Why502.Cli.Demo;

/// <summary>Breaks, diagnoses, repairs and verifies, once for each fault, and says at the end whether every diagnosis was right.</summary>
internal sealed class DemoRun(Terminal terminal, string nginx, string directory, DemoGuard guard)
{
    private const int FailingRequests = 3;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    public async Task<bool> RunAsync(IReadOnlyList<DemoFault> faults, CancellationToken cancellation)
    {
        var right = 0;
        for (var i = 0; i < faults.Count; i++)
        {
            Say("", Ink.Plain);
            Say($"{i + 1} of {faults.Count}: {faults[i].Title}", Ink.Strong);
            using var site = new DemoSite(nginx, Path.Combine(directory, $"site{i + 1}"), DemoSite.FreePorts(false), faults[i].Before);
            right += await OneAsync(site, faults[i], cancellation).ConfigureAwait(false) ? 1 : 0;
        }

        Say("", Ink.Plain);
        var all = right == faults.Count;
        Say(all
            ? $"{Number(faults.Count)} faults, one log line, {faults.Count} causes: each diagnosis was right, each repair brought 200 back."
            : $"{right} of {faults.Count} diagnoses were right and their repairs worked.", all ? Ink.Proof : Ink.Fault);
        return all;
    }

    private async Task<bool> OneAsync(DemoSite site, DemoFault fault, CancellationToken cancellation)
    {
        await site.StartAppAsync(fault.Before, cancellation).ConfigureAwait(false);
        await site.StartNginxAsync(cancellation).ConfigureAwait(false);
        guard.Watch(site.NginxPid ?? 0);
        await AskAsync(site, 1, "  works: ", cancellation).ConfigureAwait(false);
        Say($"  break: {fault.Told}", Ink.Plain);
        site.StopApp();
        if (fault.After is { } after)
        {
            await site.StartAppAsync(after, cancellation).ConfigureAwait(false);
        }

        await AskAsync(site, FailingRequests, "  fails: ", cancellation).ConfigureAwait(false);
        if (site.LastErrorLine("(111: Connection refused)") is { } line)
        {
            Say($"  log:   {Shortened(line)}", Ink.Faint);
        }

        var finding = await DiagnoseAsync(site, cancellation).ConfigureAwait(false);
        if (finding?.Cause.Id != fault.Cause)
        {
            Say($"  wrong: this was {fault.Cause}, and the diagnosis says {finding?.Cause.Id ?? "nothing"}.", Ink.Fault);
            return false;
        }

        return await RepairAsync(site, fault, finding, cancellation).ConfigureAwait(false) && await VerifyAsync(site, cancellation).ConfigureAwait(false);
    }

    private async Task AskAsync(DemoSite site, int times, string label, CancellationToken cancellation)
    {
        ResponseFact? last = null;
        for (var i = 0; i < times; i++)
        {
            last = await site.GetAsync(cancellation).ConfigureAwait(false);
        }

        Say($"{label}GET {site.Url} answers {last?.Status?.ToString(CultureInfo.InvariantCulture) ?? "nothing"}{(times > 1 ? $", {times} times" : "")}.", last?.Status == 200 ? Ink.Proof : Ink.Fault);
    }

    private async Task<Finding?> DiagnoseAsync(DemoSite site, CancellationToken cancellation)
    {
        Say("", Ink.Plain);
        Say($"  $ why502 diagnose --config {site.ConfigPath}", Ink.Strong);
        Say("", Ink.Plain);
        var started = TimeProvider.System.GetTimestamp();
        var result = await LiveDiagnosis.RunAsync(new DiagnoseRequest { Config = site.ConfigPath, Timeout = Budget }, _ => { }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        var page = TextReport.Render(new ReportInput(result.Conclusion, TimeProvider.System.GetElapsedTime(started)), terminal.Width - 2);
        terminal.Write(Indented(page));
        return result.Conclusion.RootCauses.FirstOrDefault(finding => finding.Incident.State == IncidentState.Current);
    }

    /// <summary>Does on its own nginx what was advised: the edit and a reload, or starting the app.</summary>
    private async Task<bool> RepairAsync(DemoSite site, DemoFault fault, Finding finding, CancellationToken cancellation)
    {
        Say("", Ink.Plain);
        if (fault.After is null)
        {
            Say($"  repair: The app is started again on {fault.Before}.", Ink.Plain);
            await site.StartAppAsync(fault.Before, cancellation).ConfigureAwait(false);
        }
        else
        {
            var edits = finding.Fix?.Edits ?? [];
            if (edits.Count == 0 || edits.Any(edit => !edit.File.StartsWith(site.Directory + "/", StringComparison.Ordinal)))
            {
                Say("  wrong: the diagnosis is right, and its advice has no edit of the configuration.", Ink.Fault);
                return false;
            }

            Say("  repair: The advised edit is written and nginx reloaded.", Ink.Plain);
            foreach (var edit in edits)
            {
                await File.WriteAllBytesAsync(edit.File, edit.After, cancellation).ConfigureAwait(false);
            }

            if (!await site.ReloadAsync(cancellation).ConfigureAwait(false))
            {
                Say("  wrong: nginx refuses the edited configuration.", Ink.Fault);
                return false;
            }
        }

        await site.UntilHealthyAsync(cancellation).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> VerifyAsync(DemoSite site, CancellationToken cancellation)
    {
        Say("", Ink.Plain);
        Say($"  $ why502 verify --config {site.ConfigPath} {site.Url}", Ink.Strong);
        var request = new ProofRequest { ConfigPath = site.ConfigPath, Targets = [ProofTarget.Of(new Uri(site.Url))], Patience = Budget };
        var proof = await Prover.Live(_ => { }).ProveAsync(request, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        terminal.Write(Indented(VerifyPage.Render(proof, terminal.Width - 2)));
        return proof.Verdict == ProofVerdict.Works;
    }

    private Page Indented(Page inner)
    {
        var page = new Page(terminal.Width);
        foreach (var line in inner.Lines)
        {
            page.Line([new Run(Ink.Plain, "  "), .. line]);
        }

        return page;
    }

    private void Say(string text, Ink ink)
    {
        var page = new Page(terminal.Width);
        page.Line(text, ink);
        terminal.Write(page);
    }

    private static string Shortened(string line)
    {
        var start = line.IndexOf("connect()", StringComparison.Ordinal);
        var end = line.IndexOf(", client:", StringComparison.Ordinal);
        return start < 0 || end < start ? Why502.Logs.Sanitizer.Line(line, 120) : Why502.Logs.Sanitizer.Line(line[start..end], 120);
    }

    private static string Number(int number) => number switch
    {
        2 => "Two",
        3 => "Three",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };
}
