using System.CommandLine;
using System.CommandLine.Parsing;
using Why502.Cli.Commands.Config;

namespace Why502.Cli.Commands;

/// <summary>The commands and what is said about wrong usage: one line, what was wrong and where the right form stands.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal)
    {
        var root = Root(terminal);
        arguments = WithDefault(arguments, root);
        // No response files: "@file" is a file name like any other.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            var command = parsed.CommandResult.Command == root ? "" : $" {parsed.CommandResult.Command.Name}";
            throw new UsageException($"{Complaint(parsed)} See: why502{command} --help");
        }

        // Signals are the commands' own business: a diagnosis prints what it has, a demo cleans up.
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }).ConfigureAwait(false);
    }

    private static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand("Why does this nginx answer 502, 504, 503 or 500, and what makes it stop? Without a command: diagnose.");
        root.Subcommands.Add(DiagnoseCommand.Create(terminal));
        root.Subcommands.Add(ExplainCommand.Create(terminal));
        root.Subcommands.Add(FixCommand.Create(terminal));
        root.Subcommands.Add(VerifyCommand.Create(terminal));
        root.Subcommands.Add(TrafficCommand.Create(terminal));
        root.Subcommands.Add(ConfigCommand.Create(terminal));
        root.Subcommands.Add(CalibrateCommand.Create(terminal));
        root.Subcommands.Add(DemoCommand.Create(terminal));
        root.Subcommands.Add(DemoCommand.CreateApp());
        return root;
    }

    /// <summary><c>why502</c> is <c>why502 diagnose</c>, its options and files included.</summary>
    private static string[] WithDefault(string[] arguments, RootCommand root)
    {
        if (arguments.Length == 0)
        {
            return ["diagnose"];
        }

        var first = arguments[0];
        if (first is "--help" or "-h" or "-?" or "/?" or "--version" || first.StartsWith('[') || root.Subcommands.Any(command => command.Name == first))
        {
            return arguments;
        }

        if (first.StartsWith('-') || File.Exists(first))
        {
            return ["diagnose", .. arguments];
        }

        throw new UsageException($"there is no command and no file '{first}'. Commands: {string.Join(", ", root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name))}. See: why502 --help");
    }

    private static string Complaint(ParseResult parsed)
    {
        var message = parsed.Errors[0].Message.Trim();
        return message.EndsWith('.') ? message : message + ".";
    }
}
