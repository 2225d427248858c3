using Why502.Logs;

namespace Why502.Host.Machine;

/// <summary>A command line as it may be shown: without secrets, and not longer than a person reads.</summary>
internal static class CommandLine
{
    private const int CharactersMax = 1000;

    public static string? ForPeople(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0)
        {
            return null;
        }

        // A title is one string: its words are looked at one by one.
        var line = Redactor.CommandLine(arguments.Count == 1 ? arguments[0].Split(' ') : arguments);
        return line.Length <= CharactersMax ? line : line[..CharactersMax] + "…";
    }
}
