using Why502.Diagnosis;
using Why502.Nginx;

namespace Why502.Cli.Verify;

/// <summary>The request nginx would make of a peer for a client's path, as a question.</summary>
internal static class UpstreamRequest
{
    public static Question Of(ProxiedLocation location, Endpoint peer, string host, string path, NginxInstance instance, int patienceMs)
    {
        var address = peer.ToString();
        return location.Kind switch
        {
            PassKind.Proxy when location.Scheme is "http" or "https" => new HttpGet(
                address,
                location.Scheme,
                HostHeader(location, host),
                Mapped(location, path),
                location.Effective("proxy_http_version").Value == "1.1" ? "1.1" : "1.0",
                patienceMs)
            { ServerName = location.Effective("proxy_ssl_server_name").IsOn ? Verifier.NameOf(SslName(location, host)) : "" },
            PassKind.FastCgi => new FastCgiGet(address, Script(location, path, instance), path, host, patienceMs),
            PassKind.Uwsgi when location.Scheme != "suwsgi" => new UwsgiGet(address, path, host, patienceMs),
            PassKind.Scgi => new ScgiGet(address, path, host, patienceMs),
            _ => new Connect(address),
        };
    }

    /// <summary>proxy_pass with a URI part replaces what the location matched (ngx_http_proxy_create_request); with variables nobody can tell from here.</summary>
    private static string Mapped(ProxiedLocation location, string path)
        => location.UriPart is { Length: > 0 } uri && !location.HasVariables && location.Location is { IsRegex: false, IsNamed: false } matched
            && path.StartsWith(matched.Path, StringComparison.Ordinal)
            ? uri + path[matched.Path.Length..]
            : path;

    /// <summary>nginx sends the authority of proxy_pass unless it is told otherwise.</summary>
    private static string HostHeader(ProxiedLocation location, string host)
    {
        var set = location.Effective("proxy_set_header").All?.LastOrDefault(header => header.Count == 2 && header[0].Equals("Host", StringComparison.OrdinalIgnoreCase));
        var value = set?[1] ?? "$proxy_host";
        return value switch
        {
            "$host" => Verifier.NameOf(host) is { Length: > 0 } name ? name : host,
            "$http_host" => host,
            _ when value.Contains('$') => Authority(location) ?? host,
            _ => value,
        };
    }

    private static string SslName(ProxiedLocation location, string host)
        => location.Effective("proxy_ssl_name").Value is { } name && !name.Contains('$') ? name : Authority(location) ?? host;

    private static string? Authority(ProxiedLocation location)
    {
        if (location.Group is { } group)
        {
            return group.Name;
        }

        var target = location.Target;
        var start = target.IndexOf("://", StringComparison.Ordinal);
        if (start < 0 || target.Contains('$') || target.AsSpan(start + 3).StartsWith("unix:"))
        {
            return start >= 0 && !target.Contains('$') ? "localhost" : null;
        }

        var rest = target[(start + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? rest : rest[..slash];
    }

    /// <summary>SCRIPT_FILENAME from fastcgi_param with the variables that it usually has.</summary>
    private static string Script(ProxiedLocation location, string path, NginxInstance instance)
    {
        var root = location.Effective("root").Value ?? "html";
        root = root.StartsWith('/') ? root : instance.Prefix.TrimEnd('/') + "/" + root;
        var script = path.EndsWith('/') ? path + (location.Effective("fastcgi_index").Value ?? "index.php") : path;
        var value = location.Effective("fastcgi_param").All?.LastOrDefault(parameter => parameter.Count >= 2 && parameter[0] == "SCRIPT_FILENAME")?[1]
            ?? "$document_root$fastcgi_script_name";
        return value
            .Replace("$document_root", root, StringComparison.Ordinal)
            .Replace("$realpath_root", root, StringComparison.Ordinal)
            .Replace("$fastcgi_script_name", script, StringComparison.Ordinal);
    }
}
