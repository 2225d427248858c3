using Why502.Nginx;

namespace Why502.Cli.Commands.Config;

/// <summary>A file of the command line and what was found in it and in what it includes.</summary>
internal sealed record CheckedFile(string Path, NginxConfiguration? Configuration, IReadOnlyList<Problem> Problems, IReadOnlyCollection<string> Unresolved)
{
    public IEnumerable<Problem> Errors => Problems.Where(problem => problem.Kind != ProblemKind.Warning);

    public IEnumerable<Problem> Warnings => Problems.Where(problem => problem.Kind == ProblemKind.Warning);

    /// <summary>The path as nginx would have it; files are looked up by it, whatever the user wrote.</summary>
    public string FullPath { get; } = System.IO.Path.GetFullPath(Path);

    /// <summary>A path as the user would write it: what lies in the given file's folder begins as the given path does.</summary>
    public string NameOf(string path)
    {
        var folder = FolderOf(FullPath);
        return path.StartsWith(folder, StringComparison.Ordinal) ? string.Concat(FolderOf(Path), path.AsSpan(folder.Length)) : path;
    }

    private static string FolderOf(string path) => path[..(path.LastIndexOf('/') + 1)];

    /// <summary>The text of a line that a problem names; null when there is none to show.</summary>
    public string? LineOf(Problem problem) =>
        problem.At.Line == 0 ? null : Configuration?.Files.FirstOrDefault(file => file.Path == problem.At.File)?.Line(problem.At.Line);
}
