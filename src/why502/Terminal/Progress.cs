namespace Why502.Cli;

/// <summary>One line on standard error that says what is being looked at; silent unless a person watches.</summary>
internal sealed class Progress(Terminal terminal) : IDisposable
{
    private readonly bool shown = terminal.ErrorIsTerminal && terminal.OutputIsTerminal;
    private readonly Lock gate = new();
    private bool written;

    public void Say(string text)
    {
        if (!shown)
        {
            return;
        }

        lock (gate)
        {
            var clean = Why502.Logs.Sanitizer.Line(text, Math.Max(20, terminal.Width - 1));
            terminal.WriteError($"\r\x1b[K{clean}");
            written = true;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (written)
            {
                terminal.WriteError("\r\x1b[K");
                written = false;
            }
        }
    }
}
