using Why502.Logs.Commands;

namespace Why502.Tests.Logs.Commands;

/// <summary>Output of commands as somebody pastes it, and what is read from it.</summary>
internal static class Paste
{
    /// <param name="command">The command line above it; null where none was pasted.</param>
    public static PastedText Of(string output, string? command = null)
        => new("given", command, [.. output.Split('\n').Select((line, index) => new PastedLine(index + 1, line.TrimEnd('\r')))]);

    /// <summary>What all readers together make of one command's output.</summary>
    public static List<TRecord> Read<TRecord>(string output, string? command = null)
        where TRecord : CommandRecord
        => [.. CommandReaders.Read(Of(output, command)).OfType<TRecord>()];

    /// <summary>What one reader makes of it; nothing where it does not take it for its own.</summary>
    public static List<TRecord> Read<TRecord>(ICommandReader reader, string output, string? command = null)
        where TRecord : CommandRecord
    {
        var text = Of(output, command);
        return reader.Looks(text) ? [.. reader.Read(text).Cast<TRecord>()] : [];
    }

    /// <summary>A whole session, divided at its prompts.</summary>
    public static List<TRecord> Session<TRecord>(string session)
        where TRecord : CommandRecord
        => [.. Prompts.Split("given", session.ReplaceLineEndings("\n").Split('\n')).SelectMany(CommandReaders.Read).OfType<TRecord>()];
}
