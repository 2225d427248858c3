using System.Text.RegularExpressions;
using Why502.Diagnosis;
using Why502.Nginx;

namespace Why502.Cli.Verify;

/// <summary>The request nginx would make of a server for a client's path, as a question.</summary>
internal static class UpstreamRequest
{
    private static readonly TimeSpan SplitPatience = TimeSpan.FromMilliseconds(100);

    public static Question Of(CasePlan plan, string address, int patienceMs)
    {
        var location = plan.Location!;
        var (path, query) = Sent(plan);
        return location.Kind switch
        {
            PassKind.Proxy when location.Scheme is "http" or "https" => new HttpGet(
                address,
                location.Scheme,
                HostHeader(location, plan.Host),
                path,
                location.Effective("proxy_http_version").Value == "1.1" ? "1.1" : "1.0",
                patienceMs)
            {
                ServerName = location.Effective("proxy_ssl_server_name").IsOn ? CasePlan.NameOf(SslName(location, plan.Host)) : "",
                Query = query,
            },
            PassKind.FastCgi => FastCgi(plan, address, patienceMs),
            PassKind.Uwsgi when location.Scheme != "suwsgi" => new UwsgiGet(address, plan.Path, plan.Host, patienceMs) { Query = plan.Query },
            PassKind.Scgi => new ScgiGet(address, plan.Path, plan.Host, patienceMs) { Query = plan.Query },
            PassKind.Grpc => new GrpcHealth(address, location.Scheme ?? "grpc", HostHeader(location, plan.Host), patienceMs)
            {
                ServerName = location.Effective("grpc_ssl_server_name").IsOn ? CasePlan.NameOf(SslName(location, plan.Host)) : "",
            },
            PassKind.Uwsgi => new TlsHandshake(address, ""),
            PassKind.Memcached => new MemcachedGet(address, patienceMs),
            _ => new Connect(address),
        };
    }

    /// <summary>The URI as the routing engine has it, rewrites included; where it depends on what nobody knows here, as the pass directive alone makes it.</summary>
    private static (string Path, string Query) Sent(CasePlan plan)
    {
        if (plan.Route?.UpstreamUri is { Length: > 0 } uri)
        {
            var mark = uri.IndexOf('?', StringComparison.Ordinal);
            return mark < 0 ? (uri, "") : (uri[..mark], uri[(mark + 1)..]);
        }

        var location = plan.Location!;
        var path = location.UriPart is { Length: > 0 } part && !location.HasVariables && location.Location is { IsRegex: false, IsNamed: false } matched
            && plan.Path.StartsWith(matched.Path, StringComparison.Ordinal)
            ? part + plan.Path[matched.Path.Length..]
            : plan.Path;
        return (path, plan.Query);
    }

    /// <summary>nginx sends the authority of proxy_pass unless it is told otherwise.</summary>
    private static string HostHeader(ProxiedLocation location, string host)
    {
        var set = location.Effective($"{location.DirectivePrefix}_set_header").All?.LastOrDefault(header => header.Count == 2 && header[0].Equals("Host", StringComparison.OrdinalIgnoreCase));
        var value = set?[1] ?? "$proxy_host";
        return value switch
        {
            "$host" => CasePlan.NameOf(host) is { Length: > 0 } name ? name : host,
            "$http_host" => host,
            _ when value.Contains('$') => Authority(location) ?? host,
            _ => value,
        };
    }

    private static string SslName(ProxiedLocation location, string host)
        => location.Effective($"{location.DirectivePrefix}_ssl_name").Value is { } name && !name.Contains('$') ? name : Authority(location) ?? host;

    private static string? Authority(ProxiedLocation location)
    {
        if (location.Group is { } group)
        {
            return group.Name;
        }

        var target = TargetText.Of(location.Target);
        return target.Scheme is null || location.Target.Contains('$') ? null : target.IsUnix ? "localhost" : target.Authority;
    }

    private static FastCgiGet FastCgi(CasePlan plan, string address, int patienceMs)
    {
        var name = ScriptName(plan);
        return new(address, ScriptFile(plan, name), plan.Path, plan.Host, patienceMs) { ScriptName = name, Query = plan.Route?.Arguments is { Length: > 0 } arguments ? arguments : plan.Query };
    }

    /// <summary>$fastcgi_script_name (ngx_http_fastcgi_script_name_variable): $uri with the index, without what fastcgi_split_path_info splits off.</summary>
    private static string ScriptName(CasePlan plan)
    {
        var location = plan.Location!;
        var uri = plan.Route?.Uri is { Length: > 0 } final ? final : plan.Path;
        uri = uri.EndsWith('/') ? uri + (location.Effective("fastcgi_index").Value ?? "") : uri;
        if (location.Effective("fastcgi_split_path_info").Value is not { } pattern)
        {
            return uri;
        }

        try
        {
            return Regex.Match(uri, pattern, RegexOptions.CultureInvariant, SplitPatience) is { Success: true, Groups: [_, { Success: true } script, ..] } ? script.Value : uri;
        }
        catch (Exception failure) when (failure is ArgumentException or RegexMatchTimeoutException)
        {
            return uri;
        }
    }

    /// <summary>SCRIPT_FILENAME from fastcgi_param with the variables that it usually has.</summary>
    private static string ScriptFile(CasePlan plan, string name)
    {
        var location = plan.Location!;
        var root = location.Effective("root").Value ?? "html";
        root = root.StartsWith('/') ? root : plan.Instance.Prefix.TrimEnd('/') + "/" + root;
        var value = location.Effective("fastcgi_param").All?.LastOrDefault(parameter => parameter.Count >= 2 && parameter[0] == "SCRIPT_FILENAME")?[1]
            ?? "$document_root$fastcgi_script_name";
        return value
            .Replace("$document_root", root, StringComparison.Ordinal)
            .Replace("$realpath_root", root, StringComparison.Ordinal)
            .Replace("$fastcgi_script_name", name, StringComparison.Ordinal);
    }
}
