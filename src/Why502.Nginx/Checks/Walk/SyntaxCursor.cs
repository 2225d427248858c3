namespace Why502.Nginx.Checks;

/// <summary>Brings the mistakes of the text into the order of reading: each is reported when the walk gets to its place, once.</summary>
internal sealed class SyntaxCursor(CheckWalk walk)
{
    private readonly Dictionary<ConfigurationFile, int> next = [];

    /// <summary>Where nginx's reader hands the directive on: its <c>;</c> or <c>{</c>, or what stands there instead.</summary>
    public static int TerminatorOf(Directive directive)
    {
        if (directive.BodySpan is { } body)
        {
            return body.Start - 1;
        }

        var (end, bytes) = (directive.Span.End, directive.File.Bytes);
        var lastWord = directive.ArgumentCount > 0 ? directive.ArgumentSpan(directive.ArgumentCount - 1) : directive.NameSpan;
        return end - 1 >= lastWord.End && end <= bytes.Length && bytes[end - 1] == ';' ? end - 1 : end;
    }

    /// <summary>The block's closing brace, or the end of the file when there is none.</summary>
    public static int EndOf(Directive directive) => IsClosed(directive) ? directive.BodySpan!.Value.End : int.MaxValue;

    public static bool IsClosed(Directive directive) => directive.BodySpan is { } body && body.End < directive.Span.End;

    public void ReportUntil(ConfigurationFile file, int offset)
    {
        var problems = file.Tree.Problems;
        if (problems.Count == 0)
        {
            return;
        }

        var i = next.GetValueOrDefault(file);
        for (; i < problems.Count && problems[i].Offset <= offset; i++)
        {
            var problem = problems[i];
            walk.Add(new SourceLine(file.Path, problem.Line), problem.Message, ProblemKind.Syntax, problem.Hint, file.ColumnOf(problem.Offset));
        }

        next[file] = i;
    }
}
