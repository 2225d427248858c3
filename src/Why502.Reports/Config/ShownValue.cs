using Why502.Logs;
using Why502.Nginx;

namespace Why502.Reports.Config;

/// <summary>Arguments as they may be shown: secrets and query strings taken out, quoted as in a configuration.</summary>
internal static class ShownValue
{
    public static IReadOnlyList<string> Arguments(string name, IReadOnlyList<string> arguments)
    {
        if (name.EndsWith("_secret", StringComparison.Ordinal))
        {
            return [.. arguments.Select(_ => Redactor.Mark)];
        }

        // A header's or parameter's name tells whether its value is a secret; a value with variables is none by itself.
        var secret = arguments.Count > 1 && Redactor.Text($"{arguments[0]}: x").EndsWith(Redactor.Mark, StringComparison.Ordinal);
        return [.. arguments.Select((argument, i) => secret && i > 0 && !argument.Contains('$') ? Redactor.Mark : Redactor.Text(argument))];
    }

    public static string Text(string name, IReadOnlyList<string> arguments) =>
        string.Join(' ', Arguments(name, arguments).Select(a => ConfigurationEdit.Quote(a, false)));

    public static string Text(Directive directive) =>
        directive.Arguments.Count == 0 ? directive.Name : $"{directive.Name} {Text(directive.Name, directive.Arguments)}";
}
