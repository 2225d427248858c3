using System.Text;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>
/// One process. What every question needs is read with the table; the rest is read when first asked for and kept, so
/// that all questions of a run speak of the same moment. What may not be read is null.
/// </summary>
internal sealed class ProcessEntry(string procPath, int pid, ProcessStat stat)
{
    private const int CommandLineBytesMax = 128 * 1024;
    private const int StatusBytesMax = 64 * 1024;
    private const int EnvironmentBytesMax = 256 * 1024;
    private const string DeletedMark = " (deleted)";

    private readonly Lazy<IReadOnlyList<string>> arguments = new(() => SplitArguments(FileCalls.Read($"{procPath}/{pid}/cmdline", CommandLineBytesMax) ?? []));
    private readonly Lazy<ProcessIdentity?> identity = new(() => FileCalls.ReadText($"{procPath}/{pid}/status", StatusBytesMax) is { } text ? ProcessIdentity.Parse(text) : null);
    private readonly Lazy<ControlGroup> controlGroup = new(() => ControlGroup.Parse(FileCalls.ReadText($"{procPath}/{pid}/cgroup", StatusBytesMax) ?? ""));
    private readonly Lazy<string?> executable = new(() => FileCalls.ReadLink($"{procPath}/{pid}/exe"));
    private readonly Lazy<string?> networkNamespace = new(() => NamespaceInode(FileCalls.ReadLink($"{procPath}/{pid}/ns/net")));
    private readonly Lazy<string?> mountNamespace = new(() => NamespaceInode(FileCalls.ReadLink($"{procPath}/{pid}/ns/mnt")));

    public int Pid => pid;

    public int ParentPid => stat.ParentPid;

    public string Name => stat.Name;

    public bool IsZombie => stat.State is 'Z' or 'X';

    /// <summary>By a signal or a debugger: it runs no further until it is continued.</summary>
    public bool IsStopped => stat.State is 'T' or 't';

    public long StartTicks => stat.StartTicks;

    /// <summary>/proc/PID.</summary>
    public string Directory { get; } = $"{procPath}/{pid}";

    /// <summary>The arguments, or one string when the program has replaced them by a title.</summary>
    public IReadOnlyList<string> Arguments => arguments.Value;

    /// <summary>The arguments in one line: what ps shows.</summary>
    public string Title => Arguments.Count == 0 ? stat.Name : string.Join(' ', Arguments);

    public ProcessIdentity? Identity => identity.Value;

    public ControlGroup ControlGroup => controlGroup.Value;

    /// <summary>Path of the program, without the mark of a deleted file; null without permission.</summary>
    public string? Executable => executable.Value is { } path && path.EndsWith(DeletedMark, StringComparison.Ordinal) ? path[..^DeletedMark.Length] : executable.Value;

    /// <summary>Inode numbers of the namespaces; null without permission.</summary>
    public string? NetworkNamespace => networkNamespace.Value;

    public string? MountNamespace => mountNamespace.Value;

    public string? WorkingDirectory => FileCalls.ReadLink($"{Directory}/cwd");

    /// <summary>
    /// Values of these variables only: an environment is full of secrets, and the rest of it is never kept. Null when the
    /// environment may not be read.
    /// </summary>
    public Dictionary<string, string>? Environment(params ReadOnlySpan<string> names)
    {
        if (FileCalls.Read($"{Directory}/environ", EnvironmentBytesMax) is not { } bytes)
        {
            return null;
        }

        var found = new Dictionary<string, string>();
        var text = bytes.AsSpan();
        foreach (var range in text.Split((byte)0))
        {
            var entry = text[range];
            foreach (var name in names)
            {
                if (entry.Length > name.Length && entry[name.Length] == '=' && Ascii.Equals(entry[..name.Length], name))
                {
                    found[name] = Encoding.UTF8.GetString(entry[(name.Length + 1)..]);
                }
            }
        }

        return found;
    }

    /// <summary>"4026531840" of "net:[4026531840]".</summary>
    public static string? NamespaceInode(string? link)
    {
        var open = link?.IndexOf('[') ?? -1;
        return open >= 0 && link!.EndsWith(']') ? link[(open + 1)..^1] : null;
    }

    /// <summary>Arguments end with NUL each; a program that sets its title leaves padding of NULs or blanks behind.</summary>
    public static IReadOnlyList<string> SplitArguments(ReadOnlySpan<byte> bytes)
    {
        var used = bytes.TrimEnd("\0 "u8);
        if (used.IsEmpty)
        {
            return [];
        }

        var arguments = new List<string>();
        foreach (var range in used.Split((byte)0))
        {
            arguments.Add(Encoding.UTF8.GetString(used[range]));
        }

        return arguments;
    }
}
