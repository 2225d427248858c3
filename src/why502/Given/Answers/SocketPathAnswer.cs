using Why502.Diagnosis;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>Who may open a socket, from <c>ls -l</c>, <c>namei -l</c>, <c>stat</c> and <c>getfacl</c>. Groups beyond a user's own are not in them, and are taken to be none.</summary>
internal sealed class SocketPathAnswer : IGivenAnswer
{
    /// <summary>
    /// Whom nginx's packages let the workers run as (nginx.org, Debian, Alpine, Arch, Plesk and cPanel), and the compiled default. What belongs to
    /// nobody of these and is closed to others is closed to nginx.
    /// </summary>
    private static readonly HashSet<string> Workers = new(StringComparer.Ordinal) { "www-data", "nginx", "nobody", "nogroup", "http", "www", "apache", "httpd", "psaserv", "web", "wwwrun", "_www" };

    public GivenFact? Answer(Question question, GivenRecords records)
    {
        if (question is not SocketPath { Path: { Length: > 0 } path })
        {
            return null;
        }

        var listed = records.Of<ListedPath>();
        if (listed.FirstOrDefault(row => row.Missing && (row.Path == path || path.StartsWith(row.Path + "/", StringComparison.Ordinal))) is { } missing)
        {
            return new(new SocketPathFact(false, null, [], missing.Path, null, null, null), missing);
        }

        var socket = listed.FirstOrDefault(row => !row.Missing && row.Path == path) ?? listed.FirstOrDefault(row => !row.Missing && row.Kind == 's' && !row.Path.Contains('/') && path.EndsWith("/" + row.Path, StringComparison.Ordinal));
        var above = listed.Where(row => (row.Kind == 'd' || row.Entries.Count > 0) && IsAbove(row.Path, path)).OrderBy(row => row.Path.Length).ToList();
        if (socket is null && Lacking(path, records) is { } lacking)
        {
            return lacking;
        }

        if (socket is null && above.Count == 0)
        {
            return null;
        }

        var steps = above.Select(row => Step(row, path, records.WorkerUser)).ToList();
        if (socket is not null)
        {
            steps.Add(Step(socket, path, records.WorkerUser));
        }

        var blocking = steps.FirstOrDefault(step => step.Allowed == false);
        bool? may = blocking is not null ? false : socket is not null && steps.All(step => step.Allowed == true) && IsWholeWay(path, above) ? true : null;
        var fact = new SocketPathFact(socket is not null, socket is null ? null : KindOf(socket.Kind), steps, null, may, blocking, null) { Unseen = socket is null ? "the listing does not show the socket itself" : null };
        return socket is null && blocking is null ? null : new(fact, socket ?? above[^1]);
    }

    /// <summary>The directory was listed, and the socket is not in it.</summary>
    private static GivenFact? Lacking(string path, GivenRecords records)
    {
        var (directory, name) = (Real(Path.GetDirectoryName(path) ?? ""), Path.GetFileName(path));
        var listing = records.Of<ListedDirectory>().LastOrDefault(listed => Real(listed.Directory) == directory && listed.Covers(name));
        if (listing is null || listing.Names.Contains(name))
        {
            return null;
        }

        // Debian's packages link php-fpm.sock to the newest version's (php-fpm-common, postinst): no socket of its own.
        var others = Sockets(listing).ToList();
        if (others.Count == 0)
        {
            // An app server of another version may keep its sockets one directory above or below.
            others = [.. records.Of<ListedDirectory>().Where(listed => IsNextTo(Real(listed.Directory), directory)).SelectMany(Sockets).Distinct()];
        }

        return new(new SocketPathFact(false, null, [], path, null, null, null) { Neighbour = others is [var only] ? only : null }, listing);
    }

    private static IEnumerable<string> Sockets(ListedDirectory listing)
        => listing.Names.Where(other => IsSocketsName(other) && other != "php-fpm.sock").Distinct().Select(name => $"{listing.Directory}/{name}");

    private static bool IsNextTo(string listed, string directory) => Path.GetDirectoryName(directory) == listed || Path.GetDirectoryName(listed) == directory;

    /// <summary>Filesystem Hierarchy Standard 3.0, 5.13.1: /var/run is /run.</summary>
    private static string Real(string path) => path.StartsWith("/var/run", StringComparison.Ordinal) ? path[4..] : path;

    private static bool IsSocketsName(string name) => name.EndsWith(".sock", StringComparison.Ordinal) || name.EndsWith(".socket", StringComparison.Ordinal);

    /// <summary>Directories that the Filesystem Hierarchy Standard has everybody search; any other one above the socket has to be shown before it is open.</summary>
    private static readonly HashSet<string> Open = new(StringComparer.Ordinal) { "/", "/run", "/tmp", "/var", "/var/run", "/var/lib", "/var/tmp", "/var/www", "/srv", "/opt", "/home", "/usr", "/usr/local", "/dev", "/dev/shm", "/run/php", "/var/run/php" };

    private static bool IsWholeWay(string path, List<ListedPath> above)
    {
        for (var directory = Path.GetDirectoryName(path); directory is { Length: > 0 }; directory = Path.GetDirectoryName(directory))
        {
            if (!Open.Contains(directory) && !above.Any(row => row.Path == directory))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsAbove(string directory, string path) => directory.StartsWith('/') && path.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static PathStep Step(ListedPath row, string path, string? user)
        => new(row.Kind == 's' ? path : row.Path, row.Owner, row.Group, row.Octal, Allowed(row, row.Kind == 'd' || row.Entries.Count > 0 && IsAbove(row.Path, path), user), null);

    /// <summary>path_resolution(7): search permission on directories; connect(2): write permission on the socket.</summary>
    private static bool? Allowed(ListedPath row, bool isDirectory, string? user)
    {
        var bit = isDirectory ? 2 : 1;
        bool Has(int place) => row.Mode.Length == 9 && row.Mode[place * 3 + bit] is not ('-' or 'T' or 'S');
        return user is null ? Has(2) ? true : row.HasAcl || Workers.Contains(row.Owner) || Workers.Contains(row.Group) ? null : false
            : user == "root" ? true
            : row.Entries.Count > 0 ? AllowedByEntries(row, bit, user)
            : user == row.Owner ? Has(0)
            : user == row.Group ? Has(1)
            : Has(2) ? true
            : row.HasAcl ? null
            : false;
    }

    /// <summary>acl(5), access check algorithm: the first kind of entry that fits decides, and all but the owner's and the others' are cut by the mask.</summary>
    private static bool AllowedByEntries(ListedPath row, int bit, string user)
    {
        bool Grants(AclEntry entry) => entry.Mode[bit] != '-';
        var masked = row.Entries.All(entry => entry.Kind != 'm' || Grants(entry));
        var own = row.Entries.FirstOrDefault(entry => entry.Kind == 'u' && entry.Name == user);
        var groups = row.Entries.Where(entry => entry.Kind == 'g' && (entry.Name.Length == 0 ? row.Group : entry.Name) == user).ToList();
        return user == row.Owner ? row.Entries.Any(entry => entry is { Kind: 'u', Name: "" } && Grants(entry))
            : own.Mode is not null ? masked && Grants(own)
            : groups.Count > 0 ? masked && groups.Any(Grants)
            : row.Entries.Any(entry => entry.Kind == 'o' && Grants(entry));
    }

    private static string KindOf(char kind) => kind switch
    {
        's' => "socket",
        'd' => "directory",
        'l' => "symlink",
        '-' => "file",
        _ => "other",
    };
}
