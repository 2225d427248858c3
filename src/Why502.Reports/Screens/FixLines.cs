using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>A fix as numbered steps: what to do, the command to copy, the diff, and how to see that it worked.</summary>
public static class FixLines
{
    internal static void Write(Page page, Fix fix, string? verify)
    {
        var number = 1;
        if (fix.Edits.Count > 0)
        {
            page.Wrapped($"  {number++}  ", Sentences.Capital(Sentences.Sentence(fix.Summary)));
            foreach (var edit in fix.Edits)
            {
                Diff(page, ShownDiff.Of(edit));
            }
        }
        else if (fix.Steps.Count == 0)
        {
            page.Wrapped($"  {number++}  ", Sentences.Capital(Sentences.Sentence(fix.Summary)));
        }

        foreach (var step in fix.Steps)
        {
            Step(page, $"  {number++}  ", step);
        }

        if (verify is not null)
        {
            page.Line(new Run(Ink.Plain, $"  {number}  "), new Run(Ink.Proof, verify));
        }

        if (fix.Later is { Length: > 0 } later)
        {
            page.Wrapped("  later: ", Sentences.Clause(later));
        }
    }

    private static void Step(Page page, string first, FixStep step)
    {
        if (step.Command is null)
        {
            page.Wrapped(first, Sentences.Capital(Sentences.Sentence(step.Text)));
        }
        else if (step.Text.Length == 0)
        {
            page.Line(new Run(Ink.Plain, first), new Run(Ink.Proof, step.Command));
        }
        else
        {
            page.Wrapped(first, Sentences.Capital(Sentences.Clause(step.Text)) + ":");
            page.Line(new Run(Ink.Plain, new string(' ', first.Length + 2)), new Run(Ink.Proof, step.Command));
        }
    }

    public static void Diff(Page page, string diff)
    {
        foreach (var line in diff.TrimEnd('\n').Split('\n'))
        {
            var ink = line.StartsWith("+++", StringComparison.Ordinal) || line.StartsWith("---", StringComparison.Ordinal) ? Ink.Faint
                : line.StartsWith('+') ? Ink.Proof
                : line.StartsWith('-') ? Ink.Fault
                : line.StartsWith("@@", StringComparison.Ordinal) ? Ink.Faint
                : Ink.Plain;
            page.Line(new Run(ink, "     " + line));
        }
    }
}
