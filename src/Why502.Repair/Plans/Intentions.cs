using System.Globalization;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>What a fix intends, as steps with the state that is there now. What is so already needs no step.</summary>
internal static class Intentions
{
    public static IEnumerable<PlannedStep> Steps(FixStep step)
        => Actions(step.Action).Select((action, index) => StepWords.Of(action) with { Why = index == 0 && action is not (RepairAction.ReloadNginx or RepairAction.AskUnit { Verb: UnitVerb.DaemonReload }) ? step.Text : null });

    private static IEnumerable<RepairAction> Actions(RepairAction? action) => action switch
    {
        null => [],
        RepairAction.EditSettings edit => Write(edit) is { } write ? [write] : [],
        RepairAction.Give give => Given(give),
        RepairAction.Raise raise => KernelParameter.Find(raise.Name) is { } now && long.TryParse(now, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value < raise.AtLeast
            ? [new RepairAction.SetKernelParameter(raise.Name, now, raise.AtLeast.ToString(CultureInfo.InvariantCulture))]
            : [],
        _ => [action],
    };

    private static RepairAction.WriteFile? Write(RepairAction.EditSettings edit)
    {
        byte[]? before;
        try
        {
            before = AtomicFile.Read(AtomicFile.Target(edit.Path));
        }
        catch (StepFailedException)
        {
            // Unreadable without root: what is in it is not known, so nothing is planned.
            return null;
        }

        return SettingsFile.Apply(before, edit.Settings) is { } after && !AtomicFile.Same(before, after)
            ? new(edit.Path, before, after) { MakesDirectory = Path.GetDirectoryName(edit.Path) is { } directory && FileCalls.Status(directory) is null }
            : null;
    }

    private static IEnumerable<RepairAction> Given(RepairAction.Give give)
    {
        if (FileCalls.Status(give.Path, follow: false, out _) is not { IsSymlink: false } status)
        {
            yield break;
        }

        if ((give.User ?? status.Uid) != status.Uid || (give.Group ?? status.Gid) != status.Gid)
        {
            yield return new RepairAction.SetOwner(give.Path, status.Uid, status.Gid, give.User ?? status.Uid, give.Group ?? status.Gid);
        }

        if (give.Mode is { } mode && mode != status.Permissions)
        {
            yield return new RepairAction.SetMode(give.Path, (int)status.Permissions, mode);
        }
    }
}
