using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

/// <summary>What was probably meant.</summary>
internal static class Suggestion
{
    public static string? ForName(string name, DirectiveContexts context, CommandTable commands) => null;

    public static string? ForValue(string value, IReadOnlyList<string> values) => null;

    public static string? ForVariable(string name, Variables variables) => null;

    public static string? ForContext(IReadOnlyList<Command> commands, DirectiveContexts context) => null;
}
