namespace Why502.Diagnosis;

/// <summary>A directory that one user may pass through and nobody else besides: an entry of its access list (acl(5)), not a mode for everybody.</summary>
internal static class SearchFix
{
    public static FixStep Of(PathStep step, string user) => new($"{step.Path} ({step.Owner}:{step.Group} {step.Mode}) stops {user}; this gives search permission for that user alone.", $"setfacl -m u:{Shell.Quote(user)}:x {Shell.Quote(step.Path)}")
    {
        Action = new RepairAction.RunProgram(["setfacl", "-m", $"u:{user}:x", step.Path], step.Acl is null ? ["setfacl", "-b", step.Path] : ["setfacl", "-x", $"u:{user}", step.Path]),
    };
}
