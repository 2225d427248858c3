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
[JsonDerivedType(typeof(AllowThroughFilter), "allow-through-filter")]
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

    /// <summary>
    /// Settings of an ini file (a pool, a drop-in, sysctl.d), each in the place where it stands or at its section's end; the rest stays as it is.
    /// An intention: the plan reads the file and makes it a <see cref="WriteFile"/>, so that no record of a diagnosis holds the file.
    /// </summary>
    public sealed record EditSettings(string Path, IReadOnlyList<IniSetting> Settings) : RepairAction;

    /// <summary>
    /// An option in the command of a service, by a drop-in that has the unit's command with it. An intention: the plan reads the unit and makes it a
    /// <see cref="WriteFile"/>; nothing where the command is no plain one, or where another drop-in may have changed it.
    /// </summary>
    /// <param name="Unit">shop.service</param>
    /// <param name="Fragment">The unit's own file.</param>
    /// <param name="DropIn">The drop-in that is to be made.</param>
    /// <param name="Option">With its dashes.</param>
    public sealed record EditCommand(string Unit, string Fragment, string DropIn, string Option, string Value) : RepairAction;

    /// <summary>
    /// One address more that a service's command listens on, by a drop-in that has the unit's command with it. An intention as <see cref="EditCommand"/>; nothing
    /// where the command does not say the old address once, as the value of an option that may be given again.
    /// </summary>
    /// <param name="Unit">shop.service</param>
    /// <param name="Fragment">The unit's own file.</param>
    /// <param name="DropIn">The drop-in that is to be made.</param>
    /// <param name="Port">Listened on at 127.0.0.1 or localhost.</param>
    /// <param name="Also">The whole new address: "172.18.0.1:8000".</param>
    public sealed record ListenAlso(string Unit, string Fragment, string DropIn, int Port, string Also) : RepairAction;

    /// <summary>
    /// One place of a compose file, and its service's container made anew from it. An intention: the plan reads the file and makes it a <see cref="WriteFile"/> and a
    /// <see cref="RunProgram"/>; nothing where the file is written so that a person should edit it, or has changes that the container does not have yet.
    /// </summary>
    /// <param name="Files">All that the container was made from, in their order: the last one that says the thing is edited.</param>
    /// <param name="Project">Of compose.</param>
    /// <param name="MadeAt">When the container was made.</param>
    public sealed record EditCompose(IReadOnlyList<string> Files, string Project, string Service, DateTimeOffset MadeAt) : RepairAction
    {
        /// <summary>A port to publish: "127.0.0.1:3000:3000"; null for none.</summary>
        public string? Publish { get; init; }

        /// <summary>The port whose listener is to take all addresses of the container, where the service's command names loopback; null for none.</summary>
        public int? ListenOnAll { get; init; }
    }

    /// <summary>Owner, group and mode of what is there. An intention: the plan looks and makes it <see cref="SetOwner"/> and <see cref="SetMode"/>.</summary>
    /// <param name="User">Null keeps it; likewise the others.</param>
    public sealed record Give(string Path, uint? User, uint? Group, int? Mode) : RepairAction
    {
        /// <summary>The directories below it get the same owner and group: nginx's levels of temp files. Their modes and the files in them stay.</summary>
        public bool WithDirectories { get; init; }
    }

    /// <summary>A kernel parameter that is to have at least this value. An intention: the plan reads it and makes it <see cref="SetKernelParameter"/>.</summary>
    public sealed record Raise(string Name, long AtLeast) : RepairAction;

    public sealed record AskUnit(string Name, UnitVerb Verb) : RepairAction
    {
        /// <summary>It was running before: then taking back cannot bring the old process back.</summary>
        public bool WasActive { get; init; }
    }

    /// <summary>nginx takes the configuration that is on the disk.</summary>
    public sealed record ReloadNginx : RepairAction;

    /// <summary>An nftables rule that accepts, before the one that refuses. It carries the repair's mark as its comment, by which it is found again.</summary>
    /// <param name="Family">ip, ip6, inet …</param>
    /// <param name="Before">Handle of the rule that refuses; null where the chain's policy does: then it stands first.</param>
    /// <param name="Match">What is let through: "ip daddr 10.0.0.8 tcp dport 3000" in words.</param>
    public sealed record AllowThroughFilter(string Family, string Table, string Chain, long? Before, IReadOnlyList<string> Match) : RepairAction;

    /// <summary>A program that was found on the machine, by name, and the run that takes it back; null where none does.</summary>
    public sealed record RunProgram(IReadOnlyList<string> Command, IReadOnlyList<string>? Undo) : RepairAction
    {
        /// <summary>It starts an app that did not run: the app needs a while until it answers.</summary>
        public bool Starts { get; init; }

        /// <summary>It makes something anew from a file as it is then: taken back by being run again, when the file is back.</summary>
        public bool Recreates { get; init; }
    }
}

/// <summary>One setting of an ini file.</summary>
/// <param name="Section">Without brackets; empty where the file has none.</param>
/// <param name="MustBeThere">It is changed only where it stands: elsewhere another file decides.</param>
public sealed record IniSetting(string Section, string Key, string Value, bool MustBeThere = false);
#pragma warning restore CA1819
