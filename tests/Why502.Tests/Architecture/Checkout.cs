using System.Xml.Linq;

namespace Why502.Tests.Architecture;

/// <summary>The checkout that these tests were built from, and its own files (nothing that a build left behind).</summary>
internal static class Checkout
{
    private static readonly string[] Folders = ["src", "tests", "eng", "docs", "bench", ".ci"];

    public static string Root { get; } = FindRoot();

    /// <summary>With <c>WHY502_ACCEPT=1</c> (eng/accept) generated parts are written instead of compared.</summary>
    public static bool Accepting => Environment.GetEnvironmentVariable("WHY502_ACCEPT") == "1";

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static XDocument ReadXml(string path) => XDocument.Load(Path.Combine(Root, path));

    /// <summary>Paths from the root, with forward slashes. In a worktree <c>.git</c> is a file: git's own, not the project's.</summary>
    public static IEnumerable<string> Files(string extension = "") => Directory.EnumerateFiles(Root).Where(file => Path.GetFileName(file) != ".git")
        .Concat(Folders.Select(folder => Path.Combine(Root, folder)).Where(Directory.Exists).SelectMany(Below))
        .Where(file => file.EndsWith(extension, StringComparison.Ordinal))
        .Select(file => Path.GetRelativePath(Root, file));

    public static IEnumerable<string> Sources(string folder) => Files(".cs").Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal));

    private static IEnumerable<string> Below(string folder) => Directory.EnumerateFiles(folder)
        .Concat(Directory.EnumerateDirectories(folder).Where(inner => Path.GetFileName(inner) is not ("bin" or "obj" or "artifacts")).SelectMany(Below));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "why502.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside a checkout.");
    }
}
