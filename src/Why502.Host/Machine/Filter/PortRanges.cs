namespace Why502.Host.Machine;

/// <summary>Ports as "3000" and "3000-3010".</summary>
internal static class PortRanges
{
    private const int Last = 65535;

    /// <summary>All ports but these.</summary>
    public static IReadOnlyList<string> Except(IEnumerable<string> ranges)
    {
        var others = new List<string>();
        var next = 0;
        foreach (var (from, to) in ranges.Select(Parse).OfType<(int From, int To)>().Order())
        {
            if (from > next)
            {
                others.Add(Text(next, from - 1));
            }

            next = Math.Max(next, to + 1);
        }

        if (next <= Last)
        {
            others.Add(Text(next, Last));
        }

        return others;
    }

    public static string Text(int from, int to) => from == to ? $"{from}" : $"{from}-{to}";

    public static (int From, int To)? Parse(string range)
    {
        var dash = range.IndexOf('-');
        return int.TryParse(dash < 0 ? range : range[..dash], out var from) && int.TryParse(dash < 0 ? range : range[(dash + 1)..], out var to) ? (from, to) : null;
    }
}
