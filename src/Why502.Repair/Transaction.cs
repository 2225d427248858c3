using Why502.Diagnosis;
using Why502.Host.Logs;
using Why502.Nginx;

namespace Why502.Repair;

/// <summary>What a repair came to, or the taking back of one.</summary>
public sealed record RepairOutcome(bool Done, string? Problem)
{
    public StoredRepair? Repair { get; init; }

    public IReadOnlyList<string> Proof { get; init; } = [];

    /// <summary>False when nobody could tell whether it helped.</summary>
    public bool Proven { get; init; }

    /// <summary>It was begun, and the old state is back.</summary>
    public bool TakenBack { get; init; }

    /// <summary>What could not be taken back, each with its reason; then a person must.</summary>
    public IReadOnlyList<string> Stuck { get; init; } = [];
}

/// <summary>Whether the failing requests are answered now.</summary>
/// <param name="Works">Null when it cannot be told.</param>
public sealed record RepairProof(bool? Works, IReadOnlyList<string> Lines);

/// <summary>
/// Applies a plan as a whole or not at all: lock, compare, copy aside, change, test, reload, prove; when anything fails, all of it is taken back and
/// nginx reloaded once more. Every step is announced in the journal before it is made, so that a killed one is taken back by anybody.
/// </summary>
public sealed class Transaction(RepairStore store, TimeProvider time, Action<string> say)
{
    private readonly ProgramControl programs = new();

    /// <exception cref="StepFailedException">It was refused before anything was changed.</exception>
    public async Task<RepairOutcome> ApplyAsync(RepairPlan plan, Func<CancellationToken, Task<RepairProof>> prove, CancellationToken cancellation)
    {
        using var held = store.Lock();
        RefuseAfterInterruption();
        Precondition.Check(plan);

        // What does not load before the change proves nothing about the change.
        if (plan.Reloads && !plan.MendsUnloadable && await TestAsync(plan, _ => { }, cancellation).ConfigureAwait(false) is { } broken)
        {
            throw new StepFailedException($"the configuration on disk does not load even without this repair: {broken}");
        }

        var repair = store.Begin(plan, time.GetUtcNow());
        try
        {
            await MakeAsync(repair, cancellation).ConfigureAwait(false);
            var proof = await prove(cancellation).ConfigureAwait(false);
            if (proof.Works == false)
            {
                return await TakeBackAsync(repair, "it did not help", proof.Lines, asked: false).ConfigureAwait(false);
            }

            repair.Note(new(JournalMark.Applied, time.GetUtcNow()) { Text = string.Join("; ", proof.Lines) });
            return new(true, null) { Repair = repair, Proof = proof.Lines, Proven = proof.Works == true };
        }
        catch (StepFailedException failure)
        {
            return await TakeBackAsync(repair, failure.Message, [], asked: false).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return await TakeBackAsync(repair, "it was interrupted", [], asked: false).ConfigureAwait(false);
        }
    }

    /// <summary>Takes back the newest repair that is applied.</summary>
    /// <exception cref="StepFailedException">There is none, or somebody has changed since what it made; then nothing was taken back.</exception>
    public async Task<RepairOutcome> UndoAsync()
    {
        using var held = store.Lock();
        RefuseAfterInterruption();
        var last = store.All().FirstOrDefault(repair => repair.State == RepairState.Applied) ?? throw new StepFailedException(store.IsBesideRoots ? "no repair of this user is applied. What was made with sudo is taken back with sudo: sudo why502 fix --undo" : "no repair is applied: there is nothing to undo");
        foreach (var index in last.BegunSteps)
        {
            if (StepRunner.ConflictOf(last.Plan.Steps[index].Action) is { } conflict)
            {
                throw new StepFailedException($"{conflict} ({last.Plan.Cause}, {last.Id}). Nothing was taken back{(last.CopyOf(index) is { } copy ? $"; as it was before: {copy}" : "")}");
            }
        }

        return await TakeBackAsync(last, "undone", [], asked: true).ConfigureAwait(false);
    }

    /// <summary>Takes back what a killed repair, or a killed taking back, has left.</summary>
    /// <param name="keepsChanges">What somebody has changed since stays as it is, and the repair is over all the same.</param>
    public async Task<IReadOnlyList<RepairOutcome>> RecoverAsync(bool keepsChanges = false)
    {
        using var held = store.Lock();
        var outcomes = new List<RepairOutcome>();
        foreach (var repair in store.Unfinished())
        {
            TouchedPaths.PutBack(repair.Touched);
            outcomes.Add(await TakeBackAsync(repair, repair.Why ?? "it was interrupted", [], repair.WasAskedBack, keepsChanges).ConfigureAwait(false));
        }

        return outcomes;
    }

    private void RefuseAfterInterruption()
    {
        if (store.Unfinished() is [var interrupted, ..])
        {
            throw new StepFailedException($"the repair {interrupted.Id} was interrupted; take it back first: why502 fix --recover");
        }
    }

    private async Task MakeAsync(StoredRepair repair, CancellationToken cancellation)
    {
        for (var index = 0; index < repair.Plan.Steps.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var step = repair.Plan.Steps[index];
            repair.Note(new(JournalMark.Begin, time.GetUtcNow()) { Step = index });
            await StepRunner.MakeAsync(step.Action, repair.Id, programs, cancellation).ConfigureAwait(false);
            repair.Note(new(JournalMark.Done, time.GetUtcNow()) { Step = index });
            say(repair.CopyOf(index) is { } copy ? $"{step.What}     copy kept in {Path.GetDirectoryName(copy)}" : step.What);
        }

        await LoadAsync(repair, cancellation).ConfigureAwait(false);
    }

    /// <summary>Has nginx test and take what is on the disk now.</summary>
    private async Task LoadAsync(StoredRepair repair, CancellationToken cancellation)
    {
        if (!repair.Plan.Reloads)
        {
            return;
        }

        if (await TestAsync(repair.Plan, touched => repair.Note(new(JournalMark.Test, time.GetUtcNow()) { Touched = touched }), cancellation).ConfigureAwait(false) is { } problem)
        {
            throw new StepFailedException($"nginx -t: {problem}");
        }

        say("nginx -t passed");
        if (repair.Plan.Nginx.MasterPid is null)
        {
            return;
        }

        repair.Note(new(JournalMark.Reload, time.GetUtcNow()));
        var reloaded = await new NginxControl(repair.Plan.Nginx).ReloadAsync(cancellation).ConfigureAwait(false);
        say($"reload: {Count(reloaded.Serving, "new worker")} {(reloaded.Serving == 1 ? "serves" : "serve")}{(reloaded.Draining > 0 ? $", {Count(reloaded.Draining, "old one")} still {(reloaded.Draining == 1 ? "ends" : "end")} requests" : "")}");
    }

    private async Task<RepairOutcome> TakeBackAsync(StoredRepair repair, string why, IReadOnlyList<string> proof, bool asked, bool keepsChanges = false)
    {
        var hadReloaded = repair.MayHaveReloaded;
        var stuck = new List<string>();
        repair.Note(new(JournalMark.TakeBack, time.GetUtcNow()) { Text = why, Asked = asked });
        var begun = repair.BegunSteps.Select(index => repair.Plan.Steps[index]).ToList();
        foreach (var step in Enumerable.Reverse(begun).Where(step => !StepRunner.IsReading(step.Action)))
        {
            if (keepsChanges && StepRunner.ConflictOf(step.Action) is { } conflict)
            {
                say($"kept: {conflict}");
                continue;
            }

            await TryAsync(step, () => StepRunner.TakeBackAsync(step.Action, repair.Id, programs), stuck).ConfigureAwait(false);
        }

        foreach (var step in begun.Where(step => StepRunner.IsReading(step.Action)))
        {
            await TryAsync(step, () => AgainAsync(step, repair), stuck).ConfigureAwait(false);
        }

        if (stuck.Count == 0 && hadReloaded && repair.Plan.Reloads && IsServed(repair.Plan.Nginx))
        {
            try
            {
                await LoadAsync(repair, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StepFailedException failure) when (repair.Plan.MendsUnloadable)
            {
                say($"nginx goes on with the configuration that it has: the one on disk does not load, as before ({failure.Message})");
            }
            catch (StepFailedException failure)
            {
                stuck.Add(failure.Message);
            }
        }

        if (stuck.Count == 0)
        {
            repair.Note(new(asked ? JournalMark.Undone : JournalMark.RolledBack, time.GetUtcNow()));
        }

        return new(asked && stuck.Count == 0, asked && stuck.Count == 0 ? null : why) { Repair = repair, Proof = proof, TakenBack = stuck.Count == 0, Stuck = stuck };
    }

    private async Task TryAsync(PlannedStep step, Func<Task<bool>> takeBack, List<string> stuck)
    {
        try
        {
            if (await takeBack().ConfigureAwait(false))
            {
                say($"back: {step.What}");
            }
        }
        catch (StepFailedException failure)
        {
            stuck.Add(failure.Message);
        }
    }

    private async Task<bool> AgainAsync(PlannedStep step, StoredRepair repair)
    {
        await StepRunner.MakeAsync(step.Action, repair.Id, programs, CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    /// <summary>After a crash of the machine the pid of the plan is somebody else's, or nobody's: whoever starts then has read the old files.</summary>
    private static bool IsServed(NginxTarget nginx)
    {
        try
        {
            using var master = NginxMaster.Of(nginx.MasterPid ?? 0);
            return true;
        }
        catch (StepFailedException)
        {
            return false;
        }
    }

    /// <summary><c>nginx -t</c>, which leaves nothing behind, also when it is interrupted.</summary>
    /// <param name="plan">Of which nginx.</param>
    /// <param name="note">What it will touch, before it runs.</param>
    /// <param name="cancellation">Ends the test.</param>
    /// <returns>Null when it passed, else nginx's own words.</returns>
    private static async Task<string?> TestAsync(RepairPlan plan, Action<IReadOnlyList<TouchedPath>> note, CancellationToken cancellation)
    {
        var touched = Touched(plan);
        note(touched);
        try
        {
            return await new NginxControl(plan.Nginx).TestAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            TouchedPaths.PutBack(touched);
        }
    }

    private static IReadOnlyList<TouchedPath> Touched(RepairPlan plan)
    {
        var source = new FileConfigurationSource(CancellationToken.None);
        var configuration = NginxConfiguration.Load(source, plan.Nginx.ConfigPath, plan.Nginx.Prefix, plan.Nginx.GlobalDirectives);
        return TouchedPaths.Note(configuration, plan.Nginx.Prefix, plan.CompiledPaths);
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
