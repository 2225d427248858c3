using Why502.Reports;

namespace Why502.Cli.Traffic;

/// <summary>A table on a terminal: a name, and numbers at the right. What does not fit beside the name is left out, the last column first, as far as they are marked for it.</summary>
/// <param name="heads">Of the numbers.</param>
/// <param name="keep">So many columns always stay.</param>
internal sealed class TableLines(IReadOnlyList<string> heads, int keep)
{
    private const int NameMin = 20;
    private const int NameMax = 60;
    private const string Margin = "  ";

    private readonly List<(string Name, IReadOnlyList<string> Cells, Ink Ink, string Bar)> rows = [];

    public void Add(string name, IReadOnlyList<string> cells, Ink ink = Ink.Plain, string bar = "") => rows.Add((name, cells, ink, bar));

    public void Write(Page page)
    {
        int[] widths = [.. heads.Select((head, column) => rows.Max(row => Math.Max(row.Cells[column].Length, head.Length)))];
        var longest = Math.Clamp(rows.Max(row => row.Name.Length), 1, NameMax);
        var bar = rows.Max(row => row.Bar.Length);
        var room = page.Width - Margin.Length;
        var shown = heads.Count;
        while (shown > keep && Math.Min(longest, NameMin) + Taken(widths, shown) > room)
        {
            shown--;
        }

        var left = room - Taken(widths, shown);
        // Where the longest bar is a hair, bars tell nothing.
        var hasBar = bar > 1 && shown == heads.Count && left - bar - Margin.Length >= Math.Min(longest, NameMin);
        var name = Math.Clamp(left - (hasBar ? bar + Margin.Length : 0), 1, longest);
        page.Line(Margin + "".PadRight(name) + string.Concat(Enumerable.Range(0, shown).Select(column => Margin + heads[column].PadLeft(widths[column]))), Ink.Faint);
        foreach (var row in rows)
        {
            page.Line(
                new Run(row.Ink, Margin + Cut(row.Name, name).PadRight(name) + string.Concat(Enumerable.Range(0, shown).Select(column => Margin + row.Cells[column].PadLeft(widths[column])))),
                new Run(Ink.Fault, hasBar && row.Bar.Length > 0 ? Margin + row.Bar : ""));
        }
    }

    /// <summary>Both ends matter: of an address its port, of a route its last word.</summary>
    public static string Cut(string text, int width) => text.Length <= width ? text : width < 3 ? text[..width] : text[..((width - 1) / 2)] + "…" + text[^(width / 2)..];

    private static int Taken(int[] widths, int shown) => widths.Take(shown).Sum(width => width + Margin.Length);
}
