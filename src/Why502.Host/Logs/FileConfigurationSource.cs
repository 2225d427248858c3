using System.Runtime.InteropServices;
using System.Text;
using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Nginx;

namespace Why502.Host.Logs;

/// <summary>nginx's configuration on this machine's disk, within limits, remembering everything that was asked for.</summary>
public sealed class FileConfigurationSource(CancellationToken cancellation) : IConfigurationSource
{
    private const int FilesMax = 50_000;
    private const int GlobEntriesMax = 100_000;

    private readonly Dictionary<string, ConfigurationTextFile> files = new(StringComparer.Ordinal);
    private readonly List<ConfigurationTextFile> inOrder = [];
    private readonly Dictionary<string, DateTimeOffset?> linkTimes = new(StringComparer.Ordinal);
    private long total;

    /// <summary>The largest maps and generated server lists are a few megabytes.</summary>
    public int FileBytesMax { get; init; } = 16 << 20;

    public long TotalBytesMax { get; init; } = 128L << 20;

    /// <summary>The root directory in which paths are meant: that of an nginx in a container, or our own.</summary>
    internal RootedPath Root { get; init; } = RootedPath.Own;

    public IReadOnlyList<ConfigurationTextFile> Files => inOrder;

    public SourceFile Read(string path)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!files.TryGetValue(path, out var file))
        {
            file = ReadOnce(path);
            files.Add(path, file);
            inOrder.Add(file);
        }

        return new(path, file.Content, file.Problem);
    }

    public IReadOnlyList<string> Glob(string pattern)
    {
        cancellation.ThrowIfCancellationRequested();
        IEnumerable<string> found = [pattern.StartsWith('/') ? "/" : ""];
        var parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var (part, isLast) = (parts[i], i == parts.Length - 1);
            found = GlobPattern.IsGlob(part)
                ? found.SelectMany(directory => Matching(directory, part, isLast))
                : found.Select(directory => Path.Combine(directory, Unescaped(part))).Where(path => Exists(path, isLast));
        }

        // glob(3) sorts the whole paths, and nginx never calls setlocale: by bytes.
        var paths = found.Take(GlobEntriesMax).Select(path => (Path: path, Bytes: Encoding.UTF8.GetBytes(path))).ToList();
        paths.Sort((a, b) => a.Bytes.AsSpan().SequenceCompareTo(b.Bytes));
        return [.. paths.Select(path => path.Path)];
    }

    private ConfigurationTextFile ReadOnce(string path)
    {
        if (inOrder.Count >= FilesMax)
        {
            return Failed(path, $"(more than {FilesMax} files are included)");
        }

        using var file = PlainFile.Open(Opened(path), out var reason, out var errno);
        if (file is null)
        {
            errno = errno == 0 && FileCalls.Status(Opened(path)) is { IsDirectory: true } ? Errno.IsDirectory : errno;
            return Failed(path, errno == 0 ? $"({reason})" : $"({errno}: {Marshal.GetPInvokeErrorMessage(errno)})");
        }

        if (file.Status.Size > FileBytesMax || total + file.Status.Size > TotalBytesMax)
        {
            return Failed(path, $"(it has {file.Status.Size} bytes: more than is read of a configuration)");
        }

        // One byte more than its size tells whether it grows while it is read: the larger content is taken then, up to the limit.
        var content = new byte[Math.Max(file.Status.Size + 1, 4096)];
        var length = 0;
        int count;
        while ((count = file.Read(length, content.AsSpan(length))) > 0)
        {
            length += count;
            if (length == content.Length && length <= FileBytesMax)
            {
                Array.Resize(ref content, length * 2);
            }
        }

        total += length;
        return new(path, content[..length], null, LinkedAt(path) is { } linked && linked > file.Status.ModifiedAt ? linked : file.Status.ModifiedAt);
    }

    /// <summary>
    /// When the newest symbolic link on the way to a file was made: a link that points elsewhere (sites-enabled, the current release) changes the configuration as an
    /// edit does, and the file that it leads to is as old as it was.
    /// </summary>
    private DateTimeOffset? LinkedAt(string path)
    {
        if (path.Length < 2)
        {
            return null;
        }

        if (!linkTimes.TryGetValue(path, out var newest))
        {
            newest = LinkedAt(Path.GetDirectoryName(path) ?? "");
            if (FileCalls.Status(Opened(path), follow: false, out _) is { IsSymlink: true } link && !(link.ModifiedAt < newest))
            {
                newest = link.ModifiedAt;
            }

            linkTimes.Add(path, newest);
        }

        return newest;
    }

    private IEnumerable<string> Matching(string directory, string part, bool isLast)
    {
        List<string> names;
        try
        {
            names = [.. new DirectoryInfo(directory.Length == 0 ? "." : Opened(directory)).EnumerateFileSystemInfos().Take(GlobEntriesMax).Select(entry => entry.Name)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // glob(3) without GLOB_ERR passes over what it cannot list.
            return [];
        }

        return names.Where(name => GlobPattern.MatchesName(part, name)).Select(name => Path.Combine(directory, name)).Where(path => Exists(path, isLast));
    }

    private bool Exists(string path, bool isLast)
        => FileCalls.Status(Opened(path)) is { } status ? isLast || status.IsDirectory : isLast && new FileInfo(path).LinkTarget is not null;

    /// <summary>A link that leads nowhere stays what it is: opening it says so.</summary>
    private string Opened(string path) => Root.Resolve(path) ?? path;

    private static string Unescaped(string part) => part.Replace("\\", "", StringComparison.Ordinal);

    private static ConfigurationTextFile Failed(string path, string problem) => new(path, null, problem, null);
}
