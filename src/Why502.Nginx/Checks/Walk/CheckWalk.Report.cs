using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks;

internal sealed partial class CheckWalk
{
    /// <summary>So many problems are kept; a configuration with more has one that comes first.</summary>
    private const int ProblemsMax = 1000;

    private readonly HashSet<(SourceLine At, string Message)> said = [];

    public List<Problem> Problems { get; } = [];

    public void Fail(Directive directive, string message, int argument, string? hint) =>
        Add(directive.TerminatorAt, message, ProblemKind.Semantic, hint, ColumnOf(directive, argument));

    public void Warn(Directive directive, string message, int argument, string? hint = null) =>
        Add(directive.TerminatorAt, message, ProblemKind.Warning, hint, ColumnOf(directive, argument));

    public void FailAt(SourceLine place, string message, string? hint) => Add(place, message, ProblemKind.Semantic, hint, 0);

    public void WarnAt(SourceLine place, string message) => Add(place, message, ProblemKind.Warning, null, 0);

    /// <summary>nginx names no place. When we can guess one, it is where a person would look first.</summary>
    public void FailNowhere(string message, string? hint, Directive? guess) => Add(
        guess?.TerminatorAt ?? new SourceLine(Configuration.MainFile, 0), message, ProblemKind.Semantic, hint, 0);

    public void Add(SourceLine at, string message, ProblemKind kind, string? hint, int column)
    {
        if (Problems.Count < ProblemsMax && said.Add((at, message)))
        {
            Problems.Add(new Problem(at, message, kind, hint, column));
        }
    }

    /// <summary>The end of ngx_conf_handler: the name is known elsewhere, or nowhere.</summary>
    private void Refuse(Directive directive, OpenBlock block, KnownCommand known)
    {
        if (known.Available.Count > 0)
        {
            Fail(directive, $"\"{directive.Name}\" directive is not allowed here", -1, Suggestion.ForContext(known.Available, block.Kind));
        }
        else if (Modules.HasUnknown)
        {
            Warn(directive, $"\"{directive.Name}\" is not known here: one of the modules loaded may define it", -1, Suggestion.ForName(directive.Name, block.Kind, commands));
        }
        else
        {
            Fail(directive, $"unknown directive \"{directive.Name}\"", -1, known.Hint ?? Suggestion.ForName(directive.Name, block.Kind, commands));
        }

        block.MarkIncomplete();
    }

    /// <summary>The column of a word, when it stands on the line that nginx names.</summary>
    private static int ColumnOf(Directive directive, int argument)
    {
        var start = (argument >= 0 && argument < directive.ArgumentCount ? directive.ArgumentSpan(argument) : directive.NameSpan).Start;
        ReadOnlySpan<byte> bytes = directive.File.Bytes;
        var (from, terminator) = (Math.Min(start, bytes.Length), Math.Clamp(SyntaxCursor.TerminatorOf(directive), start, bytes.Length));
        return bytes[from..terminator].Contains((byte)'\n') ? 0 : directive.File.ColumnOf(from);
    }
}
