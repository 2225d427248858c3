using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>What must hold before anything is begun: the rights, the rules, and a disk that still is what was diagnosed.</summary>
internal static class Precondition
{
    /// <exception cref="StepFailedException">With what to do about it.</exception>
    public static void Check(RepairPlan plan)
    {
        if (plan.Steps.Count == 0)
        {
            throw new StepFailedException("nothing of this repair can be made by why502");
        }

        if (Forbidden.Find(plan) is { } rule)
        {
            throw new StepFailedException($"refused: {rule}");
        }

        if (plan.Reloads && plan.Nginx.MasterPid is { } master && !MaySignal(master))
        {
            throw new StepFailedException("nginx's master belongs to another user. Run with sudo");
        }

        foreach (var write in plan.Steps.Select(step => step.Action).OfType<RepairAction.WriteFile>())
        {
            var path = AtomicFile.Target(write.Path);
            if (!AtomicFile.Same(AtomicFile.Read(path), write.Before))
            {
                throw new StepFailedException($"{path} was changed since it was read for the diagnosis. Run why502 fix again");
            }
        }
    }

    private static bool MaySignal(int pid) => Libc.EffectiveUserId() == 0 || (FileCalls.Status($"/proc/{pid}") is { } status && status.Uid == Libc.EffectiveUserId());
}
