using System.Text;
using Why502.Host.Kernel;
using Why502.Host.Machine;
using Why502.Logs.Commands;
using Why502.Nginx.Checks;
using Why502.Nginx.Directives;

namespace Why502.Host.Checks;

/// <summary>The nginx that is installed on this machine, read from its binary: nothing is run.</summary>
/// <param name="ConfigPath">The main configuration file it was built with.</param>
/// <param name="Prefix">What relative paths count from with that configuration.</param>
public sealed record InstalledNginx(NginxFacts Facts, string Binary, string ConfigPath, string Prefix)
{
    private const int BinaryBytesMax = 64 << 20;

    /// <summary>Where binaries are that are not in PATH.</summary>
    private static readonly string[] UsualPlaces = ["/usr/local/nginx/sbin/nginx", "/usr/local/openresty/nginx/sbin/nginx", "/opt/nginx/sbin/nginx"];

    /// <summary>Null when there is none, or none whose version can be read.</summary>
    public static InstalledNginx? Find() => At(new Programs(null).Find("nginx") ?? UsualPlaces.FirstOrDefault(path => FileCalls.Status(path) is { IsRegular: true }));

    /// <summary>The nginx of one binary; null when its version cannot be read.</summary>
    public static InstalledNginx? At(string? binary)
    {
        return binary is null || NginxBinary.FromBytes(binary) is not { Release: { } release } build
            ? null
            : new InstalledNginx(FactsOf(build, release, binary), binary, build.ConfigPath, build.Prefix);
    }

    /// <summary>A fork has directives of its own that its arguments of configure do not tell: its build counts as unknown.</summary>
    private static NginxFacts FactsOf(NginxBuild build, NginxRelease release, string binary) => release switch
    {
        { Product: "nginx" or "freenginx", Core: { } core } => new NginxFacts(core, build.Options) { Backports = BackportsIn(binary, core) },
        { Product: "openresty", Core: { } core } => new NginxFacts(core),
        _ => NginxFacts.Newest,
    };

    /// <summary>
    /// Debian's nginx 1.22.1 knows <c>max_headers</c>. A command's name stands in the binary between two zero bytes; a name that was
    /// a directive, or a plain word, before says nothing.
    /// </summary>
    private static HashSet<string> BackportsIn(string binary, Version version)
    {
        ReadOnlySpan<byte> bytes = FileCalls.Read(binary, BinaryBytesMax);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in DirectiveTable.Names)
        {
            if (name.Contains('_') && DirectiveTable.Find(name).All(form => form.Since > version) && bytes.IndexOf(Encoding.ASCII.GetBytes($"\0{name}\0")) >= 0)
            {
                found.Add(name);
            }
        }

        return found;
    }
}
