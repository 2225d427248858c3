using System.IO.Enumeration;
using Why502.Diagnosis.Stacks;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>A setting of supervisord, with the file it stands in.</summary>
internal readonly record struct SupervisorSetting(string Value, string File, int Line);

/// <summary>Reads supervisord's configuration with its includes into sections (supervisor/options.py, UnhosedConfigParser).</summary>
internal sealed class SupervisorConfiguration
{
    private const int FileBytesMax = 1024 * 1024;
    private const int FilesMax = 1000;
    private const int DirectoryNamesMax = 10_000;

    private readonly Dictionary<string, Dictionary<string, SupervisorSetting>> sections = [];

    private SupervisorConfiguration(string path) => Directory = Path.GetDirectoryName(path) ?? "/";

    public string Directory { get; }

    public IEnumerable<string> Sections => sections.Keys;

    /// <summary>Null where it cannot be read.</summary>
    public static SupervisorConfiguration? Read(string path)
    {
        var configuration = new SupervisorConfiguration(path);
        if (FileCalls.ReadText(path, FileBytesMax) is not { } text)
        {
            return null;
        }

        configuration.Keep(text, path);

        // Includes are globs relative to the main file, and include nothing themselves.
        foreach (var pattern in (configuration.Find("include", "files")?.Value ?? "").Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var file in configuration.Matching(pattern).Take(FilesMax))
            {
                configuration.Keep(FileCalls.ReadText(file, FileBytesMax) ?? "", file);
            }
        }

        return configuration;
    }

    public SupervisorSetting? Find(string section, string key)
        => sections.TryGetValue(section, out var settings) && settings.TryGetValue(key, out var setting) ? setting : null;

    /// <summary>A path of the configuration: under its directory, and <c>%(here)s</c> is that directory.</summary>
    public string FullPath(string path) => LaunchPaths.FullPath(path.Replace("%(here)s", Directory, StringComparison.Ordinal), Directory);

    private void Keep(string text, string file)
    {
        foreach (var line in IniLines.Read(text))
        {
            if (!sections.TryGetValue(line.Section, out var settings))
            {
                sections[line.Section] = settings = [];
            }

            settings[line.Key] = new(line.Value, file, line.Number);
        }
    }

    private IEnumerable<string> Matching(string pattern)
    {
        var full = FullPath(pattern);
        if (!full.AsSpan().ContainsAny('*', '?', '['))
        {
            return [full];
        }

        var directory = Path.GetDirectoryName(full) ?? "/";
        return (FileCalls.List(directory, DirectoryNamesMax, out _) ?? [])
            .Where(name => FileSystemName.MatchesSimpleExpression(Path.GetFileName(full), name, ignoreCase: false)).Order(StringComparer.Ordinal).Select(name => Path.Combine(directory, name));
    }
}
