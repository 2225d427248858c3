using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>The directives that the modules which pass requests on read by themselves, beside the pass itself.</summary>
internal static class ProxyHandlers
{
    private const DirectiveContexts Anywhere = DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location;
    private static readonly string[] Caching = ["proxy", "fastcgi", "uwsgi", "scgi"];
    private static readonly Slot<RepeatedOrOff> Repeated = new(() => new RepeatedOrOff());

    public static IEnumerable<DirectiveHandler> Handlers { get; } = [.. All()];

    private static IEnumerable<DirectiveHandler> All()
    {
        yield return new("proxy_redirect", Anywhere, ReadRedirect);
        yield return new("proxy_cookie_domain", Anywhere, (in DirectiveCall call) => ReadCookie(call, domain: true));
        yield return new("proxy_cookie_path", Anywhere, (in DirectiveCall call) => ReadCookie(call, domain: false));
        yield return new("proxy_cookie_flags", Anywhere, ReadCookieFlags);
        yield return new("fastcgi_split_path_info", Anywhere, ReadSplitPathInfo);
        foreach (var module in Caching)
        {
            yield return new(module + "_store", Anywhere, (in DirectiveCall call) => ReadStore(call, module));
            yield return new(module + "_cache", Anywhere, (in DirectiveCall call) => ReadCache(call, module));
            yield return new(module + "_cache_key", Anywhere, ReadOnceWithVariables);
            yield return new(module + "_cache_path", DirectiveContexts.Http, (in DirectiveCall call) => CachePath.Read(call, module));
            yield return new(module + "_cache_valid", Anywhere, CachePath.ReadValid);
            if (module != "proxy")
            {
                yield return new(module + "_param", Anywhere, ReadParameter);
            }
        }

        foreach (var module in (string[])[.. Caching, "grpc", "memcached"])
        {
            yield return new(module + "_bind", Anywhere, ReadBind);
        }

        yield return new("proxy_set_header", Anywhere, ReadLine);
        yield return new("grpc_set_header", Anywhere, ReadLine);
        yield return new("proxy_ssl_conf_command", Anywhere, ReadLine);
        yield return new("uwsgi_ssl_conf_command", Anywhere, ReadLine);
        yield return new("grpc_ssl_conf_command", Anywhere, ReadLine);
        yield return new("proxy_ssl_password_file", Anywhere, PasswordFile.Read);
        yield return new("uwsgi_ssl_password_file", Anywhere, PasswordFile.Read);
        yield return new("grpc_ssl_password_file", Anywhere, PasswordFile.Read);
    }

    private static void ReadOnceWithVariables(in DirectiveCall call)
    {
        if (call.SetOnce())
        {
            ComplexText.Compile(call, call.Arguments[0], 0);
        }
    }

    private static void ReadParameter(in DirectiveCall call)
    {
        if (call.Arguments.Count == 3 && call.Arguments[2] != "if_not_empty")
        {
            call.Fail($"invalid parameter \"{call.Arguments[2]}\"", 2);
            return;
        }

        ReadLine(call);
    }

    /// <summary>Kept for the merge, which compiles it.</summary>
    private static void ReadLine(in DirectiveCall call)
    {
        call.Block.Get(Lines.Slot).Of(call.Name).Add(call.Directive);
        call.Block.TrySet(call.Name, call.Directive);
    }

    private static void ReadBind(in DirectiveCall call)
    {
        var value = call.Arguments;
        if (!call.SetOnce() || (value.Count == 1 && value[0] == "off"))
        {
            return;
        }

        if (ComplexText.HasVariables(value[0]))
        {
            if (!ComplexText.Compile(call, value[0], 0))
            {
                return;
            }
        }
        else if (!IsAddressWithPort(value[0]))
        {
            call.Fail($"invalid address \"{value[0]}\"", 0);
            return;
        }

        if (value.Count == 2 && value[1] != "transparent")
        {
            call.Fail($"invalid parameter \"{value[1]}\"", 1);
        }
    }

    /// <summary>ngx_parse_addr_port.</summary>
    private static bool IsAddressWithPort(string text)
    {
        Span<byte> address = stackalloc byte[16];
        if (AddressText.TryInet(text, out _) || AddressText.TryInet6(text, address))
        {
            return true;
        }

        var port = text.StartsWith('[') ? text.IndexOf("]:", StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        if (text.StartsWith('[') && text.EndsWith(']'))
        {
            return AddressText.TryInet6(text.AsSpan(1, text.Length - 2), address);
        }

        if (port <= 0 || Number.Of(text.AsSpan(port + 1)) is < 1 or > 65535)
        {
            return false;
        }

        return text.StartsWith('[') ? AddressText.TryInet6(text.AsSpan(1, port - 2), address) : AddressText.TryInet(text.AsSpan(0, port), out _);
    }

    private static void ReadRedirect(in DirectiveCall call)
    {
        var value = call.Arguments;
        var state = call.Block.Get(Repeated);
        if (state.Off.Contains(call.Name))
        {
            call.Refuse("is duplicate");
            return;
        }

        call.Block.TrySet(call.Name, call.Directive);
        if (value.Count == 1)
        {
            ReadRedirectWord(call, state);
            return;
        }

        state.Given.Add(call.Name);
        if (PatternOrText(call, value[0], star: true))
        {
            ComplexText.Compile(call, value[1], 1);
        }
    }

    private static void ReadRedirectWord(in DirectiveCall call, RepeatedOrOff state)
    {
        switch (call.Arguments[0])
        {
            case "off":
                if (state.Given.Contains(call.Name))
                {
                    call.Refuse("is duplicate");
                }

                state.Off.Add(call.Name);
                return;
            case "default":
                state.Given.Add(call.Name);
                var pass = call.Block.Peek(PassState.Slot);
                if (pass?.WithVariables.Contains("proxy") == true)
                {
                    call.Fail("\"proxy_redirect default\" cannot be used with \"proxy_pass\" directive with variables");
                }
                else if (pass?.Fixed.Contains("proxy") != true)
                {
                    call.Fail("\"proxy_redirect default\" should be placed after the \"proxy_pass\" directive");
                }

                return;
        }

        call.Fail($"invalid parameter \"{call.Arguments[0]}\"", 0);
    }

    private static void ReadCookie(in DirectiveCall call, bool domain)
    {
        if (!BeginCookie(call))
        {
            return;
        }

        var value = call.Arguments;
        var pattern = domain && value[0].StartsWith('.') ? value[0][1..] : value[0];
        if (PatternOrText(call, pattern, star: !domain))
        {
            ComplexText.Compile(call, value[1], 1);
        }
    }

    private static void ReadCookieFlags(in DirectiveCall call)
    {
        if (!BeginCookie(call) || !PatternOrText(call, call.Arguments[0], star: false))
        {
            return;
        }

        for (var i = 1; i < call.Arguments.Count; i++)
        {
            if (!ComplexText.Compile(call, call.Arguments[i], i))
            {
                return;
            }
        }
    }

    private static bool BeginCookie(in DirectiveCall call)
    {
        var state = call.Block.Get(Repeated);
        if (state.Off.Contains(call.Name))
        {
            call.Refuse("is duplicate");
            return false;
        }

        if (call.Arguments.Count > 1)
        {
            state.Given.Add(call.Name);
            return true;
        }

        if (call.Arguments[0] != "off")
        {
            call.Fail($"invalid parameter \"{call.Arguments[0]}\"", 0);
        }
        else if (state.Given.Contains(call.Name))
        {
            call.Refuse("is duplicate");
        }
        else
        {
            state.Off.Add(call.Name);
        }

        return false;
    }

    private static bool PatternOrText(in DirectiveCall call, string text, bool star)
    {
        if (!text.StartsWith('~'))
        {
            return ComplexText.Compile(call, text, 0);
        }

        return Regex.Compile(call, text[(star && text.StartsWith("~*", StringComparison.Ordinal) ? 2 : 1)..], 0) is not null;
    }

    private static void ReadSplitPathInfo(in DirectiveCall call)
    {
        if (Regex.Compile(call, call.Arguments[0], 0, variables: false) is { } pattern && pattern.Captures != 2)
        {
            call.Fail($"pattern \"{call.Arguments[0]}\" must have 2 captures", 0);
        }
    }

    private static void ReadStore(in DirectiveCall call, string module)
    {
        if (!call.SetOnce() || call.Arguments[0] == "off")
        {
            return;
        }

        if (call.Block.Own(module + "_cache") is { } cache && cache.Arguments[0] != "off")
        {
            call.Refuse($"is incompatible with \"{module}_cache\"");
        }
        else if (call.Arguments[0] != "on")
        {
            ComplexText.Compile(call, call.Arguments[0], 0);
        }
    }

    private static void ReadCache(in DirectiveCall call, string module)
    {
        if (!call.SetOnce() || call.Arguments[0] == "off")
        {
            return;
        }

        if (call.Block.Own(module + "_store") is { } store && store.Arguments[0] != "off")
        {
            call.Refuse($"is incompatible with \"{module}_store\"");
            return;
        }

        if (ComplexText.HasVariables(call.Arguments[0]))
        {
            ComplexText.Compile(call, call.Arguments[0], 0);
        }
        else if (call.Shared.Get(SharedZones.Slot).Add(call, call.Arguments[0], 0, $"ngx_http_{module}", 0) is { } zone)
        {
            call.Block.Get(CacheZone.Slot).ByModule[module] = zone;
        }
    }

    /// <summary>Directives that may be repeated, unless they said <c>off</c>.</summary>
    private sealed class RepeatedOrOff
    {
        public HashSet<string> Given { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Off { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>The zone a block's <c>*_cache</c> names, by module.</summary>
internal sealed class CacheZone
{
    public static readonly Slot<CacheZone> Slot = new(() => new CacheZone());

    public Dictionary<string, SharedZone> ByModule { get; } = new(StringComparer.Ordinal);
}

/// <summary>Directives that stand several times in a block, by name.</summary>
internal sealed class Lines
{
    public static readonly Slot<Lines> Slot = new(() => new Lines());

    private readonly Dictionary<string, List<Directive>> byName = new(StringComparer.Ordinal);

    public List<Directive> Of(string name)
    {
        if (!byName.TryGetValue(name, out var lines))
        {
            byName.Add(name, lines = []);
        }

        return lines;
    }
}
