using System.Text;
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
        var widths = new int[heads.Count];
        var (longest, bar) = (1, 0);
        for (var column = 0; column < widths.Length; column++)
        {
            widths[column] = heads[column].Length;
        }

        foreach (var row in rows)
        {
            longest = Math.Max(longest, row.Name.Length);
            bar = Math.Max(bar, row.Bar.Length);
            for (var column = 0; column < widths.Length; column++)
            {
                widths[column] = Math.Max(widths[column], row.Cells[column].Length);
            }
        }

        longest = Math.Min(longest, NameMax);
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
        page.Line(Margin + "".PadRight(name) + Cells(heads, widths, shown), Ink.Faint);
        foreach (var row in rows)
        {
            page.Line(
                new Run(row.Ink, Margin + Cut(row.Name, name).PadRight(name) + Cells(row.Cells, widths, shown)),
                new Run(Ink.Fault, hasBar && row.Bar.Length > 0 ? Margin + row.Bar : ""));
        }
    }

    private static string Cells(IReadOnlyList<string> cells, int[] widths, int shown)
    {
        var line = new StringBuilder();
        for (var column = 0; column < shown; column++)
        {
            line.Append(Margin).Append(cells[column].PadLeft(widths[column]));
        }

        return line.ToString();
    }

    /// <summary>Both ends matter: of an address its port, of a route its last word.</summary>
    public static string Cut(string text, int width) => text.Length <= width ? text : width < 3 ? text[..width] : text[..((width - 1) / 2)] + "…" + text[^(width / 2)..];

    private static int Taken(int[] widths, int shown)
    {
        var taken = shown * Margin.Length;
        for (var column = 0; column < shown; column++)
        {
            taken += widths[column];
        }

        return taken;
    }
}
