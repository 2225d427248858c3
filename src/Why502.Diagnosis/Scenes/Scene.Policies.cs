namespace Why502.Diagnosis;

public sealed partial class Scene
{
    private AccessControlFact policy = new("absent", null, new Dictionary<string, bool>(), null, false, null) { Modules = ["capability"] };

    /// <summary>SELinux enforces, and nginx's workers run in this domain.</summary>
    public Scene Selinux(string domain, params (string Name, bool On)[] booleans)
    {
        policy = policy with { SelinuxMode = "enforcing", Context = $"system_u:system_r:{domain}:s0", Booleans = booleans.ToDictionary(boolean => boolean.Name, boolean => boolean.On) };
        return this;
    }

    /// <summary>Neither SELinux nor AppArmor, and a kernel with these modules.</summary>
    public Scene Modules(params string[] modules)
    {
        policy = policy with { Modules = modules };
        return this;
    }

    /// <summary>nginx was started under a filter of system calls.</summary>
    public Scene FiltersCalls()
    {
        policy = policy with { Seccomp = true };
        return this;
    }

    public Scene AppArmor(string profile)
    {
        policy = policy with { Profile = $"{profile} (enforce)" };
        return this;
    }
}
