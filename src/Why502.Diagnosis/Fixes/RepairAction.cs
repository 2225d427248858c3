using System.Text.Json.Serialization;

namespace Why502.Diagnosis;

/// <summary>What <c>systemctl</c> is asked to do with a unit.</summary>
public enum UnitVerb
{
    Start,
    Restart,
    Reload,
    Enable,

    /// <summary>Of systemd itself, after a drop-in was written: units keep running.</summary>
    DaemonReload,
}

/// <summary>
/// What the repair transaction can carry out, with what is needed to take it back: the state seen before. Everything else of a fix is
/// advice. Edits of nginx's own configuration are <see cref="Fix.Edits"/>.
/// </summary>
#pragma warning disable CA1819 // Whole files are handed on by reference.
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(WriteFile), "write-file")]
[JsonDerivedType(typeof(SetMode), "set-mode")]
[JsonDerivedType(typeof(SetOwner), "set-owner")]
[JsonDerivedType(typeof(SetKernelParameter), "set-kernel-parameter")]
[JsonDerivedType(typeof(AskUnit), "ask-unit")]
[JsonDerivedType(typeof(ReloadNginx), "reload-nginx")]
[JsonDerivedType(typeof(RunProgram), "run-program")]
public abstract record RepairAction
{
    private RepairAction()
    {
    }

    /// <summary>A file beside nginx's configuration: a pool, a drop-in, a bundle of certificates.</summary>
    /// <param name="Before">What was read at the diagnosis; null where there is no such file yet.</param>
    public sealed record WriteFile(string Path, byte[]? Before, byte[] After) : RepairAction
    {
        /// <summary>Its directory is not there yet (a unit's first drop-in) and goes with it.</summary>
        public bool MakesDirectory { get; init; }
    }

    /// <summary>chmod(2).</summary>
    /// <param name="Before">Permission bits seen, with set-id and sticky bits.</param>
    public sealed record SetMode(string Path, int Before, int After) : RepairAction;

    /// <summary>chown(2), by number.</summary>
    public sealed record SetOwner(string Path, uint UserBefore, uint GroupBefore, uint User, uint Group) : RepairAction;

    /// <summary>A kernel parameter as it is now, below /proc/sys ("net.core.somaxconn"). That it stays after a boot is a <see cref="WriteFile"/>.</summary>
    public sealed record SetKernelParameter(string Name, string Before, string After) : RepairAction;

    public sealed record AskUnit(string Name, UnitVerb Verb) : RepairAction
    {
        /// <summary>It was running before: then taking back cannot bring the old process back.</summary>
        public bool WasActive { get; init; }
    }

    /// <summary>nginx takes the configuration that is on the disk.</summary>
    public sealed record ReloadNginx : RepairAction;

    /// <summary>A program that was found on the machine, by name, and the run that takes it back; null where none does.</summary>
    public sealed record RunProgram(IReadOnlyList<string> Command, IReadOnlyList<string>? Undo) : RepairAction
    {
        /// <summary>It starts an app that did not run: the app needs a while until it answers.</summary>
        public bool Starts { get; init; }
    }
}
#pragma warning restore CA1819
