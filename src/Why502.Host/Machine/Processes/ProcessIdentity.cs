namespace Why502.Host.Machine;

/// <summary>Effective ids of a process and its supplementary groups, from /proc/PID/status.</summary>
internal sealed record ProcessIdentity(int Uid, int Gid, IReadOnlyList<int> Groups)
{
    public static ProcessIdentity? Parse(string status)
    {
        int? uid = null;
        int? gid = null;
        List<int> groups = [];
        foreach (var line in status.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("Uid:"))
            {
                uid = Effective(line[4..]);
            }
            else if (line.StartsWith("Gid:"))
            {
                gid = Effective(line[4..]);
            }
            else if (line.StartsWith("Groups:"))
            {
                groups = Numbers(line[7..]);
            }
        }

        return uid is { } u && gid is { } g ? new(u, g, groups) : null;
    }

    /// <summary>The line gives real, effective, saved and file-system id; permission checks use the last, which follows the second.</summary>
    private static int? Effective(ReadOnlySpan<char> line) => Numbers(line) is { Count: >= 2 } ids ? ids[1] : null;

    private static List<int> Numbers(ReadOnlySpan<char> text)
    {
        var numbers = new List<int>();
        foreach (var range in text.SplitAny(' ', '\t'))
        {
            // Ids are unsigned: 4294967294 is a real group. They stay distinct when they wrap.
            if (uint.TryParse(text[range], out var number))
            {
                numbers.Add(unchecked((int)number));
            }
        }

        return numbers;
    }
}
