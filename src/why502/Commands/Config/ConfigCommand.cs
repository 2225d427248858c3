using System.CommandLine;

namespace Why502.Cli.Commands.Config;

/// <summary><c>why502 config</c>: the model of nginx's configuration as tools. Nothing here reads more than the files it is given, or writes any.</summary>
internal static class ConfigCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("config", "The nginx configuration as a model: parse, print, check, route, effective");
        command.Subcommands.Add(ParseCommand.Create(terminal));
        command.Subcommands.Add(PrintCommand.Create(terminal));
        command.Subcommands.Add(CheckCommand.Create(terminal));
        command.Subcommands.Add(EffectiveCommand.Create(terminal));
        command.Subcommands.Add(RouteCommand.Create(terminal));
        return command;
    }
}
