using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>A directive that nginx does not know, where one that it knows differs by a slip of the pen and stands here rightly.</summary>
public sealed record MistypedName(Directive Directive, string Meant, IReadOnlyList<FileEdit> Edits)
{
    private const string Before = "did you mean \"";
    private const string After = "\"?";

    /// <summary>Null where the check has no nearest name for this very place, or where the directive is a block.</summary>
    public static MistypedName? Of(NginxConfiguration configuration, ConfigurationError error)
    {
        if (error.Hint is not { } hint || !hint.StartsWith(Before, StringComparison.Ordinal) || !hint.EndsWith(After, StringComparison.Ordinal)
            || configuration.Files.All(file => file.Path != error.File))
        {
            return null;
        }

        var meant = hint[Before.Length..^After.Length];
        var directive = configuration.Everything.FirstOrDefault(directive => directive.At == new SourceLine(error.File, error.Line) && error.Message == $"unknown directive \"{directive.Name}\"");
        if (directive is null or { Block: not null })
        {
            return null;
        }

        var edits = ConfigurationEdit.Apply(configuration, [new Edit.Add(NewDirective.Simple(meant, [.. directive.Arguments]), Place.After(directive)), new Edit.Remove(directive)]).Files;
        return edits.Count == 0 ? null : new(directive, meant, edits);
    }
}
