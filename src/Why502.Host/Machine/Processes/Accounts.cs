using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Names of users and groups from /etc/passwd and /etc/group; an id that is in neither is its number.</summary>
internal sealed class Accounts(string passwd, string group)
{
    private const int FileBytesMax = 4 * 1024 * 1024;

    private readonly Dictionary<int, string> users = Names(passwd);
    private readonly Dictionary<int, string> groups = Names(group);

    public static Accounts Read()
        => new(FileCalls.ReadText("/etc/passwd", FileBytesMax) ?? "", FileCalls.ReadText("/etc/group", FileBytesMax) ?? "");

    public string User(int uid) => users.TryGetValue(uid, out var name) ? name : unchecked((uint)uid).ToString();

    public string Group(int gid) => groups.TryGetValue(gid, out var name) ? name : unchecked((uint)gid).ToString();

    /// <summary>Groups that list the user as a member (group(5)), by number.</summary>
    public IEnumerable<int> GroupsOf(string user)
        => from line in @group.Split('\n')
           let fields = line.Split(':', 4)
           where fields.Length == 4 && uint.TryParse(fields[2], out _) && fields[3].Split(',').Any(member => member.Trim() == user)
           select unchecked((int)uint.Parse(fields[2]));

    /// <summary>Accounts with a home directory: name, number, directory (passwd(5)).</summary>
    public IEnumerable<(string Name, int Id, string Home)> Homes()
        => from line in passwd.Split('\n')
           let fields = line.Split(':')
           where fields.Length == 7 && fields[5].StartsWith('/') && uint.TryParse(fields[2], out _)
           select (fields[0], unchecked((int)uint.Parse(fields[2])), fields[5].Length > 1 ? fields[5].TrimEnd('/') : "/");

    /// <summary>Both files have the name first and the id third.</summary>
    private static Dictionary<int, string> Names(string text)
    {
        var names = new Dictionary<int, string>();
        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split(':', 4);
            if (fields.Length == 4 && uint.TryParse(fields[2], out var id))
            {
                names.TryAdd(unchecked((int)id), fields[0]);
            }
        }

        return names;
    }
}
