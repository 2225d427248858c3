using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary><c>listen</c> and <c>server_name</c>: ngx_http_core_listen, ngx_http_add_listen, ngx_http_core_server_name.</summary>
internal static class Listen
{
    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("listen", DirectiveContexts.Server, ReadListen),
        new("server_name", DirectiveContexts.Server, ReadServerName),
    ];

    /// <summary>A server without <c>listen</c> has one on port 80 (ngx_http_core_server), added at its closing brace.</summary>
    public static void FinishServer(in BlockEnd end)
    {
        if (end.Block.Own("listen") is null)
        {
            end.Shared.Get(ListenPorts.Slot).Add("0.0.0.0:80", new ListenOptions(), end.Block, end.Fail);
        }
    }

    private static void ReadListen(in DirectiveCall call)
    {
        var value = call.Arguments;
        call.Block.TrySet("listen", call.Directive);
        var url = Url.Parse(value[0], 80, call.World, listen: true);
        if (url.Error is not null)
        {
            call.Fail($"{url.Error} in \"{value[0]}\" of the \"listen\" directive", 0);
            return;
        }

        var options = new ListenOptions();
        for (var n = 1; n < value.Count; n++)
        {
            if (Parameter(value[n], options) is { } mistake)
            {
                call.Fail(mistake, n);
                return;
            }
        }

        var ports = call.Shared.Get(ListenPorts.Slot);
        var failing = call;
        foreach (var address in url.Addresses)
        {
            if (!ports.Add(address, options, call.Block, (message, hint) => failing.Fail(message, 0, hint)))
            {
                return;
            }
        }
    }

    /// <summary>Null when the parameter is understood.</summary>
    private static string? Parameter(string value, ListenOptions options)
    {
        switch (value)
        {
            case "default_server" or "default":
                options.IsDefault = true;
                return null;
            case "bind" or "deferred" or "reuseport":
                options.IsSet = true;
                return null;
            case "ssl":
                options.IsSsl = true;
                return null;
            case "http2" or "proxy_protocol":
                return null;
        }

        var at = value.IndexOf('=', StringComparison.Ordinal);
        var text = at < 0 ? "" : value[(at + 1)..];
        var fine = (at < 0 ? "" : value[..at]) switch
        {
            "fastopen" => Number.Of(text) >= 0,
            "backlog" => Number.Of(text) > 0,
            "rcvbuf" or "sndbuf" => Number.Size(text) >= 0,
            _ => (bool?)null,
        };
        if (fine is { } known)
        {
            options.IsSet = true;
            return known ? null : $"invalid {value[..at]} \"{value}\"";
        }

        if (value.StartsWith("ipv6only=o", StringComparison.Ordinal))
        {
            options.IsSet = true;
            return text is "on" or "off" ? null : $"invalid ipv6only flags \"{text}\"";
        }

        if (value.StartsWith("so_keepalive=", StringComparison.Ordinal))
        {
            options.IsSet = true;
            return text is "on" or "off" || IsKeepalive(text) ? null : $"invalid so_keepalive value: \"{text}\"";
        }

        if (value.StartsWith("accept_filter=", StringComparison.Ordinal))
        {
            // nginx says so at the level of an error, and goes on.
            return null;
        }

        return $"invalid parameter \"{value}\"";
    }

    /// <summary><c>idle:interval:count</c>, each of which may be left out, but not all of them.</summary>
    private static bool IsKeepalive(string text)
    {
        var parts = text.Split(':', 3);
        var idle = parts[0].Length == 0 ? 0 : Number.Seconds(parts[0]);
        var interval = parts.Length < 2 || parts[1].Length == 0 ? 0 : Number.Seconds(parts[1]);
        var count = parts.Length < 3 || parts[2].Length == 0 ? 0 : Number.Of(parts[2]);
        return idle >= 0 && interval >= 0 && count >= 0 && (idle | interval | count) != 0;
    }

    private static void ReadServerName(in DirectiveCall call)
    {
        var names = call.Block.Get(ServerNameList.Slot);
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var name = call.Arguments[i];
            if ((name.StartsWith('*') && (name.Length < 3 || name[1] != '.')) || (name.StartsWith('.') && name.Length < 2))
            {
                call.Fail($"server name \"{name}\" is invalid", i);
                return;
            }

            if (name.Contains('/', StringComparison.Ordinal))
            {
                call.Warn($"server name \"{name}\" has suspicious symbols", i);
            }

            if (!name.StartsWith('~'))
            {
                names.Plain.Add(name.ToLowerInvariant());
            }
            else if (name.Length == 1)
            {
                call.Fail($"empty regex in server name \"{name}\"", i);
                return;
            }
            else
            {
                if (Regex.Compile(call, name[1..], i) is not { } pattern)
                {
                    return;
                }

                names.HasCaptures = pattern.Captures > 0;
            }
        }
    }
}

/// <summary>ngx_http_listen_opt_t: what matters when two of them meet.</summary>
internal sealed class ListenOptions
{
    public bool IsDefault { get; set; }

    /// <summary>A parameter of the socket was given: only one <c>listen</c> of an address may.</summary>
    public bool IsSet { get; set; }

    public bool IsSsl { get; set; }
}

/// <summary>The names of a server.</summary>
internal sealed class ServerNameList
{
    public static readonly Slot<ServerNameList> Slot = new(() => new ServerNameList());

    public List<string> Plain { get; } = [];

    public bool HasCaptures { get; set; }
}
