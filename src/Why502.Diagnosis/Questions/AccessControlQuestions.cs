namespace Why502.Diagnosis;

/// <summary>Which security policies confine a process, and how they label a path.</summary>
/// <param name="Pid">A worker of nginx.</param>
/// <param name="Path">A unix socket whose label is read; empty for none.</param>
public sealed record AccessControl(int Pid, string Path) : Question<AccessControlFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "security policies over nginx (SELinux, AppArmor, seccomp)";

    public override string WouldTell => "whether a policy may forbid nginx to connect";
}

/// <param name="SelinuxMode">enforcing, permissive, disabled where a tool says so, or absent.</param>
/// <param name="Context">The process's SELinux context, such as "system_u:system_r:httpd_t:s0".</param>
/// <param name="Booleans">Those of the policy's booleans that concern a web server's connections.</param>
/// <param name="Profile">AppArmor's profile with its mode, "nginx (enforce)"; "unconfined"; null without AppArmor.</param>
/// <param name="Seccomp">The process has a system-call filter; null when it could not be read.</param>
/// <param name="PathContext">Label of the path asked for.</param>
public sealed record AccessControlFact(string SelinuxMode, string? Context, IReadOnlyDictionary<string, bool> Booleans, string? Profile, bool? Seccomp, string? PathContext) : Fact
{
    /// <summary>The type in the context: httpd_t.</summary>
    public string? Domain => Context?.Split(':') is [_, _, var type, ..] ? type : null;

    /// <summary>The kernel's security modules as /sys/kernel/security/lsm lists them; null where that could not be read.</summary>
    public IReadOnlyList<string>? Modules { get; init; }

    /// <summary>Rules that a process is put under when it is started, and that nothing in /proc shows (landlock(7), BPF LSM).</summary>
    public bool MayBeSandboxed => Modules is null || Modules.Any(module => module is "landlock" or "bpf");

    /// <summary>SELinux is there to be told something.</summary>
    public bool HasSelinux => SelinuxMode is "enforcing" or "permissive";

    public bool IsConfinedBySelinux => SelinuxMode == "enforcing" && Domain is not (null or "unconfined_t" or "unconfined_service_t" or "initrc_t");

    public bool IsConfinedByAppArmor => Profile is { } profile && profile.EndsWith("(enforce)", StringComparison.Ordinal);
}
