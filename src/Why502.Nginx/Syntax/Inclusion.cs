namespace Why502.Nginx.Syntax;

/// <summary>One file that an <c>include</c> names: what it brought in at this place, or nginx's words for why it could not be opened.</summary>
internal sealed record Inclusion(ConfigurationFile? File, IReadOnlyList<Directive>? Written, string? Failure)
{
    private const string IsDirectory = "(21: Is a directory)";

    /// <summary>nginx opened it and stopped at the first read: its words name no place then (ngx_read_file).</summary>
    public bool FailedReading => Failure?.EndsWith(IsDirectory, StringComparison.Ordinal) == true;

    /// <summary>nginx's words for a file that cannot be had. A directory can be opened, but not read.</summary>
    public static string FailureOf(string path, string reason) => $"{(reason == IsDirectory ? "pread" : "open")}() \"{path}\" failed {reason}";
}
