using System.Runtime.InteropServices;
using Why502.Cli.Commands;
using Why502.Diagnosis;
using Why502.Repair;
using Why502.Reports;

namespace Why502.Cli.Repairs;

/// <summary>One call of <c>why502 fix</c>: diagnosis, plan, and what was asked of it.</summary>
internal sealed class FixRun(Terminal terminal, FixRequest request)
{
    /// <summary>Faults repaired in one call; more of them are a case for a person.</summary>
    private const int RepairsMax = 8;

    private readonly RepairStore store = RepairStore.OfThisUser();

    public async Task<int> FixAsync(CancellationToken cancellation)
    {
        if (request.Apply && !request.Yes && (Console.IsInputRedirected || !terminal.OutputIsTerminal))
        {
            throw new UsageException("--apply asks before it changes anything, and nobody is at a terminal here. Give --yes to apply without being asked.");
        }

        // Never the process's end: what was begun is taken back first.
        using var stop = new StopSignals(secondEnds: false, cancellation, PosixSignal.SIGHUP);
        InterruptedRepair.Tell(terminal);
        var conclusion = await DiagnoseAsync(stop.Token).ConfigureAwait(false);
        if (stop.Token.IsCancellationRequested)
        {
            Print(new FixAnswer("refused") { Refusal = "it was interrupted before anything was changed" });
            return ExitStatus.Faulty;
        }

        var repairs = Choose(conclusion);
        if (!request.Apply || repairs.Count == 0)
        {
            Show(conclusion, repairs);
            return conclusion.Verdict == Verdict.Healthy ? ExitStatus.Healthy : ExitStatus.Faulty;
        }

        return await ApplyAllAsync(repairs, stop.Token).ConfigureAwait(false);
    }

    public async Task<int> UndoAsync()
    {
        // What is half taken back serves nobody: it is ended, whatever comes.
        using var stop = new StopSignals(secondEnds: false, CancellationToken.None, PosixSignal.SIGHUP);
        try
        {
            var outcome = await Transaction(Say).UndoAsync().ConfigureAwait(false);
            Print(new FixAnswer("undo") { Outcomes = [outcome] });
            return outcome.Done ? ExitStatus.Healthy : ExitStatus.Faulty;
        }
        catch (StepFailedException refusal)
        {
            return Refused(refusal);
        }
    }

    public async Task<int> RecoverAsync()
    {
        using var stop = new StopSignals(secondEnds: false, CancellationToken.None, PosixSignal.SIGHUP);
        try
        {
            var outcomes = await Transaction(Say).RecoverAsync(request.Force).ConfigureAwait(false);
            Print(new FixAnswer("recover") { Outcomes = outcomes });
            return outcomes.All(outcome => outcome.TakenBack) ? ExitStatus.Healthy : ExitStatus.Faulty;
        }
        catch (StepFailedException refusal)
        {
            return Refused(refusal);
        }
    }

    public int History()
    {
        Print(new FixAnswer("history") { History = store.All(), Busy = store.IsLocked() });
        return ExitStatus.Healthy;
    }

    private async Task<int> ApplyAllAsync(IReadOnlyList<PlannedRepair> repairs, CancellationToken cancellation)
    {
        var outcomes = new List<RepairOutcome>();
        var planned = repairs.Select(repair => Key(repair.Finding)).ToHashSet();
        var tried = new HashSet<string>();
        var next = repairs[0];
        while (true)
        {
            tried.Add(Key(next.Finding));
            var outcome = await ApplyAsync(next, cancellation).ConfigureAwait(false);
            if (outcome is null)
            {
                return ExitStatus.Faulty;
            }

            outcomes.Add(outcome);
            if ((!outcome.Done && next.Plan.Steps.Count > 0) || cancellation.IsCancellationRequested || tried.Count >= RepairsMax || request.Cause is not null || repairs.Count <= tried.Count)
            {
                break;
            }

            // What was written has moved the lines of the other repairs: they are planned anew. What else the log of these moments suggests was shown to nobody.
            var left = Choose(await DiagnoseAsync(cancellation).ConfigureAwait(false)).FirstOrDefault(repair => Key(repair.Finding) is var key && planned.Contains(key) && !tried.Contains(key));
            if (left is null)
            {
                break;
            }

            next = left;
        }

        if (request.Format == "json")
        {
            Print(new FixAnswer("apply") { Repairs = repairs, Outcomes = outcomes });
        }

        return outcomes.All(outcome => outcome.Done) ? ExitStatus.Healthy : ExitStatus.Faulty;
    }

    /// <summary>Null when the person at the terminal said no.</summary>
    private async Task<RepairOutcome?> ApplyAsync(PlannedRepair repair, CancellationToken cancellation)
    {
        if (request.Format == "text")
        {
            terminal.Write(FixPage.Plan(repair, terminal.Width, invite: false));
        }

        if (Obstacle(repair) is { } obstacle)
        {
            var refused = new RepairOutcome(false, obstacle);
            Tell(refused);
            return refused;
        }

        if (!request.Yes && !Confirmed())
        {
            terminal.Write("Nothing was changed.\n");
            return null;
        }

        RepairOutcome outcome;
        using var progress = new Progress(terminal);
        try
        {
            outcome = await Transaction(Say).ApplyAsync(repair.Plan, token => FixProof.OfAsync(repair, request, progress.Say, token), cancellation).ConfigureAwait(false);
        }
        catch (StepFailedException refusal)
        {
            outcome = new(false, refusal.Message);
        }
        catch (OperationCanceledException)
        {
            outcome = new(false, "it was interrupted before anything was changed");
        }

        progress.Dispose();
        Tell(outcome);
        return outcome;
    }

    private string? Obstacle(PlannedRepair repair)
    {
        if (repair.Obstacles is [var obstacle, ..])
        {
            return obstacle;
        }

        if (repair.Plan.Steps.Count == 0)
        {
            return "nothing of this repair can be made by why502: the steps above are yours";
        }

        if (request.Force)
        {
            return null;
        }

        return repair.Owners is [var owner, ..] ? $"{owner.Path} is written by {owner.Owner}. The change belongs into {owner.Instead}. To edit it all the same: --force"
            : repair.Pending is [var pending, ..] ? $"{pending} was changed since nginx loaded it: this reload would take that change, too. Reload first, or --force"
            : null;
    }

    private async Task<Conclusion> DiagnoseAsync(CancellationToken cancellation)
    {
        using var progress = new Progress(terminal);
        var result = await LiveDiagnosis.RunAsync(new DiagnoseRequest { Config = request.Config, Since = request.Since, Url = request.Url, Timeout = request.Timeout }, progress.Say, cancellation).ConfigureAwait(false);
        return result.Conclusion;
    }

    /// <summary>The root cause of each fault that is not over; with a named cause the findings of it, however sure.</summary>
    private List<PlannedRepair> Choose(Conclusion conclusion)
        => [.. (request.Cause is { } cause ? conclusion.Findings.Where(finding => finding.Cause.Id == cause) : conclusion.RootCauses)
            .Where(finding => finding.Incident.State != IncidentState.Recovered)
            .Select(Planner.Plan)
            .OfType<PlannedRepair>()
            .DistinctBy(repair => Key(repair.Finding))];

    /// <summary>The fault by what stays when other repairs move its line.</summary>
    private static string Key(Finding finding)
        => finding.Incident.Location is { } place
            ? $"{finding.Cause.Id} {finding.Incident.Peer} {place.At.File} {place.Server.FirstName} {string.Join(' ', place.Block.Arguments)} {place.Pass.Name}"
            : $"{finding.Cause.Id} {finding.Incident.Peer}";

    private void Show(Conclusion conclusion, IReadOnlyList<PlannedRepair> repairs)
        => Print(new FixAnswer("plan") { Repairs = repairs, Conclusion = conclusion, Cause = request.Cause });

    private void Print(FixAnswer answer)
    {
        if (request.Format == "json")
        {
            terminal.Write(FixJson.Render(answer));
        }
        else
        {
            terminal.Write(FixPage.Render(answer, terminal.Width));
        }
    }

    private void Tell(RepairOutcome outcome)
    {
        if (request.Format == "text")
        {
            terminal.Write(FixPage.Outcome(outcome, terminal.Width));
        }
    }

    private void Say(string line)
    {
        if (request.Format == "text")
        {
            var page = new Page(terminal.Width);
            page.Wrapped("  ", line);
            terminal.Write(page);
        }
    }

    private bool Confirmed()
    {
        terminal.Write("Apply this? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private int Refused(StepFailedException refusal)
    {
        Print(new FixAnswer("refused") { Refusal = refusal.Message });
        return ExitStatus.Faulty;
    }

    private Transaction Transaction(Action<string> say) => new(store, TimeProvider.System, say);
}
