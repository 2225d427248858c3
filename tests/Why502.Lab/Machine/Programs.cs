using Xunit;

namespace Why502.Lab.Machine;

/// <summary>Where the distribution keeps its programs; a missing one skips the scenario with its name.</summary>
public static class Programs
{
    private static readonly string[] Folders = ["/usr/local/sbin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin"];

    public static void Require(params string[] names)
    {
        foreach (var name in names)
        {
            Skip.If(Find(name) is null, $"{name} is not installed");
        }
    }

    /// <summary>The full path of a program whose name may end in a version (php-fpm8.2).</summary>
    public static string? Find(string name) => Folders
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, name))
        .Order(StringComparer.Ordinal)
        .LastOrDefault();
}
