namespace Why502.Nginx;

/// <summary>Where configuration bytes come from: the machine's files, a bundle, a dump or a test.</summary>
public interface IConfigurationSource
{
    /// <summary>Reads a whole file. Never throws: what went wrong is in <see cref="SourceFile.Problem"/>.</summary>
    SourceFile Read(string path);

    /// <summary>The paths that an absolute glob(3) pattern matches, sorted by bytes; a leading dot is matched only by a dot.</summary>
    IReadOnlyList<string> Glob(string pattern);
}

/// <summary>A file's content, or the reason why there is none, worded as nginx words it after <c>open() "F" failed</c>.</summary>
public sealed record SourceFile(string Path, byte[]? Content, string? Problem);
