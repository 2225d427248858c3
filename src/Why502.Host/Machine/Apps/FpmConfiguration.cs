using Why502.Diagnosis.Stacks;
using System.Globalization;
using System.IO.Enumeration;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>
/// Reads a PHP-FPM configuration with its includes into pools, by the rules of fpm_conf.c: "$pool" stands for the pool's
/// name, relative paths are under the prefix, and a pool's section may go on in another file.
/// </summary>
internal sealed class FpmConfiguration(string root, string prefix)
{
    private const int FileBytesMax = 1024 * 1024;
    private const int FilesMax = 1000;
    private const int IncludeDepthMax = 8;
    private const int DirectoryNamesMax = 10_000;

    private readonly Dictionary<string, Dictionary<string, Setting>> pools = [];
    private readonly HashSet<string> read = [];
    private string? globalErrorLog;
    private string section = "global";

    private readonly record struct Setting(string Value, string File, int Line);

    /// <summary>Files that could not be read, each with the reason.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Pools of a text that is not this machine's: nothing is included.</summary>
    public static IReadOnlyList<PhpFpmPool> OfText(string text, string file)
    {
        var configuration = new FpmConfiguration("", "/usr");
        foreach (var line in IniLines.Read(text))
        {
            configuration.section = line.Section is "" ? "www" : line.Section;
            if (configuration.section != "global" && line.Key != "include")
            {
                configuration.Keep(configuration.section, line, file);
            }
        }

        return configuration.Pools();
    }

    public IReadOnlyList<PhpFpmPool> Read(string path)
    {
        Read(path, 0);
        return Pools();
    }

    private IReadOnlyList<PhpFpmPool> Pools()
    {
        return [.. pools.Select(pool => PoolOf(pool.Key, pool.Value)).OfType<PhpFpmPool>().OrderBy(pool => pool.Name, StringComparer.Ordinal)];
    }

    private void Read(string path, int depth)
    {
        if (depth > IncludeDepthMax || read.Count >= FilesMax || !read.Add(path))
        {
            return;
        }

        if (FileCalls.Read(root + path, FileBytesMax, out var errno) is not { } bytes)
        {
            Problems.Add($"{path}: {Errno.Words(errno)}");
            return;
        }

        var outer = section;
        foreach (var line in IniLines.Read(System.Text.Encoding.UTF8.GetString(bytes)))
        {
            section = line.Section.Length > 0 ? line.Section : outer;
            if (line.Key == "include")
            {
                foreach (var included in Matching(UnderPrefix(line.Value)))
                {
                    Read(included, depth + 1);
                }
            }
            else if (section == "global")
            {
                globalErrorLog = line.Key == "error_log" ? line.Value : globalErrorLog;
            }
            else
            {
                Keep(section, line, path);
            }
        }
    }

    private void Keep(string pool, IniLine line, string path)
    {
        if (!pools.TryGetValue(pool, out var settings))
        {
            pools[pool] = settings = [];
        }

        settings[line.Key] = new(line.Value.Replace("$pool", pool, StringComparison.Ordinal), path, line.Number);
    }

    /// <summary>glob(3), in the last component only, as every distribution's file has it; sorted.</summary>
    private List<string> Matching(string pattern)
    {
        if (!pattern.AsSpan().ContainsAny('*', '?', '['))
        {
            return [pattern];
        }

        var directory = Path.GetDirectoryName(pattern) ?? "/";
        var names = FileCalls.List(root + directory, DirectoryNamesMax, out var errno);
        if (names is null)
        {
            if (!Errno.IsMissing(errno))
            {
                Problems.Add($"{directory}: {Errno.Words(errno)}");
            }

            return [];
        }

        return [.. names.Where(name => !name.StartsWith('.') && FileSystemName.MatchesSimpleExpression(Path.GetFileName(pattern), name, ignoreCase: false))
            .Order(StringComparer.Ordinal).Select(name => Path.Combine(directory, name))];
    }

    private string UnderPrefix(string path) => path.StartsWith('/') ? path : Path.Combine(prefix, path);

    private PhpFpmPool? PoolOf(string name, Dictionary<string, Setting> settings)
    {
        if (!settings.TryGetValue("listen", out var listen))
        {
            return null;
        }

        string? Text(string key) => settings.TryGetValue(key, out var setting) && setting.Value.Length > 0 ? setting.Value : null;
        int? Number(string key) => int.TryParse(Text(key), out var number) ? number : null;
        return new()
        {
            Name = name,
            File = listen.File,
            ListenLine = listen.Line,
            Listen = ListenForm(listen.Value),
            User = Text("user"),
            ListenOwner = Text("listen.owner"),
            ListenGroup = Text("listen.group"),

            // fpm_unix.c: without owner, group and mode the socket belongs to the master with mode 0660.
            ListenMode = Text("listen.mode") ?? (listen.Value.StartsWith('/') ? "0660" : null),
            Backlog = Number("listen.backlog"),
            AllowedClients = Text("listen.allowed_clients") is { } clients
                ? [.. clients.Split(',', StringSplitOptions.TrimEntries).Select(client => System.Net.IPAddress.TryParse(client, out var address) ? address.ToString() : client)]
                : null,
            ProcessManager = Text("pm"),
            MaxChildren = Number("pm.max_children"),
            StatusPath = Text("pm.status_path"),
            StatusListen = Text("pm.status_listen") is { } statusListen ? ListenForm(statusListen) : null,
            PingPath = Text("ping.path"),
            RequestTerminateTimeout = Duration(Text("request_terminate_timeout")),
            ErrorLog = LogPath(Text("php_admin_value[error_log]")) ?? LogPath(globalErrorLog),
            SlowLog = LogPath(Text("slowlog")),
        };
    }

    private string? LogPath(string? path) => path is null or "syslog" ? null : UnderPrefix(path);

    /// <summary>In nginx's form: a number alone is a port on all addresses.</summary>
    private string ListenForm(string value)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return "*:" + value;
        }

        // fpm_sockets_domain_from_address(): a colon makes it an address, anything else is a path.
        return value.Contains(':') && !value.StartsWith('/') ? value : "unix:" + UnderPrefix(value);
    }

    /// <summary>A number with s, m, h or d; seconds without.</summary>
    internal static TimeSpan? Duration(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var unit = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        return int.TryParse(unit == 0 ? text : text[..^1], out var number) && number >= 0 ? TimeSpan.FromSeconds((long)number * Math.Max(1, unit)) : null;
    }
}
