using System.Globalization;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>What a fix intends, as steps with the state that is there now. What is so already needs no step.</summary>
internal static class Intentions
{
    /// <summary>nginx's *_temp_path has three levels at most, and nobody else's directories lie there.</summary>
    private const int DepthMax = 3;

    private const int DirectoriesMax = 256;

    public static IEnumerable<PlannedStep> Steps(FixStep step)
        => Actions(step.Action).Select((action, index) => StepWords.Of(action) with { Why = index == 0 && action is not (RepairAction.ReloadNginx or RepairAction.AskUnit { Verb: UnitVerb.DaemonReload }) ? step.Text : null });

    private static IEnumerable<RepairAction> Actions(RepairAction? action) => action switch
    {
        null => [],
        RepairAction.EditSettings edit => Write(edit) is { } write ? [write] : [],
        RepairAction.EditCommand edit => UnitCommand.DropIn(edit) is { } made ? [made] : [],
        RepairAction.ListenAlso listen => UnitCommand.DropIn(listen) is { } made ? [made] : [],
        RepairAction.EditCompose edit => ComposePlan.Of(edit),
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
        => Given(give.Path, give, give.Mode).Concat(give.WithDirectories ? Below(give.Path).SelectMany(directory => Given(directory, give, null)) : []);

    private static IEnumerable<RepairAction> Given(string path, RepairAction.Give give, int? wanted)
    {
        if (FileCalls.Status(path, follow: false, out _) is not { IsSymlink: false } status)
        {
            yield break;
        }

        if ((give.User ?? status.Uid) != status.Uid || (give.Group ?? status.Gid) != status.Gid)
        {
            yield return new RepairAction.SetOwner(path, status.Uid, status.Gid, give.User ?? status.Uid, give.Group ?? status.Gid);
        }

        if (wanted is { } mode && mode != status.Permissions)
        {
            yield return new RepairAction.SetMode(path, (int)status.Permissions, mode);
        }
    }

    /// <summary>Directories below a directory, links not followed; as far as the limits let.</summary>
    private static List<string> Below(string path)
    {
        var found = new List<string>();
        var (next, depth) = (new List<string> { path }, 0);
        while (next.Count > 0 && depth++ < DepthMax)
        {
            next = [.. next.SelectMany(parent => (FileCalls.List(parent, DirectoriesMax, out _) ?? []).Select(name => Path.Combine(parent, name)))
                .Where(child => FileCalls.Status(child, follow: false, out _) is { IsDirectory: true })
                .Take(DirectoriesMax - found.Count)];
            found.AddRange(next);
        }

        return found;
    }
}
