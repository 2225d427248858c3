namespace Why502.Nginx;

/// <summary>A pass directive's argument taken apart, as each module's pass function does it.</summary>
/// <param name="Authority">The address or group name; null when it is in a variable.</param>
internal sealed record PassTarget(PassKind Kind, string? Scheme, string? Authority, string? UriPart, bool HasVariables, Endpoint? Endpoint)
{
    private static readonly (string Directive, PassKind Kind, string Scheme)[] Kinds =
    [
        ("proxy_pass", PassKind.Proxy, "http"),
        ("fastcgi_pass", PassKind.FastCgi, "fastcgi"),
        ("uwsgi_pass", PassKind.Uwsgi, "uwsgi"),
        ("scgi_pass", PassKind.Scgi, "scgi"),
        ("grpc_pass", PassKind.Grpc, "grpc"),
        ("memcached_pass", PassKind.Memcached, "memcached"),
    ];

    public static bool IsPass(string directiveName) => Array.Exists(Kinds, k => k.Directive == directiveName);

    public static PassTarget Of(Directive pass) => Of(pass.Name, pass.Arguments.Count > 0 ? pass.Arguments[0] : string.Empty);

    public static PassTarget Of(string directiveName, string target)
    {
        var (_, kind, scheme) = Kinds.First(k => k.Directive == directiveName);
        string? written = null;
        var address = target;
        var separator = target.IndexOf("://", StringComparison.Ordinal);
        if (separator > 0 && !target.AsSpan(0, separator).Contains('$'))
        {
            written = target[..separator].ToLowerInvariant();
            address = target[(separator + 3)..];
        }

        if (address.StartsWith('$') || (written is null && target.StartsWith('$')))
        {
            return new PassTarget(kind, written ?? (kind == PassKind.Proxy ? null : scheme), null, null, true, null);
        }

        var (authority, uri) = SplitUri(address, kind == PassKind.Proxy);
        if (kind == PassKind.Proxy && UriVariable(authority) is > 0 and var variable)
        {
            (authority, uri) = (authority[..variable], address[variable..]);
        }

        var authorityVaries = authority.Contains('$');
        var defaultPort = (written ?? scheme) switch { "http" => 80, "https" => 443, _ => 0 };
        return new PassTarget(
            kind,
            written ?? scheme,
            authorityVaries ? null : authority,
            uri,
            target.Contains('$'),
            !authorityVaries && Endpoint.TryParse(authority, defaultPort, out var endpoint) ? endpoint : null);
    }

    /// <summary>
    /// Where a variable begins that can only be the URI: behind a complete port, or one whose value begins with a slash
    /// or question mark. nginx parses the text after it has put the values in (ngx_http_proxy_eval).
    /// </summary>
    private static int UriVariable(string authority)
    {
        var dollar = authority.IndexOf('$');
        if (dollar <= 0)
        {
            return -1;
        }

        var name = authority.AsSpan(dollar + 1).Trim("{}");
        var colon = authority.AsSpan(0, dollar).LastIndexOf(':');
        var behindPort = colon >= 0 && dollar - colon > 2 && !authority.AsSpan(colon + 1, dollar - colon - 1).ContainsAnyExceptInRange('0', '9');
        return behindPort || name.StartsWith("request_uri") || name.StartsWith("uri") || name.StartsWith("document_uri") || name.StartsWith("is_args")
            ? dollar
            : -1;
    }

    /// <summary>ngx_parse_url with uri_part: a unix socket's path ends at the next colon, any other address at a slash or question mark.</summary>
    private static (string Authority, string? Uri) SplitUri(string address, bool uriAllowed)
    {
        var unix = address.StartsWith("unix:", StringComparison.OrdinalIgnoreCase);
        var end = unix
            ? (uriAllowed ? address.IndexOf(':', 5) : -1)
            : address.AsSpan().IndexOfAny('/', '?');
        if (end < 0)
        {
            return (address, null);
        }

        var uri = address[(unix ? end + 1 : end)..];
        return (address[..end], uri.Length == 0 ? null : uri);
    }
}
