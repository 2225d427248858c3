using Why502.Nginx.Edits;

namespace Why502.Nginx;

/// <summary>
/// Edits as values: they change as few lines as possible and keep the file's own indentation, line ends and quoting. The edited text
/// is read again before it is handed out, so it means what was asked for or there is none.
/// </summary>
public static class ConfigurationEdit
{
    /// <summary>Makes several edits together, in order. Either all of them are in the outcome or none.</summary>
    public static EditOutcome Apply(NginxConfiguration configuration, params IReadOnlyList<Edit> edits)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(edits);
        return new ConfigurationDraft(configuration).Apply(edits);
    }

    /// <summary>Sets a directive in a block: the one that is written in this very block, or that an include of it brings in, is changed, else one is added among its kind. Nothing changes when that is impossible.</summary>
    public static FileEdit Set(NginxConfiguration configuration, Directive block, string name, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(block);
        return Single(configuration, block.File, new Edit.Set(block, name, arguments));
    }

    /// <summary>Replaces a directive's arguments; those that stay the same keep their bytes. Nothing changes when that is impossible.</summary>
    public static FileEdit SetArguments(NginxConfiguration configuration, Directive directive, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(directive);
        ArgumentNullException.ThrowIfNull(arguments);
        return Single(configuration, directive.File, new Edit.SetArguments(directive, arguments));
    }

    /// <summary>A word as nginx must read it: as it is when possible, else in quotes with its escapes.</summary>
    public static string Quote(string argument, bool inQuotes)
    {
        ArgumentNullException.ThrowIfNull(argument);
        return inQuotes ? Quoting.InQuotes(argument, '"') : Quoting.Of(argument);
    }

    private static FileEdit Single(NginxConfiguration configuration, ConfigurationFile file, Edit edit)
    {
        var outcome = Apply(configuration, edit);
        return outcome.Files.Count > 0 ? outcome.Files[0] : new FileEdit(file.Path, file.Bytes, file.Bytes);
    }
}
