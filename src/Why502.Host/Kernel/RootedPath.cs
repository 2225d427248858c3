namespace Why502.Host.Kernel;

/// <summary>
/// Paths as another process means them. Below <c>/proc/PID/root</c> the kernel follows an absolute symbolic link to our own root and not to
/// that process's (path_resolution(7), proc_pid_root(5)); so links are followed here, one by one.
/// </summary>
internal sealed class RootedPath
{
    /// <summary>MAXSYMLINKS of the kernel.</summary>
    private const int LinksMax = 40;

    private const int ComponentsMax = 4096;

    private readonly string root;

    private RootedPath(string root) => this.root = root;

    public static RootedPath Own { get; } = new("");

    public static RootedPath Of(int pid, string procPath = "/proc") => pid == 0 ? Own : new($"{procPath}/{pid}/root");

    /// <summary>Whether this is our own root, where the kernel itself resolves rightly.</summary>
    public bool IsOwn => root.Length == 0;

    /// <summary>
    /// The path that opens the file from here, with every link followed; a component that does not exist, and what is behind it, stay as they are.
    /// Null when the links go in a circle.
    /// </summary>
    public string? Resolve(string path) => IsOwn ? path : Follow(path) is { } inside ? root + inside : null;

    /// <summary>What such a path is called by the process itself.</summary>
    public string Seen(string path) => !IsOwn && path.StartsWith(root + "/", StringComparison.Ordinal) ? path[root.Length..] : path;

    /// <summary>The path inside the root, without links.</summary>
    public string? Follow(string path)
    {
        var ahead = new Stack<string>();
        Push(ahead, path);
        var current = new List<string>();
        var links = 0;
        while (ahead.TryPop(out var name))
        {
            if (name == "..")
            {
                current.RemoveRange(Math.Max(0, current.Count - 1), Math.Min(1, current.Count));
                continue;
            }

            current.Add(name);
            if (FileCalls.ReadLink(root + "/" + string.Join('/', current)) is { } target && !IsMagic(current))
            {
                if (++links > LinksMax)
                {
                    return null;
                }

                current.RemoveAt(current.Count - 1);
                if (target.StartsWith('/'))
                {
                    current.Clear();
                }

                Push(ahead, target);
            }
        }

        return "/" + string.Join('/', current);
    }

    /// <summary>Links of /proc/PID lead where no path does, and read as words.</summary>
    private static bool IsMagic(List<string> current) => current is ["proc", _, "fd", _] or ["proc", _, "root" or "cwd" or "exe"];

    private static void Push(Stack<string> ahead, string path)
    {
        foreach (var name in Enumerable.Reverse(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Take(ComponentsMax).ToList()))
        {
            if (name != ".")
            {
                ahead.Push(name);
            }
        }
    }
}
