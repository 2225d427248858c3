using System.CommandLine;
using Why502.Diagnosis;
using Why502.Reports;

namespace Why502.Cli.Commands;

/// <summary><c>why502 explain</c>: the page of a cause, of a status, or of a pasted log line.</summary>
internal static class ExplainCommand
{
    /// <summary>A pasted line longer than this is cut; nginx itself writes at most 2048 bytes.</summary>
    private const int LineMax = 64 * 1024;

    public static Command Create(Terminal terminal)
    {
        var subject = new Argument<string[]>("subject") { Description = "A cause, a status (502, 503, 504, 500, 499), or a log line in quotes; - reads it from standard input", Arity = ArgumentArity.ZeroOrMore, HelpName = "CAUSE|STATUS|LINE" };
        var command = new Command("explain", "The page for a cause or a status, or a pasted log line taken apart") { subject };
        command.Validators.Add(result =>
        {
            if (result.GetValue(subject) is [['-', '-', ..] unknown] && !unknown.Contains(' '))
            {
                result.AddError($"there is no option {unknown}.");
            }
        });
        command.SetAction(parsed => Run(string.Join(' ', parsed.GetValue(subject) ?? []), terminal));
        return command;
    }

    public static int Run(string subject, Terminal terminal)
    {
        if (subject == "-")
        {
            subject = StandardInput();
        }

        subject = subject.Trim();
        if (subject.Length == 0)
        {
            terminal.Write(IndexPage.Render(terminal.Width));
            return ExitStatus.Healthy;
        }

        if (StatusPage.Render(subject, terminal.Width) is { } status)
        {
            terminal.Write(status);
            return ExitStatus.Healthy;
        }

        if (IsWord(subject))
        {
            return Word(subject, terminal);
        }

        var (page, known) = LinePage.Render(subject.Length > LineMax ? subject[..LineMax] : subject, terminal.Width);
        terminal.Write(page);
        return known ? ExitStatus.Healthy : ExitStatus.Faulty;
    }

    private static int Word(string subject, Terminal terminal)
    {
        if (CauseRegistry.Find(subject) is { } cause)
        {
            terminal.Write(CausePage.Render(cause.Info, terminal.Width));
            return ExitStatus.Healthy;
        }

        var near = CauseRegistry.All.Select(known => known.Id).Where(id => Near(id, subject.ToLowerInvariant())).Take(3).ToList();
        terminal.Complain($"there is no cause, status or known log line '{subject}'. {(near.Count > 0 ? $"Did you mean {string.Join(", ", near)}? " : "")}All of them: why502 explain");
        return ExitStatus.Faulty;
    }

    private static bool IsWord(string subject) => subject.Length <= 64 && subject.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool Near(string id, string word)
        => id.Contains(word, StringComparison.Ordinal) || id.Split('-').Count(part => word.Contains(part, StringComparison.Ordinal)) * 2 > id.Count(c => c == '-') + 1;

    private static string StandardInput()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[LineMax];
        var read = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, read);
    }
}
