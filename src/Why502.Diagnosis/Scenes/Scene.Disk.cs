namespace Why502.Diagnosis;

public sealed partial class Scene
{
    private const string PackageLogPath = "/var/log/dpkg.log";

    private DateTimeOffset configurationModifiedAt = Now.AddDays(-2);
    private ConfigurationTestFact disk = new([]);
    private readonly List<PackageChange> packages = [];

    /// <summary>The file on disk was changed a minute ago, and would load, or stops at this mistake.</summary>
    public Scene ConfigurationChanged(string? mistake = null)
    {
        configurationModifiedAt = Now.AddMinutes(-2);
        disk = new(mistake is null ? [] : [new(ConfigPath, 1, mistake, null)]);
        return this;
    }

    /// <summary>A package was upgraded some minutes ago.</summary>
    public Scene Upgraded(string package, string before, string after, int minutesAgo)
    {
        packages.Add(new(package, before, after, Now.AddMinutes(-minutesAgo), PackageLogPath, 7));
        return this;
    }
}
