using Spectre.Console;
using Spectre.Console.Rendering;
using Why502.Reports;

namespace Why502.Cli;

/// <summary>Puts colours on a page. Text goes in as text, never as markup: log lines are full of brackets.</summary>
internal static class ColourWriter
{
    public static void Write(Page page, Action<string> write)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.Standard,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        // The page is wrapped already, and what is longer stays in one piece for copying.
        console.Profile.Width = int.MaxValue / 2;
        foreach (var line in page.Lines)
        {
            console.Write(new Line(line));
            text.Write('\n');
        }

        write(text.ToString());
    }

    private static Style StyleOf(Ink ink) => ink switch
    {
        Ink.Strong => new Style(decoration: Decoration.Bold),
        Ink.Fault => new Style(Color.Red, decoration: Decoration.Bold),
        Ink.Proof => new Style(Color.Green),
        Ink.Doubt => new Style(Color.Yellow),
        Ink.Faint => new Style(decoration: Decoration.Dim),
        _ => Style.Plain,
    };

    private sealed class Line(IReadOnlyList<Run> runs) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
            => runs.Where(run => run.Text.Length > 0).Select(run => new Segment(run.Text, StyleOf(run.Ink)));
    }
}
