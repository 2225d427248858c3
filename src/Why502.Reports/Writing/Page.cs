using System.Text;

namespace Why502.Reports;

/// <summary>
/// Lines of a report, still free of colour. Everything that enters is sanitised here once more, so that no name from a
/// configuration and no text from a log can reach a terminal as a control sequence.
/// </summary>
public sealed class Page
{
    /// <summary>Narrower terminals get lines of this width and wrap them themselves.</summary>
    public const int WidthMin = 60;

    /// <summary>Longer lines are hard to read, however wide the terminal is.</summary>
    public const int WidthMax = 160;

    /// <summary>The width without a terminal.</summary>
    public const int WidthDefault = 80;

    private readonly List<IReadOnlyList<Run>> lines = [];

    public Page(int width = WidthDefault) => Width = Math.Clamp(width, WidthMin, WidthMax);

    public int Width { get; }

    public IReadOnlyList<IReadOnlyList<Run>> Lines => lines;

    public void Blank()
    {
        if (lines.Count > 0 && lines[^1].Count > 0)
        {
            lines.Add([]);
        }
    }

    public void Line(params ReadOnlySpan<Run> runs)
    {
        var line = new List<Run>(runs.Length);
        foreach (var run in runs)
        {
            line.Add(run with { Text = Clean(run.Text) });
        }

        lines.Add(line);
    }

    public void Line(string text, Ink ink = Ink.Plain) => Line(new Run(ink, text));

    /// <summary>Wraps prose; the first line begins with <paramref name="first"/>, the others hang below its end.</summary>
    public void Wrapped(string first, string text, Ink ink = Ink.Plain, Ink firstInk = Ink.Plain)
    {
        var indent = Math.Min(first.Length, Width / 2);
        var head = first;
        foreach (var part in WrapText.Lines(Clean(text), Width - indent))
        {
            Line(new Run(firstInk, head), new Run(ink, part));
            head = new string(' ', indent);
        }
    }

    /// <summary>Several paragraphs of declared prose, each wrapped; single line ends inside a paragraph are blanks.</summary>
    public void Prose(string text, string indent = "")
    {
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            Wrapped(indent, string.Join(' ', paragraph.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            var start = text.Length;
            foreach (var run in line)
            {
                text.Append(run.Text);
            }

            while (text.Length > start && text[^1] == ' ')
            {
                text.Length--;
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    internal static string Clean(string text) => SafeText.OneLine(text);
}
