using System.CommandLine;
using System.CommandLine.Parsing;
using Why502.Cli.Commands.Config;
using Why502.Cli.Demo;

namespace Why502.Cli.Commands;

/// <summary>The commands and what is said about wrong usage: one line, what was wrong and where the right form stands.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal)
    {
        // Signals are the commands' own business: a diagnosis prints what it has, a demo cleans up.
        return await Parse(arguments, terminal).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }).ConfigureAwait(false);
    }

    /// <summary>The command that is meant, before anything is done.</summary>
    /// <exception cref="UsageException">There is no such command, option or value.</exception>
    internal static ParseResult Parse(string[] arguments, Terminal terminal)
    {
        arguments = WithDefault(arguments, terminal);
        var root = Root(terminal, arguments);
        // No response files: "@file" is a file name like any other.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            throw new UsageException($"{Complaint(parsed)} See: why502{Path(parsed.CommandResult)} --help");
        }

        return parsed;
    }

    /// <summary>Every command by its name, in the order of the help.</summary>
    internal static readonly (string Name, Func<Terminal, Command> Create)[] Commands =
    [
        ("diagnose", DiagnoseCommand.Create),
        ("explain", ExplainCommand.Create),
        ("fix", FixCommand.Create),
        ("verify", VerifyCommand.Create),
        ("traffic", TrafficCommand.Create),
        ("config", ConfigCommand.Create),
        ("calibrate", CalibrateCommand.Create),
        ("demo", DemoCommand.Create),
        (DemoApp.Command, _ => DemoCommand.CreateApp()),
    ];

    /// <summary>All commands, or the only one that is asked for: the options of the others would cost every start.</summary>
    private static Command Root(Terminal terminal, params string[] arguments)
    {
        var asked = arguments is [var first, ..] && IsCommand(first) ? first : null;
        // The help of a RootCommand reads the library's resources, which costs every start that does not ask for it.
        var root = asked is null || Array.Exists(arguments, IsHelp)
            ? new RootCommand("Why does this nginx answer 502, 504, 503 or 500, and what makes it stop? Without a command: diagnose.")
            : new Command("why502");
        foreach (var (name, create) in Commands)
        {
            if (asked is null || name == asked)
            {
                root.Subcommands.Add(create(terminal));
            }
        }

        return root;
    }

    private static bool IsHelp(string argument) => argument is "--help" or "-h" or "-?" or "/?" or "/h";

    private static bool IsCommand(string? word) => Array.Exists(Commands, command => command.Name == word);

    /// <summary><c>why502</c> is <c>why502 diagnose</c>, its options and files included.</summary>
    private static string[] WithDefault(string[] arguments, Terminal terminal)
    {
        if (arguments.Length == 0)
        {
            return ["diagnose"];
        }

        var first = arguments[0];
        if (IsHelp(first) || first == "--version" || first.StartsWith('[') || IsCommand(first))
        {
            return arguments;
        }

        if (first.StartsWith('-') || File.Exists(first))
        {
            return ["diagnose", .. arguments];
        }

        throw new UsageException($"there is no command and no file '{first}'. Commands: {string.Join(", ", Root(terminal).Subcommands.Where(command => !command.Hidden).Select(command => command.Name))}. See: why502 --help");
    }

    /// <summary>" config effective"; empty for the program itself.</summary>
    private static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "";

    private static string Complaint(ParseResult parsed)
    {
        var message = parsed.Errors[0].Message.Trim();
        return message.EndsWith('.') ? message : message + ".";
    }
}
