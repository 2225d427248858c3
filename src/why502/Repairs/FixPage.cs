using System.Globalization;
using Why502.Diagnosis;
using Why502.Logs;
using Why502.Nginx;
using Why502.Repair;
using Why502.Reports;

namespace Why502.Cli.Repairs;

/// <summary>How a repair looks: why, the diff, what it disturbs, how it is taken back; and what came of it.</summary>
internal static class FixPage
{
    public static Page Render(FixAnswer answer, int width)
    {
        var page = new Page(width);
        switch (answer.Act)
        {
            case "history":
                History(page, answer);
                break;
            case "refused":
                page.Wrapped("", Sentence(answer.Refusal!), Ink.Doubt);
                break;
            case "undo" or "recover":
                Outcomes(page, answer);
                break;
            default:
                Plans(page, answer);
                break;
        }

        return page;
    }

    public static Page Plan(PlannedRepair repair, int width, bool invite)
    {
        var page = new Page(width);
        Write(page, repair, invite);
        return page;
    }

    public static Page Outcome(RepairOutcome outcome, int width)
    {
        var page = new Page(width);
        Write(page, outcome);
        return page;
    }

    private static void Plans(Page page, FixAnswer answer)
    {
        if (answer.Repairs.Count == 0)
        {
            page.Wrapped("", NothingToFix(answer), answer.Conclusion?.Verdict == Verdict.Healthy ? Ink.Proof : Ink.Doubt);
            return;
        }

        foreach (var repair in answer.Repairs)
        {
            page.Blank();
            Write(page, repair, invite: true);
        }
    }

    private static string NothingToFix(FixAnswer answer) => answer switch
    {
        { Cause: { } cause } => $"Nothing to fix: {cause} is not found here now. What is: why502",
        { Conclusion.Verdict: Verdict.Healthy } => "Nothing to fix: no gateway fault now.",
        { Conclusion: { Findings.Count: 0, Overview: { NginxCount: 0, StoppedCount: > 0 } } } => "Nothing to fix: nginx does not run here, so that no request is answered.",
        { Conclusion.Findings.Count: 0 } => "Nothing to fix: no cause is found here. What was seen, and what was not: why502",
        _ => "Nothing to fix yet: no cause is certain enough. What speaks for which: why502",
    };

    private static void Write(Page page, PlannedRepair repair, bool invite)
    {
        var (finding, plan) = (repair.Finding, repair.Plan);
        page.Wrapped("", Sentence(finding.Title), Ink.Strong);
        page.Wrapped("", Sentence(plan.Summary));
        // A reload after edits goes without saying.
        foreach (var step in plan.Steps.Where(step => step.Action is not RepairAction.ReloadNginx || plan.Steps.Count == 1))
        {
            Step(page, step);
        }

        foreach (var step in finding.Fix!.Steps.Where(step => plan.Steps.Count == 0 || (step.Action is null && !IsReload(step, plan))))
        {
            page.Wrapped("  yours  ", Sentence(step.Text));
            if (step.Command is { } command)
            {
                page.Line(new Run(Ink.Plain, "         "), new Run(Ink.Proof, command));
            }
        }

        foreach (var owner in repair.Owners)
        {
            page.Wrapped("  owner  ", $"{owner.Path} is written by {owner.Owner}. The change belongs into {owner.Instead}.", Ink.Doubt);
        }

        foreach (var pending in repair.Pending)
        {
            page.Wrapped("  owner  ", $"{pending} was changed since nginx loaded it; a reload takes that change, too.", Ink.Doubt);
        }

        foreach (var obstacle in repair.Obstacles)
        {
            page.Wrapped("  not from here  ", Sentence(obstacle), Ink.Doubt);
        }

        if (plan.Steps.Count > 0)
        {
            page.Wrapped("", Disturbs(plan));
        }

        if (finding.Fix.Later is { Length: > 0 } later)
        {
            page.Wrapped("later: ", later);
        }

        if (invite && plan.Steps.Count > 0 && repair.Obstacles.Count == 0)
        {
            page.Line(new Run(Ink.Plain, "Apply with: "), new Run(Ink.Proof, $"why502 fix{Config(repair)} --cause {finding.Cause.Id} --apply"));
        }
    }

    private static string Config(PlannedRepair repair) => repair.Plan.Nginx.ConfigPath is "/etc/nginx/nginx.conf" ? "" : $" --config {Shell.Quote(repair.Plan.Nginx.ConfigPath)}";

    private static void Step(Page page, PlannedStep step)
    {
        if (step.Action is not RepairAction.WriteFile write)
        {
            page.Line(new Run(Ink.Plain, "  "), new Run(Ink.Proof, step.What), new Run(Ink.Faint, $"   {step.Risk}"));
            Why(page, step);
            return;
        }

        FixLines.Diff(page, ShownDiff.Of(new FileEdit(write.Path, write.Before ?? [], write.After)));
        Why(page, step);
    }

    private static void Why(Page page, PlannedStep step)
    {
        if (step.Why is { Length: > 0 } why)
        {
            page.Wrapped("         ", Sentence(why));
        }
    }

    /// <summary>The transaction does that itself.</summary>
    private static bool IsReload(FixStep step, RepairPlan plan) => plan.Reloads && step.Command?.EndsWith("reload", StringComparison.Ordinal) == true;

    private static string Disturbs(RepairPlan plan)
    {
        var parts = new List<string>
        {
            plan.Reloads ? plan.Cuts is { } cuts ? $"One reload of nginx, no restart; requests under way end as they began, but for those that take longer than {cuts}: these nginx closes." : "One reload of nginx, no restart; requests under way end as they began." : "nginx is left as it runs.",
        };
        parts.AddRange(plan.Steps.Where(step => step.Disturbance == Disturbance.Restart).Select(step => $"{Sentences.Sentence(step.What)} {Sentence(step.Risk)}"));
        parts.Add(plan.Steps.All(step => step.Undo is not null || step.Disturbance == Disturbance.Reload) ? "Undo: why502 fix --undo" : $"Undo: why502 fix --undo, but for: {string.Join(", ", plan.Steps.Where(step => step.Undo is null && step.Disturbance != Disturbance.Reload).Select(step => step.What))}");
        return string.Join(' ', parts);
    }

    private static void Outcomes(Page page, FixAnswer answer)
    {
        if (answer.Outcomes.Count == 0)
        {
            page.Wrapped("", "Nothing to recover: no repair was interrupted.", Ink.Proof);
        }

        foreach (var outcome in answer.Outcomes)
        {
            Write(page, outcome);
        }
    }

    private static void Write(Page page, RepairOutcome outcome)
    {
        foreach (var line in outcome.Proof)
        {
            page.Wrapped("  verify  ", line);
        }

        if (outcome.Stuck.Count > 0)
        {
            foreach (var stuck in outcome.Stuck)
            {
                page.Wrapped("  stuck  ", Sentence(stuck), Ink.Fault);
            }

            page.Wrapped("", $"Not everything could be taken back. The copies are in {Path.GetDirectoryName(CopyOf(outcome.Repair)) ?? "the repair's directory"}; when the reason is gone: why502 fix --recover; to keep what was changed since: why502 fix --recover --force", Ink.Fault);
        }
        else if (outcome.Repair is { State: RepairState.Undone })
        {
            page.Wrapped("", $"Taken back: {outcome.Repair.Plan.Cause}, applied {Local(outcome.Repair.Stored.At)}.", Ink.Proof);
        }
        else if (outcome.TakenBack)
        {
            page.Wrapped("", $"Not fixed: {Sentence(outcome.Problem ?? "it was interrupted")} The old state is back{(outcome.Repair is { Plan: { Reloads: true, MendsUnloadable: false } } ? ", and nginx serves with it" : "")}.", Ink.Fault);
        }
        else if (!outcome.Done)
        {
            page.Wrapped("", $"Nothing was changed: {Sentence(outcome.Problem ?? "")}", Ink.Doubt);
        }
        else if (outcome.Proven)
        {
            page.Line(new Run(Ink.Proof, "Fixed."), new Run(Ink.Plain, " Undo: why502 fix --undo"));
        }
        else
        {
            page.Wrapped("", "Applied, but not proven: no request could be made that would show it. Watch it with why502; undo: why502 fix --undo", Ink.Doubt);
        }
    }

    private static string? CopyOf(StoredRepair? repair)
        => repair is null ? null : Enumerable.Range(0, repair.Plan.Steps.Count).Select(repair.CopyOf).FirstOrDefault(copy => copy is not null);

    private static void History(Page page, FixAnswer answer)
    {
        if (answer.History.Count == 0)
        {
            page.Line("No repair was made on this machine.");
        }

        foreach (var repair in answer.History)
        {
            var state = !repair.State.IsFinal() && answer.Busy ? "under way" : repair.State.InWords();
            page.Line(new Run(Ink.Plain, $"{repair.Id}  "), new Run(repair.State.IsFinal() ? Ink.Plain : Ink.Fault, state.PadRight(12)), new Run(Ink.Strong, $"  {repair.Plan.Cause}"), new Run(Ink.Faint, $"  {string.Join(", ", repair.Plan.Steps.Select(step => step.What))}"));
            if (repair.State == RepairState.RolledBack && repair.Why is { } why)
            {
                page.Wrapped("                 ", why, Ink.Faint);
            }
        }
    }

    private static string Local(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Sentence(string text) => Sentences.Statement(Redactor.Text(text));
}
