namespace Why502.Nginx.Checks;

/// <summary>Which nginx the configuration is for: its version and, where its build is known, what is compiled in.</summary>
public sealed class NginxFacts
{
    private readonly IReadOnlyDictionary<string, string>? options;

    /// <param name="options">The arguments of configure without <c>--</c>, with their values; null when the build is unknown.</param>
    public NginxFacts(Version version, IReadOnlyDictionary<string, string>? options = null)
    {
        Version = version;
        this.options = options;
    }

    /// <summary>The newest nginx the table of directives knows, with everything in it.</summary>
    public static NginxFacts Newest { get; } = new(new Version(1, 31, 0));

    public Version Version { get; }

    /// <summary>Directives of later versions that this build has nevertheless: distributions bring security fixes, and their directives, back to old versions.</summary>
    public IReadOnlySet<string> Backports { get; init; } = new HashSet<string>();

    /// <summary>What is compiled in is known; else every module is taken to be there.</summary>
    public bool IsBuildKnown => options is not null;

    /// <summary>The value of an argument of configure, empty for one without a value; null when it was not given or is not known.</summary>
    public string? Option(string name) => options?.GetValueOrDefault(name);
}
