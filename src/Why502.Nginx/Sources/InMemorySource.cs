using System.Text;

namespace Why502.Nginx;

/// <summary>A configuration held in memory: a dump, a bundle or a test. Paths are matched as written.</summary>
public sealed class InMemorySource : IConfigurationSource
{
    private readonly Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
    private string[]? sorted;

    public InMemorySource()
    {
    }

    public InMemorySource(IEnumerable<KeyValuePair<string, byte[]>> contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        foreach (var (path, content) in contents)
        {
            files[path] = content;
        }
    }

    public IReadOnlyCollection<string> Paths => files.Keys;

    public InMemorySource Add(string path, byte[] content)
    {
        files[path] = content;
        sorted = null;
        return this;
    }

    public InMemorySource Add(string path, string content) => Add(path, Encoding.UTF8.GetBytes(content));

    public SourceFile Read(string path) => files.TryGetValue(path, out var content)
        ? new SourceFile(path, content, null)
        : new SourceFile(path, null, "(2: No such file or directory)");

    public IReadOnlyList<string> Glob(string pattern)
    {
        sorted ??= SortedPaths();
        var glob = new GlobPattern(pattern);
        return sorted.Where(glob.Matches).ToList();
    }

    private string[] SortedPaths()
    {
        var paths = files.Keys.ToArray();
        // nginx never calls setlocale, so glob(3) sorts in the C locale.
        Array.Sort(paths, string.CompareOrdinal);
        return paths;
    }
}
