namespace Why502.Nginx.Checks.Http;

/// <summary>Files that nginx opens for writing once the configuration is read (ngx_init_cycle): its logs. Kept in the order of first mention.</summary>
internal sealed class OpenedFiles
{
    public static readonly Slot<OpenedFiles> Slot = new(() => new OpenedFiles());

    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    public List<(string Path, Directive By)> All { get; } = [];

    /// <summary>ngx_conf_open_file.</summary>
    public static void Open(in DirectiveCall call, string path)
    {
        var full = call.FullName(path);
        var files = call.Shared.Get(Slot);
        if (files.names.Add(full))
        {
            files.All.Add((full, call.Directive));
        }
    }
}
