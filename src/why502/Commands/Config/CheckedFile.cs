using Why502.Nginx;

namespace Why502.Cli.Commands.Config;

/// <summary>A file of the command line and what was found in it and in what it includes.</summary>
internal sealed record CheckedFile(string Path, NginxConfiguration? Configuration, IReadOnlyList<Problem> Problems, IReadOnlyCollection<string> Unresolved)
{
    public IEnumerable<Problem> Errors => Problems.Where(problem => problem.Kind != ProblemKind.Warning);

    public IEnumerable<Problem> Warnings => Problems.Where(problem => problem.Kind == ProblemKind.Warning);

    /// <summary>A path as the user would write it: one that was given without a folder has none.</summary>
    public string NameOf(string path) => path.StartsWith("./", StringComparison.Ordinal) && !Path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;

    /// <summary>The text of a line that a problem names; null when there is none to show.</summary>
    public string? LineOf(Problem problem) =>
        problem.At.Line == 0 ? null : Configuration?.Files.FirstOrDefault(file => file.Path == problem.At.File)?.Line(problem.At.Line);
}
