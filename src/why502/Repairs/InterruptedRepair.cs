using Why502.Repair;

namespace Why502.Cli.Repairs;

/// <summary>A repair that was killed leaves part of its change behind: whoever looks at the machine next is told, whatever was asked.</summary>
internal static class InterruptedRepair
{
    public static void Tell(Terminal terminal)
    {
        var store = RepairStore.OfThisUser();
        if (store.Unfinished() is [var repair, ..] && !store.IsLocked())
        {
            terminal.Complain($"the repair {repair.Id} ({repair.Plan.Cause}) was interrupted, and part of its change may be in place. Take it back: why502 fix --recover");
        }
    }
}
