namespace Why502.Logs;

/// <summary>nginx and the servers made from it: as their programs, services, images and <c>Server</c> headers are named.</summary>
public static class NginxFamily
{
    private const string Service = ".service";

    public static IReadOnlyList<string> Names { get; } = ["nginx", "openresty", "angie", "tengine", "freenginx"];

    public static bool HasProgram(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>As their packages name it, or an instance of such a unit (systemd.unit(5)); an exporter beside it is none.</summary>
    public static bool HasUnit(string name) => name.EndsWith(Service, StringComparison.Ordinal) && HasProgram(name[..^Service.Length].Split('@')[0]);

    /// <summary>Anywhere in the name of an image or of a package.</summary>
    public static bool IsNamedIn(string text) => Names.Any(name => text.Contains(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>At the beginning of a <c>Server</c> header or of nginx's own page.</summary>
    public static bool Begins(string text) => Names.Any(name => text.StartsWith(name, StringComparison.OrdinalIgnoreCase));
}
