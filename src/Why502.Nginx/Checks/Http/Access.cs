using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>Who may ask: access, realip, auth_basic, auth_request, referer, secure_link.</summary>
internal static class Access
{
    private const DirectiveContexts Anywhere = DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location;

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("allow", Anywhere | DirectiveContexts.LimitExcept, ReadRule),
        new("deny", Anywhere | DirectiveContexts.LimitExcept, ReadRule),
        new("set_real_ip_from", Anywhere, ReadRealIpFrom),
        new("real_ip_header", Anywhere, (in DirectiveCall call) => call.SetOnce()),
        new("auth_basic_user_file", Anywhere | DirectiveContexts.LimitExcept, ReadUserFile),
        new("auth_request", Anywhere, (in DirectiveCall call) => call.SetOnce()),
        new("auth_request_set", Anywhere, ReadAuthRequestSet),
        new("valid_referers", DirectiveContexts.Server | DirectiveContexts.Location, ReadReferers),
    ];

    private static void ReadRule(in DirectiveCall call)
    {
        var text = call.Arguments[0];
        if (text is "all" or "unix:")
        {
            return;
        }

        if (AddressText.Network(text) is not { } network)
        {
            call.Fail($"invalid parameter \"{text}\"", 0);
        }
        else if (!network.IsExact)
        {
            call.Warn($"low address bits of {text} are meaningless", 0);
        }
    }

    private static void ReadRealIpFrom(in DirectiveCall call)
    {
        var text = call.Arguments[0];
        if (text == "unix:")
        {
            return;
        }

        if (AddressText.Network(text) is { } network)
        {
            if (!network.IsExact)
            {
                call.Warn($"low address bits of {text} are meaningless", 0);
            }
        }
        else if (call.World.Host(text).Sight.Fails)
        {
            call.Fail($"host not found in set_real_ip_from \"{text}\"", 0);
        }
    }

    private static void ReadUserFile(in DirectiveCall call)
    {
        // It is opened with the first request, not with the configuration.
        if (call.SetOnce())
        {
            ComplexText.Compile(call, call.Arguments[0], 0);
        }
    }

    private static void ReadAuthRequestSet(in DirectiveCall call)
    {
        var variables = ComplexText.VariablesOf(call);
        if (VariableBlocks.Variable(call, 0) is { } name && variables.Define(call, name, 0) && ComplexText.Use(call, name))
        {
            ComplexText.Compile(call, call.Arguments[1], 1);
        }
    }

    private static void ReadReferers(in DirectiveCall call)
    {
        var referers = call.Block.Get(Referers.Slot);
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var text = call.Arguments[i];
            switch (text)
            {
                case "":
                    call.Fail("invalid referer \"\"", i);
                    return;
                case "none" or "blocked":
                    referers.HasSpecial = true;
                    continue;
                case "server_names":
                    referers.HasServerNames = true;
                    continue;
            }

            if (text.StartsWith('~'))
            {
                if (Regex.Compile(call, text[1..], i, variables: false) is null)
                {
                    return;
                }

                continue;
            }

            var slash = text.IndexOf('/', StringComparison.Ordinal);
            var host = slash < 0 ? text : text[..slash];
            if (referers.Add(host) is { } mistake)
            {
                call.Fail(mistake, i);
                return;
            }
        }
    }
}

/// <summary>The referers of a block.</summary>
internal sealed class Referers
{
    public static readonly Slot<Referers> Slot = new(() => new Referers());

    public HashKeys Keys { get; } = new();

    public int Count { get; private set; }

    public bool HasSpecial { get; set; }

    public bool HasServerNames { get; set; }

    /// <summary>ngx_http_add_referer; null when the host is taken. ngx_hash_add_key has changed it to small letters when it finds that it is there.</summary>
    public string? Add(string host)
    {
        switch (Keys.Add(host, wildcards: true))
        {
            case HashKeyResult.Invalid:
                return $"invalid hostname or wildcard \"{host}\"";
            case HashKeyResult.Taken:
                return $"conflicting parameter \"{host.ToLowerInvariant()}\"";
            default:
                Count++;
                return null;
        }
    }
}
