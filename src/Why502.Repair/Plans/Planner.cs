using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Nginx;

namespace Why502.Repair;

/// <summary>A finding's fix as a plan, with what stands in its way.</summary>
/// <param name="Plan">Its steps; without any when all of the fix is a person's to do.</param>
/// <param name="Obstacles">Reasons why it cannot be applied from here, whatever is forced.</param>
public sealed record PlannedRepair(Finding Finding, RepairPlan Plan, IReadOnlyList<string> Obstacles)
{
    /// <summary>Who else writes the files; an edit needs <c>--force</c>.</summary>
    public IReadOnlyList<FileOwner> Owners { get; init; } = [];

    /// <summary>Files that somebody changed and no reload has taken yet: this reload would take them, too. Needs <c>--force</c>.</summary>
    public IReadOnlyList<string> Pending { get; init; } = [];
}

/// <summary>From a finding to the steps that the transaction makes.</summary>
public static class Planner
{
    /// <summary>Process start times have the kernel's resolution, and a reload reads the files before its workers start.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>Null where the finding has no fix.</summary>
    public static PlannedRepair? Plan(Finding finding)
    {
        if (finding.Fix is not { } fix)
        {
            return null;
        }

        var instance = finding.Incident.Instance;
        var configuration = finding.Incident.Configuration;
        var nginx = new NginxTarget(instance.ConfigPath, instance.Prefix, instance.Binary, instance.GlobalDirectives, instance.MasterPid, instance.Unit, ErrorLogs(instance, configuration));
        List<PlannedStep> steps =
        [
            .. fix.Edits.Where(edit => edit.IsChange).Select(edit => StepWords.Of(new RepairAction.WriteFile(edit.File, edit.Before, edit.After)) with { IsConfiguration = true, Disturbance = Disturbance.Reload }),
            .. fix.Steps.SelectMany(Intentions.Steps),
        ];
        if (!fix.LoadsPending && !fix.IsMadeByReload && steps.All(step => step.Action is RepairAction.ReloadNginx))
        {
            // What a person has to change first is not changed by a reload, and a request that happens to be answered after it would prove nothing.
            steps = [];
        }

        if (Cuts(configuration) is { } cuts)
        {
            steps = [.. steps.Select(step => step.Disturbance == Disturbance.Reload ? step with { Risk = $"{step.Risk}; at the reload nginx closes requests that take longer than {cuts}" } : step)];
        }

        var plan = new RepairPlan(finding.Cause.Id, finding.Title, fix.Summary, nginx, steps) { Cuts = Cuts(configuration), MendsUnloadable = finding.Incident.Kind == SymptomKind.NotLoaded, CompiledPaths = [.. instance.TempPaths.Values, .. instance.DefaultErrorLog is { } error ? [error] : Array.Empty<string>(), .. instance.DefaultAccessLog is { } access ? [access] : Array.Empty<string>()] };
        return new(finding, plan, Obstacles(plan, instance))
        {
            Owners = [.. steps.Select(step => step.Action).OfType<RepairAction.WriteFile>().SelectMany(write => Ownership.Of(write.Path, write.Before, write.After))],
            Pending = plan.Reloads && !fix.LoadsPending ? Pending(configuration, instance.WorkersStartedAt) : [],
        };
    }

    private static List<string> Obstacles(RepairPlan plan, NginxInstance instance)
    {
        var obstacles = new List<string>();
        if (instance.FromFiles)
        {
            obstacles.Add("this is a diagnosis of files, not of this machine");
        }

        if (instance.FilesThrough != 0)
        {
            obstacles.AddRange(ContainerWay.Obstacles(instance, [.. plan.Steps.Where(step => step.IsConfiguration).Select(step => step.Action).OfType<RepairAction.WriteFile>().Select(write => write.Path).Distinct()]));
        }

        if (plan.Reloads && instance.Binary is null)
        {
            obstacles.Add("which nginx program reads this configuration is not known, so it cannot be tested");
        }

        var programs = new ProgramControl();
        obstacles.AddRange(plan.Steps.Select(step => step.Action).OfType<RepairAction.RunProgram>().Select(run => run.Command[0]).Where(program => !programs.Has(program)).Distinct().Select(program => $"{program} is not on this machine"));
        return obstacles;
    }

    /// <summary>ngx_worker_process_cycle(), ngx_set_shutdown_timer(): a worker that is to end closes its connections when this time is over.</summary>
    private static string? Cuts(NginxConfiguration? configuration)
        => configuration?.AtTop("worker_shutdown_timeout") is { IsDefault: false, AsTime: { } time } setting && time > TimeSpan.Zero ? $"worker_shutdown_timeout {setting.Value} ({setting.At})" : null;

    private static IReadOnlyList<string> ErrorLogs(NginxInstance instance, NginxConfiguration? configuration)
        => [.. (configuration?.ErrorLogs ?? []).Select(log => log.Path).Append(instance.DefaultErrorLog).OfType<string>().Where(path => path.StartsWith('/')).Distinct()];

    private static IReadOnlyList<string> Pending(NginxConfiguration? configuration, DateTimeOffset? workersStartedAt)
        => workersStartedAt is { } started && configuration is not null
            ? [.. configuration.Files.Select(file => file.Path).Where(path => FileCalls.Status(path) is { } status && status.ModifiedAt > started + Slack)]
            : [];
}
