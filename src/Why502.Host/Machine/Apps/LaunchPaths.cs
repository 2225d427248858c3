namespace Why502.Host.Machine;

/// <summary>Files that arguments name.</summary>
internal static class LaunchPaths
{
    /// <summary>A relative one is under the process's directory.</summary>
    public static string FullPath(string path, string? workingDirectory)
        => path.StartsWith('/') || workingDirectory is null ? path : Path.GetFullPath(Path.Combine(workingDirectory, path));
}
