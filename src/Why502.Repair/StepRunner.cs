using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>
/// Makes one step, and takes it back. Taking back looks at what is there: what was never made, or is back already, is left alone; what somebody has
/// changed since is a conflict and not overwritten. So it may be repeated after a crash.
/// </summary>
internal static class StepRunner
{
    private const uint DirectoryMode = 0x1ED; // 0755

    public static async Task MakeAsync(RepairAction action, string mark, ProgramControl programs, CancellationToken cancellation)
    {
        switch (action)
        {
            case RepairAction.WriteFile write:
                if (write.MakesDirectory)
                {
                    MakeDirectoryOf(write.Path);
                }

                AtomicFile.Change(AtomicFile.Target(write.Path), write.Before, write.After, mark);
                break;
            case RepairAction.SetMode mode:
                Expect(mode.Path, Status(mode.Path).Permissions == mode.Before);
                Check(WriteCalls.ChangeModeAt(mode.Path, (uint)mode.After), $"cannot set the mode of {mode.Path}");
                break;
            case RepairAction.SetOwner owner:
                Expect(owner.Path, IsOwned(Status(owner.Path), owner.UserBefore, owner.GroupBefore));
                Check(WriteCalls.ChangeOwnerAt(owner.Path, owner.User, owner.Group), $"cannot set the owner of {owner.Path}");
                break;
            case RepairAction.SetKernelParameter parameter:
                Expect(parameter.Name, KernelParameter.Read(parameter.Name) == parameter.Before);
                KernelParameter.Write(parameter.Name, parameter.After);
                break;
            case RepairAction.AskUnit unit:
                await programs.SystemctlAsync(unit.Name, unit.Verb, cancellation).ConfigureAwait(false);
                break;
            case RepairAction.AllowThroughFilter allow:
                await FilterControl.InsertAsync(allow, mark, programs, cancellation).ConfigureAwait(false);
                break;
            case RepairAction.RunProgram run:
                await programs.RunAsync(run.Command, cancellation).ConfigureAwait(false);
                break;
            case RepairAction.ReloadNginx:
                // All that is on the disk is tested and taken together, when the last step is made.
                break;
            default:
                throw new StepFailedException("this version does not know such a step");
        }
    }

    /// <summary>What is there is neither what the step made nor what it found: somebody has changed it since, and it is not overwritten. Null where that is not so.</summary>
    public static string? ConflictOf(RepairAction action)
    {
        var (what, isOurs) = action switch
        {
            RepairAction.WriteFile write => (AtomicFile.Target(write.Path), AtomicFile.Read(AtomicFile.Target(write.Path)) is var found && (AtomicFile.Same(found, write.Before) || AtomicFile.Same(found, write.After))),
            RepairAction.SetMode mode => (mode.Path, Status(mode.Path).Permissions is var found && (found == mode.Before || found == mode.After)),
            RepairAction.SetOwner owner => (owner.Path, Status(owner.Path) is var found && (IsOwned(found, owner.UserBefore, owner.GroupBefore) || IsOwned(found, owner.User, owner.Group))),
            RepairAction.SetKernelParameter parameter => (parameter.Name, KernelParameter.Read(parameter.Name) is var found && (found == parameter.Before || found == parameter.After)),
            _ => ("", true),
        };
        return isOurs ? null : $"{what} was changed by somebody else since this repair";
    }

    /// <returns>Whether something had to be done.</returns>
    /// <exception cref="StepFailedException">Also where there is a conflict.</exception>
    public static async Task<bool> TakeBackAsync(RepairAction action, string mark, ProgramControl programs)
    {
        if (ConflictOf(action) is { } conflict)
        {
            throw new StepFailedException($"{conflict}; it is left as it is");
        }

        switch (action)
        {
            case RepairAction.WriteFile write:
                return PutBack(write, mark);
            case RepairAction.SetMode mode:
                if (Status(mode.Path).Permissions == mode.Before)
                {
                    return false;
                }

                Check(WriteCalls.ChangeModeAt(mode.Path, (uint)mode.Before), $"cannot set the mode of {mode.Path}");
                return true;
            case RepairAction.SetOwner owner:
                if (IsOwned(Status(owner.Path), owner.UserBefore, owner.GroupBefore))
                {
                    return false;
                }

                Check(WriteCalls.ChangeOwnerAt(owner.Path, owner.UserBefore, owner.GroupBefore), $"cannot set the owner of {owner.Path}");
                return true;
            case RepairAction.SetKernelParameter parameter:
                if (KernelParameter.Read(parameter.Name) == parameter.Before)
                {
                    return false;
                }

                KernelParameter.Write(parameter.Name, parameter.Before);
                return true;
            case RepairAction.AskUnit { Verb: UnitVerb.Start, WasActive: false } unit:
                await programs.StopAsync(unit.Name, CancellationToken.None).ConfigureAwait(false);
                return true;
            case RepairAction.AskUnit { Verb: UnitVerb.Enable } unit:
                await programs.DisableAsync(unit.Name, CancellationToken.None).ConfigureAwait(false);
                return true;
            case RepairAction.AllowThroughFilter allow:
                return await FilterControl.DeleteAsync(allow, mark, programs).ConfigureAwait(false);
            case RepairAction.RunProgram { Undo: { } undo }:
                await programs.RunAsync(undo, CancellationToken.None).ConfigureAwait(false);
                return true;
            default:
                // A restarted app runs; what it was before cannot be had again.
                return false;
        }
    }

    /// <summary>Steps that have somebody read what others wrote: they are made again, in their order, when all of that is back.</summary>
    public static bool IsReading(RepairAction action) => action is RepairAction.AskUnit { Verb: UnitVerb.DaemonReload or UnitVerb.Reload } or RepairAction.AskUnit { Verb: UnitVerb.Restart, WasActive: true } or RepairAction.RunProgram { Recreates: true };

    private static bool PutBack(RepairAction.WriteFile write, string mark)
    {
        var path = AtomicFile.Target(write.Path);
        AtomicFile.Clean(path, mark);
        var isBack = AtomicFile.Same(AtomicFile.Read(path), write.Before);
        if (!isBack)
        {
            AtomicFile.Change(path, write.After, write.Before, mark);
        }

        if (write.MakesDirectory && Path.GetDirectoryName(path) is { } directory)
        {
            // It stays when somebody has put something else there. A killed undo may have left it empty.
            _ = WriteCalls.RemoveDirectory(directory);
        }

        return !isBack;
    }

    private static void MakeDirectoryOf(string path)
    {
        if (Path.GetDirectoryName(path) is { } directory && FileCalls.Status(directory) is null)
        {
            Check(WriteCalls.MakeDirectory(directory, DirectoryMode), $"cannot make {directory}");
        }
    }

    private static bool IsOwned(FileStatus status, uint user, uint group) => status.Uid == user && status.Gid == group;

    private static FileStatus Status(string path) => FileCalls.Status(path, follow: false, out var errno) ?? throw StepFailedException.Of($"cannot look at {path}", errno);

    private static void Expect(string what, bool asSeen)
    {
        if (!asSeen)
        {
            throw new StepFailedException($"{what} was changed by somebody else since it was seen");
        }
    }

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw StepFailedException.OfCall(what);
        }
    }
}
