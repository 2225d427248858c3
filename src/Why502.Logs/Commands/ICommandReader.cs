namespace Why502.Logs.Commands;

/// <summary>
/// Reads what one command printed, or one settings file, out of text that somebody pasted.
/// To add one:
/// 1. A record per row in <c>Commands/</c>, derived from <see cref="CommandRecord"/>; keep the line it stood in.
/// 2. A reader here, one file per command, listed in <see cref="CommandReaders"/>. It is pure and takes any text: it passes over lines that are
///    not its own (prompts, wrapped ends, other output), never throws, and looks at each line a bounded number of times.
/// 3. An answer in <c>src/why502/Given/Answers/</c>, listed in <c>GivenAnswers</c>: records in, the fact of an existing question out.
///    What the paste does not show stays unobserved: a filtered listing says nothing about what it lacks.
/// 4. Lines in <c>tests/Why502.Tests/Logs/Commands/</c> with the output as the tool prints it, and as people paste it.
/// </summary>
public interface ICommandReader
{
    /// <summary>The command's usual name, as a person would type it: "ss", "systemctl status".</summary>
    string Command { get; }

    /// <summary>Whether the text is this command's output, by its form. The command line, where a prompt was pasted along, is in <see cref="PastedText.Command"/>.</summary>
    bool Looks(PastedText text);

    IEnumerable<CommandRecord> Read(PastedText text);
}

/// <summary>One row of a command's output, with the place where it stands.</summary>
public abstract record CommandRecord
{
    public string File { get; init; } = "";

    public int Line { get; init; }
}
