using Why502.Host.Kernel;
using Why502.Host.Machine;
using Why502.Nginx.Checks;

namespace Why502.Host.Checks;

/// <summary>The nginx that is installed on this machine, read from its binary: nothing is run.</summary>
/// <param name="ConfigPath">The main configuration file it was built with.</param>
/// <param name="Prefix">What relative paths count from with that configuration.</param>
public sealed record InstalledNginx(NginxFacts Facts, string Binary, string ConfigPath, string Prefix)
{
    /// <summary>Where binaries are that are not in PATH.</summary>
    private static readonly string[] UsualPlaces = ["/usr/local/nginx/sbin/nginx", "/usr/local/openresty/nginx/sbin/nginx", "/opt/nginx/sbin/nginx"];

    /// <summary>Null when there is none, or none whose version can be read.</summary>
    public static InstalledNginx? Find()
    {
        var binary = new Programs(null).Find("nginx") ?? UsualPlaces.FirstOrDefault(path => FileCalls.Status(path) is { IsRegular: true });
        return binary is null || NginxBinary.FromBytes(binary) is not { Version: { } text } build || VersionOf(text) is not { } version
            ? null
            : new InstalledNginx(FactsOf(build, version), binary, build.ConfigPath, build.Prefix);
    }

    /// <summary>A fork has directives of its own that its arguments of configure do not tell: its build counts as unknown.</summary>
    private static NginxFacts FactsOf(NginxBuild build, Version version) => build.Product switch
    {
        "nginx" or "freenginx" => new NginxFacts(version, build.Options),
        "openresty" => new NginxFacts(version),
        _ => NginxFacts.Newest,
    };

    /// <summary>The first three numbers: <c>1.21.4.1</c> is OpenResty's nginx 1.21.4.</summary>
    private static Version? VersionOf(string text)
    {
        var parts = text.Split('.');
        return parts.Length >= 3 && Version.TryParse(string.Join('.', parts[..3]), out var version) ? version : null;
    }
}
