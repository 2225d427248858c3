namespace Why502.Logs.Commands;

/// <summary>A line with its number in the file.</summary>
public readonly record struct PastedLine(int Number, string Text)
{
    /// <summary>Words between blanks.</summary>
    public string[] Words => Text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A stretch of a pasted file: one command's output, or the whole file where no prompt divides it.</summary>
/// <param name="Command">The command line without prompt and sudo; null where none was pasted.</param>
public sealed record PastedText(string File, string? Command, IReadOnlyList<PastedLine> Lines)
{
    /// <summary>The name of the program that was called, without its directory; empty without a command line.</summary>
    public string Program => Command is null ? "" : Path.GetFileName(Command.Split(' ', 2)[0]);

    /// <summary>Whether the command line passes its output through a filter, so that what is not there may still exist.</summary>
    public bool IsFiltered => Command is { } command && (command.Contains("grep", StringComparison.Ordinal) || command.Contains("| head", StringComparison.Ordinal) || command.Contains("| tail", StringComparison.Ordinal) || command.Contains("awk", StringComparison.Ordinal));

    public PastedLine? First(Func<string, bool> fits)
    {
        foreach (var line in Lines)
        {
            if (fits(line.Text))
            {
                return line;
            }
        }

        return null;
    }

    public bool Any(Func<string, bool> fits) => First(fits) is not null;
}
