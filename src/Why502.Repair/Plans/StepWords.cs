using System.Globalization;
using Why502.Diagnosis;
using Why502.Host.Machine;

namespace Why502.Repair;

/// <summary>What a step does, disturbs and how it is taken back, for a person.</summary>
internal static class StepWords
{
    private const string PutBack = "why502 fix --undo puts the copy back, byte for byte";

    public static PlannedStep Of(RepairAction action) => action switch
    {
        RepairAction.WriteFile { Before: null } made => new(action, $"make {made.Path}", Disturbance.None, "nothing reads it before the next step", "why502 fix --undo removes it"),
        RepairAction.WriteFile write => new(action, $"write {write.Path}", Disturbance.None, "owner, mode and attributes stay", PutBack),
        RepairAction.SetMode mode => new(action, string.Create(CultureInfo.InvariantCulture, $"set the mode of {mode.Path} to {Octal(mode.After)} (now {Octal(mode.Before)})"), Disturbance.None, "takes effect at once", $"why502 fix --undo sets {Octal(mode.Before)} again"),
        RepairAction.SetOwner owner => new(action, $"give {owner.Path} to {Names(owner.User, owner.Group)} (now {Names(owner.UserBefore, owner.GroupBefore)})", Disturbance.None, "takes effect at once", "why502 fix --undo gives it back"),
        RepairAction.SetKernelParameter parameter => new(action, $"set {parameter.Name} to {parameter.After} (now {parameter.Before})", Disturbance.None, "takes effect at once for the whole machine", $"why502 fix --undo sets {parameter.Before} again"),
        RepairAction.AskUnit { Verb: UnitVerb.DaemonReload } => new(action, "systemctl daemon-reload", Disturbance.None, "systemd reads its units again; none is restarted", "made again by the undo"),
        RepairAction.AskUnit { Verb: UnitVerb.Enable } unit => new(action, $"systemctl enable {unit.Name}", Disturbance.None, "it starts at boot from now on", $"systemctl disable {unit.Name}"),
        RepairAction.AskUnit { Verb: UnitVerb.Reload } unit => new(action, $"systemctl reload {unit.Name}", Disturbance.None, "its workers are replaced as the server does it", "made again by the undo"),
        RepairAction.AskUnit { Verb: UnitVerb.Start } unit => new(action, $"systemctl start {unit.Name}", Disturbance.Restart, "it does not run now: nothing is cut", $"systemctl stop {unit.Name}"),
        RepairAction.AskUnit { WasActive: false } unit => new(action, $"systemctl restart {unit.Name}", Disturbance.Restart, "it does not run now: nothing is cut", null),
        RepairAction.AskUnit unit => new(action, $"systemctl restart {unit.Name}", Disturbance.Restart, "its requests under way are cut", null),
        RepairAction.ReloadNginx => new(action, "have nginx take the configuration on disk", Disturbance.Reload, "requests under way end on the old one", null),
        RepairAction.AllowThroughFilter allow => new(action, $"nft: accept {string.Join(' ', allow.Match)} in {allow.Family} {allow.Table} {allow.Chain}{(allow.Before is null ? ", first" : ", before the rule that refuses it")}", Disturbance.None, "takes effect at once, for nothing else; gone after a boot", "why502 fix --undo deletes that rule"),
        RepairAction.RunProgram { Recreates: true } run => new(action, Shown(run.Command), Disturbance.Restart, "its container is made anew: requests under way are cut; nothing that it wrote outside its volumes is lost, for there is nothing", "made again by the undo"),
        RepairAction.RunProgram { Starts: true } run => new(action, Shown(run.Command), Disturbance.Restart, "it does not run now: nothing is cut", run.Undo is { } stop ? Shown(stop) : null),
        RepairAction.RunProgram run => new(action, Shown(run.Command), Disturbance.None, "takes effect at once", run.Undo is { } undo ? Shown(undo) : null),
        _ => new(action, "a step of another version", Disturbance.None, "not known", null),
    };

    /// <summary>As a person would type it.</summary>
    private static string Shown(IReadOnlyList<string> command) => string.Join(' ', command.Select(Shell.Quote));

    /// <summary>As chown(1) takes it.</summary>
    private static string Names(uint user, uint group)
    {
        var accounts = Accounts.Read();
        return $"{accounts.User(unchecked((int)user))}:{accounts.Group(unchecked((int)group))}";
    }

    private static string Octal(int mode) => "0" + Convert.ToString(mode, 8).PadLeft(3, '0');
}
