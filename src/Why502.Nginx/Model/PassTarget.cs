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
        var text = TargetText.Of(target, socketHasUri: kind == PassKind.Proxy);
        var written = text.Scheme?.Contains('$') == true ? null : text.Scheme?.ToLowerInvariant();
        if (text.Authority.StartsWith('$') || written is null && text.Scheme is not null)
        {
            return new PassTarget(kind, written ?? (kind == PassKind.Proxy ? null : scheme), null, null, true, null);
        }

        var (authority, uri) = (text.Authority, text.Uri.Length == 0 ? null : text.Uri);
        if (kind == PassKind.Proxy && UriVariable(authority) is > 0 and var variable)
        {
            (authority, uri) = (authority[..variable], authority[variable..] + text.Uri);
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

    /// <summary>What of a target decides where a request goes: the text before a slash, or before a variable whose value can only be a URI. A socket's path has slashes of its own.</summary>
    public static string BeforeUri(string target)
    {
        var text = TargetText.Of(target);
        if (text.IsUnix)
        {
            return target;
        }

        var end = 1;
        while (end < text.Authority.Length && !(text.Authority[end] == '$' && IsUriVariable(text.Authority.AsSpan(end + 1))))
        {
            end++;
        }

        return (text with { Authority = text.Authority[..Math.Min(end, text.Authority.Length)], Uri = string.Empty }).ToString();
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

        var colon = authority.AsSpan(0, dollar).LastIndexOf(':');
        var behindPort = colon >= 0 && dollar - colon > 2 && !authority.AsSpan(colon + 1, dollar - colon - 1).ContainsAnyExceptInRange('0', '9');
        return behindPort || IsUriVariable(authority.AsSpan(dollar + 1)) ? dollar : -1;
    }

    /// <param name="behindDollar">The variable's name, in braces or not, and what follows.</param>
    private static bool IsUriVariable(ReadOnlySpan<char> behindDollar)
    {
        var name = behindDollar.TrimStart('{');
        return name.StartsWith("request_uri") || name.StartsWith("uri") || name.StartsWith("document_uri") || name.StartsWith("is_args");
    }
}
