namespace Why502.Cli;

/// <summary>One line on standard error that says what is being looked at; silent unless a person watches.</summary>
/// <param name="besideOutput">Also when the output goes elsewhere: right where that is usual for long work, and nothing is written until its end.</param>
internal sealed class Progress(Terminal terminal, bool besideOutput = false) : IDisposable
{
    private readonly bool shown = terminal.ErrorIsTerminal && (besideOutput || terminal.OutputIsTerminal);
    private readonly Lock gate = new();
    private bool written;
    private bool closed;

    public void Say(string text)
    {
        if (!shown)
        {
            return;
        }

        lock (gate)
        {
            // A timer may come once more after the end.
            if (closed)
            {
                return;
            }

            var clean = Why502.Logs.Sanitizer.Line(text, Math.Max(20, terminal.Width - 1));
            terminal.WriteError($"\r\x1b[K{clean}");
            written = true;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            if (written)
            {
                terminal.WriteError("\r\x1b[K");
                written = false;
            }
        }
    }
}
