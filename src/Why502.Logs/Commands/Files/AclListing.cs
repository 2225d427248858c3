namespace Why502.Logs.Commands;

/// <summary>An entry of a file's access control list.</summary>
/// <param name="Kind">u, g, m or o: user, group, mask, other.</param>
/// <param name="Name">Empty for the owner, the owning group, the mask and the others.</param>
/// <param name="Mode">Three letters, such as "rw-".</param>
public readonly record struct AclEntry(char Kind, string Name, string Mode);

/// <summary><c>getfacl</c> (acl's getfacl.c): a head of comments for each file, and an entry a line.</summary>
public sealed class AclListing : ICommandReader
{
    private const string File = "# file: ";

    public string Command => "getfacl";

    public bool Looks(PastedText text) => text.Any(IsFile) && text.Any(line => EntryOf(line) is { Kind: 'u', Name: "" });

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        ListedPath? current = null;
        var entries = new List<AclEntry>();
        foreach (var line in text.Lines)
        {
            if (IsFile(line.Text))
            {
                if (Whole(current, entries) is { } before)
                {
                    yield return before;
                }

                // The leading slash is left out unless -p asks for it; who asks by a relative path says where he is in no line.
                var path = line.Text.Trim()[File.Length..].Trim();
                current = new ListedPath(path.StartsWith('/') ? path : "/" + path, 's', "", "", "", true, false) { Line = line.Number };
                entries = [];
            }
            else if (current is not null && line.Text.StartsWith("# owner: ", StringComparison.Ordinal))
            {
                current = current with { Owner = line.Text["# owner: ".Length..].Trim() };
            }
            else if (current is not null && line.Text.StartsWith("# group: ", StringComparison.Ordinal))
            {
                current = current with { Group = line.Text["# group: ".Length..].Trim() };
            }
            else if (current is not null && EntryOf(line.Text) is { } entry)
            {
                entries.Add(entry);
            }
        }

        if (Whole(current, entries) is { } last)
        {
            yield return last;
        }
    }

    private static bool IsFile(string line) => line.TrimStart().StartsWith(File, StringComparison.Ordinal);

    private static ListedPath? Whole(ListedPath? row, List<AclEntry> entries)
    {
        string? Mode(char kind) => entries.Where(entry => entry.Kind == kind && entry.Name.Length == 0).Select(entry => entry.Mode).FirstOrDefault();

        // chmod(1) and ls(1) show the mask in the group's place.
        return row is not null && Mode('u') is { } user && Mode('g') is { } group && Mode('o') is { } other
            ? row with { Mode = user + (Mode('m') ?? group) + other, HasAcl = entries.Count > 3, Entries = entries }
            : null;
    }

    /// <summary><c>user:nginx:rw-</c>, and <c>user:nginx:rw-	#effective:r--</c> where the mask takes some away.</summary>
    private static AclEntry? EntryOf(string line)
    {
        var comment = line.IndexOf('#');
        var parts = (comment > 0 ? line[..comment] : line).Trim().Split(':');
        return parts is [var kind, var name, { Length: 3 } mode] && kind is "user" or "group" or "mask" or "other" && mode.AsSpan().IndexOfAnyExcept("rwx-") < 0 ? new(kind[0], name, mode) : null;
    }
}
