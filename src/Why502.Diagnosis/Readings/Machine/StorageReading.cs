using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>The directories that nginx writes to, as questions with the eyes of its worker.</summary>
public static class StorageReading
{
    private const int PathsMax = 12;

    /// <summary>The directory of the file that could not be written: its configured root, or the one it is in.</summary>
    public static string? Directory(Incident incident)
        => incident.File is not { } file ? null
            : Configured(incident).FirstOrDefault(path => file.StartsWith(path + "/", StringComparison.Ordinal))
            ?? (TempFiles.IsTempOrCache(file) ? TempFiles.Root(file) : file[..Math.Max(1, file.LastIndexOf('/'))]);

    public static StoragePath Question(Incident incident, string path)
    {
        var worker = incident.Instance.WorkerIdentity;
        return new(path, worker?.Uid ?? -1, worker?.Gid ?? -1, string.Join(',', worker?.Groups ?? []), incident.Instance.MountNamespace is null ? 0 : incident.Instance.MasterPid ?? 0);
    }

    /// <summary>Temp and cache paths of the configuration, then the compiled-in ones; the longest first, because they may lie in one another.</summary>
    public static IReadOnlyList<string> Configured(Incident incident)
    {
        var prefix = incident.Instance.Prefix.TrimEnd('/');
        var written = (incident.Configuration?.Everything ?? [])
            .Where(directive => directive.Name.EndsWith("_temp_path", StringComparison.Ordinal) || directive.Name.EndsWith("_cache_path", StringComparison.Ordinal))
            .Select(directive => directive.Arguments.FirstOrDefault())
            .OfType<string>();
        return [.. written.Concat(incident.Instance.TempPaths.Values).Select(path => (path.StartsWith('/') ? path : $"{prefix}/{path}").TrimEnd('/')).Distinct().OrderByDescending(path => path.Length).Take(PathsMax)];
    }

    /// <summary>The directive that names the directory of the file; null when it is compiled in.</summary>
    public static Directive? DirectiveFor(Incident incident)
        => Directory(incident) is { } path
            ? (incident.Configuration?.Everything ?? []).FirstOrDefault(directive => directive.Name.EndsWith("_path", StringComparison.Ordinal) && directive.Arguments.Count > 0 && directive.Arguments[0].TrimEnd('/') == path)
            : null;
}
