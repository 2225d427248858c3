namespace Why502.Nginx.Checks.Http;

/// <summary>Directories that nginx makes (ngx_add_path): one path may be given twice only with the same levels.</summary>
internal sealed class Paths
{
    public static readonly Slot<Paths> Slot = new(() => new Paths());

    private readonly Dictionary<string, (string Levels, bool IsCache, SourceLine At)> known = new(StringComparer.Ordinal);

    public IEnumerable<string> All => known.Keys;

    public static bool Add(in DirectiveCall call, string path, string levels, bool isCache)
    {
        var name = call.FullName(path.EndsWith('/') ? path[..^1] : path);
        var paths = call.Shared.Get(Slot).known;
        if (!paths.TryGetValue(name, out var other))
        {
            paths.Add(name, (levels, isCache, call.Directive.TerminatorAt));
            return true;
        }

        if (isCache || other.IsCache)
        {
            call.Fail($"the same path name \"{name}\" used in {other.At} and", 0);
            return false;
        }

        if (other.Levels != levels)
        {
            call.Fail($"the same path name \"{name}\" in {other.At} has the different levels than", 0);
            return false;
        }

        return true;
    }
}
