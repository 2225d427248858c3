using System.Globalization;
using System.Net;
using System.Text;

namespace Why502.Nginx.Routing;

/// <summary>Values of variables (ngx_http_variables.c).</summary>
internal sealed partial class RouteRun
{
    /// <summary>As nginx's own: maps that refer to each other end here.</summary>
    private const int VariableDepthMax = 100;

    private static readonly string[] Unknowable =
    [
        "remote_port", "request_time", "request_id", "connection", "connection_time", "pid", "msec", "time_iso8601", "time_local", "date_local", "date_gmt",
        "request_length", "bytes_sent", "body_bytes_sent", "realpath_root", "tcpinfo_rtt", "tcpinfo_rttvar", "tcpinfo_snd_cwnd", "tcpinfo_rcv_space",
        "nginx_version", "secure_link", "secure_link_expires", "upstream_addr", "upstream_status",
    ];

    private static readonly string[] Empty = ["gzip_ratio", "http2", "http3", "memcached_key", "slice_range", "spdy", "uid_got", "uid_reset", "uid_set"];

    private static readonly string[] EmptyPrefixes = ["proxy_protocol_", "sent_http_", "sent_trailer_", "ssl_", "upstream_"];

    private readonly Dictionary<string, string> cached;
    private int variableDepth;

    /// <summary>ngx_http_complex_value: captures go in as they are.</summary>
    public string Evaluate(Script script)
    {
        if (script.IsLiteral)
        {
            return script.Source;
        }

        var room = script.SetsLengthsFirst ? Length(script, quote: false, isArguments: false) : int.MaxValue;
        if (script.Parts is [{ Kind: Script.PartKind.Variable } only])
        {
            return Variable(only.Text);
        }

        var text = new StringBuilder();
        foreach (var part in script.Parts)
        {
            text.Append(part.Kind switch
            {
                Script.PartKind.Variable => Variable(part.Text),
                Script.PartKind.Capture => captures.Capture(part.Number),
                _ => part.Text,
            });
        }

        return text.Length > room ? text.ToString(0, room) : text.ToString();
    }

    private string Variable(string name)
    {
        if (set.TryGetValue(name, out var value))
        {
            return value;
        }

        if (table.Variable(name) is { } source)
        {
            return FromSource(name, source);
        }

        return Own(name) ?? Prefixed(name) ?? (IsEmptyYet(name) || table.Assigns(name) ? string.Empty : Unknown(name));
    }

    /// <summary>Of what the upstream answers, of the PROXY protocol, of TLS and of HTTP/2 where they are not spoken: "not found", which reads as empty.</summary>
    private static bool IsEmptyYet(string name)
        => Array.IndexOf(Empty, name) >= 0 || Array.Exists(EmptyPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private string FromSource(string name, ValueSource source)
    {
        if (!source.IsVolatile && cached.TryGetValue(name, out var known))
        {
            return known;
        }

        if (variableDepth >= VariableDepthMax)
        {
            return string.Empty;
        }

        variableDepth++;
        var value = source.Value(this);
        variableDepth--;
        if (!source.IsVolatile)
        {
            cached[name] = value;
        }

        return value;
    }

    private string? Own(string name)
    {
        switch (name)
        {
            case "uri" or "document_uri":
                return uri;
            case "args" or "query_string":
                return args;
            case "is_args":
                return args.Length > 0 ? "?" : string.Empty;
            case "request_uri":
                return unparsedUri;
            case "request_method":
                return MainMethod();
            case "host":
                return hostName.Length > 0 ? hostName : ServerName();
            case "hostname":
                return request.MachineName is { } machine ? ByteText.Of(machine) : Unknown(name);
            case "server_name":
                return ServerName();
            case "scheme":
                return request.Tls ? "https" : "http";
            case "https":
                return request.Tls ? "on" : string.Empty;
            case "server_addr":
                return ServerAddress().Address;
            case "server_port":
                return ServerAddress().Port;
            case "remote_addr":
                return Client;
            case "binary_remote_addr":
                return IPAddress.TryParse(Client, out var address) ? Encoding.Latin1.GetString(address.GetAddressBytes()) : string.Empty;
            case "server_protocol":
                return target.HttpVersion == 9 ? "HTTP/0.9" : string.Create(CultureInfo.InvariantCulture, $"HTTP/{target.HttpVersion / 1000}.{target.HttpVersion % 1000}");
            case "request":
                return $"{target.Method} {unparsedUri} {Own("server_protocol")}";
            case "document_root":
                return DocumentRoot();
            case "request_filename":
                return MapToPath(fileName: true) ?? string.Empty;
            case "request_completion" or "remote_user" or "request_body" or "request_body_file" or "content_length" or "content_type":
                return Header(name.Replace('_', '-')) ?? string.Empty;
            case "fastcgi_script_name":
                return FastCgiScriptName();
            case "fastcgi_path_info":
                return FastCgiPathInfo();
            case "connection_requests":
                return "1";
            case "pipe":
                return ".";
            case "invalid_referer":
                return InvalidReferer();
            case "proxy_host":
                return PassHost()?.Host ?? string.Empty;
            case "proxy_port":
                return PassHost() is { } url ? url.Port.ToString(CultureInfo.InvariantCulture) : string.Empty;
            case "ssl_server_name":
                return request.Tls ? hostName : string.Empty;
            case "realip_remote_addr":
                return Client;
            default:
                return Array.IndexOf(Unknowable, name) >= 0 || (request.Tls && name.StartsWith("ssl_", StringComparison.Ordinal)) ? Unknown(name) : null;
        }
    }

    /// <summary>r->main->method_name: an error page makes it GET.</summary>
    private string MainMethod() => parent is null ? method : parent.MainMethod();

    private string? Prefixed(string name)
    {
        if (name.StartsWith("arg_", StringComparison.Ordinal))
        {
            return Argument(name[4..]);
        }

        if (name.StartsWith("http_", StringComparison.Ordinal))
        {
            return Header(name[5..].Replace('_', '-')) ?? string.Empty;
        }

        if (name.StartsWith("cookie_", StringComparison.Ordinal))
        {
            return Cookie(name[7..]);
        }

        return null;
    }

    private string Unknown(string name)
    {
        Note($"${name} cannot be known here");
        return ByteText.Unknown.ToString();
    }

    /// <summary>ngx_http_arg: the first one of this name, letter case set aside.</summary>
    private string Argument(string name)
    {
        for (var at = 0; name.Length > 0 && at < args.Length; at++)
        {
            at = args.IndexOf(name, at, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                break;
            }

            var equals = at + name.Length;
            if ((at == 0 || args[at - 1] == '&') && equals < args.Length && args[equals] == '=')
            {
                var end = args.IndexOf('&', at);
                return args[(equals + 1)..(end < 0 ? args.Length : end)];
            }
        }

        return string.Empty;
    }

    private string? Header(string name)
    {
        if (name == "host")
        {
            return request.Host is null ? null : ByteText.Of(request.Host);
        }

        foreach (var (key, value) in request.Headers)
        {
            if (key.Replace('_', '-').Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return ByteText.Of(value);
            }
        }

        return null;
    }

    /// <summary>ngx_http_parse_multi_header_lines over the Cookie header.</summary>
    private string Cookie(string name)
    {
        foreach (var pair in (Header("cookie") ?? string.Empty).Split(';', ','))
        {
            var equals = pair.IndexOf('=');
            if (equals >= 0 && pair[..equals].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return pair[(equals + 1)..].Trim();
            }
        }

        return string.Empty;
    }

    /// <summary>ngx_http_core_merge_srv_conf: an expression keeps its <c>~</c>, <c>.example.com</c> loses its dot.</summary>
    private string ServerName()
    {
        var first = server.Block.Children("server_name").SelectMany(d => ByteText.Words(d).Skip(1)).FirstOrDefault() ?? string.Empty;
        if (first.Equals("$hostname", StringComparison.OrdinalIgnoreCase))
        {
            return Own("hostname")!;
        }

        return first.StartsWith('~') ? first : ByteText.Lower(first.TrimStart('.'));
    }

    private (string Address, string Port) ServerAddress()
    {
        var listen = request.Listen ?? server.Server.Listens[0].Address;
        var (address, port) = Listen.Normalise(listen);
        var host = port == 0 ? address : address[..address.LastIndexOf(':')].Trim('[', ']');
        host = host is "0.0.0.0" or "localhost" ? "127.0.0.1" : host;
        return (ByteText.Of(host), port == 0 ? string.Empty : port.ToString(CultureInfo.InvariantCulture));
    }

    private string DocumentRoot()
    {
        var path = Evaluate(scope.Root.Path);
        return scope.Root.Path.IsLiteral ? path : table.FullName(path);
    }

    /// <summary>ngx_http_referer_variable, for a request without a Referer header.</summary>
    private string InvalidReferer()
    {
        var valid = scope.AllInForce("valid_referers");
        if (valid.Count == 0)
        {
            return string.Empty;
        }

        if (Header("referer") is not null)
        {
            return Unknown("invalid_referer");
        }

        return valid.Any(d => d.Arguments.Contains("none")) ? string.Empty : "1";
    }

    private PassUrl? PassHost() => upstreamTarget is null
        ? scope.PassOf("proxy_pass") is { } directive ? PassUrl.Parse(ByteText.Argument(directive)) : null
        : PassUrl.Parse(upstreamTarget);
}
