using System.Buffers;

namespace Why502.Logs.Commands;

/// <summary>A file as <c>ls -l</c>, <c>namei -l</c> or <c>stat</c> shows it.</summary>
/// <param name="Path">As printed; a name alone where the directory is not known.</param>
/// <param name="Kind">The letter of its type: s, d, -, l.</param>
/// <param name="Mode">Nine letters, such as "rw-rw----".</param>
/// <param name="Missing">The tool says that there is no such file.</param>
public sealed record ListedPath(string Path, char Kind, string Mode, string Owner, string Group, bool HasAcl, bool Missing) : CommandRecord
{
    /// <summary>The entries that <c>getfacl</c> lists; empty where only the mode was shown.</summary>
    public IReadOnlyList<AclEntry> Entries { get; init; } = [];

    /// <summary>The context of <c>ls -Z</c>.</summary>
    public string? Context { get; init; }

    /// <summary>Mode in octal: "0660".</summary>
    public string Octal
    {
        get
        {
            var bits = 0;
            for (var i = 0; i < Mode.Length && i < 9; i++)
            {
                bits = (bits << 1) | (Mode[i] is '-' or 'S' or 'T' ? 0 : 1);
            }

            return Convert.ToString(bits, 8).PadLeft(4, '0');
        }
    }
}

/// <summary><c>ls -l</c> (also <c>-la</c>, <c>-lZ</c>, <c>-ld</c>), <c>namei -l</c> (util-linux) and <c>stat</c> (coreutils).</summary>
public sealed class PathListing : ICommandReader
{
    private static readonly SearchValues<char> ModeLetters = SearchValues.Create("rwxsStT-");

    private const string Missing = "No such file or directory";

    public string Command => "ls -la";

    public bool Looks(PastedText text) => text.Any(line => OfMode(new(1, line), "") is not null || OfStatMode(line) is not null || (OfMissing(new(1, line)) is not null));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var directory = text.Program == "ls" ? DirectoryOf(text.Command!) : "";
        var (walk, name) = ("", "");
        var kind = '-';
        foreach (var line in text.Lines)
        {
            var trimmed = line.Text.Trim();
            if (trimmed.StartsWith("f: /", StringComparison.Ordinal))
            {
                // namei: the path, then a line for each of its components.
                (walk, directory) = ("/", "");
            }
            else if (trimmed.EndsWith(':') && trimmed.StartsWith('/') && !trimmed.Contains(' '))
            {
                directory = trimmed.TrimEnd(':').TrimEnd('/') + "/";
            }
            else if (trimmed.StartsWith("File: ", StringComparison.Ordinal))
            {
                name = trimmed[6..].Split(" -> ")[0].Trim('\'', '`', '"', '‘', '’');
            }
            else if (name.Length > 0 && trimmed.StartsWith("Size: ", StringComparison.Ordinal))
            {
                kind = trimmed.EndsWith("socket", StringComparison.Ordinal) ? 's' : trimmed.EndsWith("directory", StringComparison.Ordinal) ? 'd' : '-';
            }
            else if (name.Length > 0 && OfStatMode(line.Text) is { } stat)
            {
                yield return stat with { Path = name, Kind = stat.Kind == '?' ? kind : stat.Kind, Line = line.Number };
                name = "";
            }
            else if (OfMode(line, directory) is { } listed)
            {
                if (walk.Length > 0 && !listed.Path.StartsWith('/'))
                {
                    walk = walk.TrimEnd('/') + "/" + listed.Path;
                    listed = listed with { Path = walk };
                }

                yield return listed;
            }
            else if (OfMissing(line) is { } missing)
            {
                yield return missing;
            }
        }
    }

    /// <summary>Whether a line is a row of <c>ls -l</c>.</summary>
    internal static bool IsRow(PastedLine line) => OfMode(line, "") is not null;

    /// <summary><c>srw-rw----. 1 www-data www-data 0 Aug 14 09:00 app.sock</c>; namei has no link count, size and date.</summary>
    private static ListedPath? OfMode(PastedLine line, string directory)
    {
        var words = line.Words;
        if (words.Length < 4 || words[0].Length is < 10 or > 11 || !"sd-lpbc".Contains(words[0][0]) || words[0].AsSpan(1, 9).ContainsAnyExcept(ModeLetters))
        {
            return null;
        }

        var links = words[1].All(char.IsAsciiDigit) ? 1 : 0;
        var owner = 1 + links;
        if (words.Length < owner + 3)
        {
            return null;
        }

        var context = words.Skip(owner + 2).Take(2).FirstOrDefault(word => word.Count(letter => letter == ':') >= 3);
        var arrow = Array.IndexOf(words, "->");
        var name = words[(arrow > 0 ? arrow : words.Length) - 1];
        var path = name.StartsWith('/') ? name
            : directory.Length == 0 ? name
            : name == "." ? directory.TrimEnd('/')
            : name == ".." ? System.IO.Path.GetDirectoryName(directory.TrimEnd('/')) ?? "/"
            : directory + name;
        return new(path, words[0][0], words[0].Substring(1, 9), words[owner], words[owner + 1], words[0].EndsWith('+'), false) { Line = line.Number, Context = context };
    }

    /// <summary><c>Access: (0660/srw-rw----)  Uid: (   33/www-data)   Gid: (   33/www-data)</c></summary>
    private static ListedPath? OfStatMode(string line)
        => TextScan.Between(line, "Access: (", ")") is { } mode && mode.IndexOf('/') is > 0 and var slash && mode.Length - slash - 1 == 10
            && TextScan.Between(line, "Uid: (", ")") is { } owner && TextScan.Between(line, "Gid: (", ")") is { } group
            ? new("", mode[slash + 1], mode[(slash + 2)..], owner[(owner.IndexOf('/') + 1)..].Trim(), group[(group.IndexOf('/') + 1)..].Trim(), false, false)
            : null;

    /// <summary><c>ls: cannot access '/run/app.sock': No such file or directory</c>; <c>stat: cannot statx …</c>; BusyBox: <c>ls: /run/app.sock: No such …</c></summary>
    private static ListedPath? OfMissing(PastedLine line)
    {
        var text = line.Text.Trim();
        if (!text.EndsWith(Missing, StringComparison.Ordinal) || !(text.StartsWith("ls: ", StringComparison.Ordinal) || text.StartsWith("stat: ", StringComparison.Ordinal) || text.StartsWith("namei: ", StringComparison.Ordinal)))
        {
            return null;
        }

        var slash = text.IndexOf('/');
        var end = text.Length - Missing.Length - 2;
        return slash < 0 || end <= slash ? null : new(text[slash..end].TrimEnd('\'', '"', '’', ':', ' '), '?', "", "", "", false, true) { Line = line.Number };
    }

    private static string DirectoryOf(string command)
        => command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).LastOrDefault(word => !word.StartsWith('-')) is { } path && path.StartsWith('/') && (path.EndsWith('/') || !System.IO.Path.GetFileName(path).Contains('.'))
            ? path.TrimEnd('/') + "/"
            : "";
}
