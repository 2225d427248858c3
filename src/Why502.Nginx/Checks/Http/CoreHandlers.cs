using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>The directives that ngx_http_core_module reads by itself.</summary>
internal static class CoreHandlers
{
    private const DirectiveContexts Anywhere = DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location;

    private static readonly string[] Methods =
        ["GET", "HEAD", "POST", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "OPTIONS", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK", "PATCH"];

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("server", DirectiveContexts.Http, (in DirectiveCall call) => call.Enter(DirectiveContexts.Server, Listen.FinishServer)),
        new("root", Anywhere, ReadRoot),
        new("alias", DirectiveContexts.Location, ReadRoot),
        new("types", Anywhere, (in DirectiveCall call) => call.EnterLines(ReadType)),
        new("limit_except", DirectiveContexts.Location, ReadLimitExcept),
        new("aio", Anywhere, ReadAio),
        new("directio", Anywhere, ReadDirectIo),
        new("keepalive_timeout", Anywhere, ReadKeepalive),
        new("internal", DirectiveContexts.Location, (in DirectiveCall call) => call.SetOnce()),
        new("error_page", Anywhere, ReadErrorPage),
        new("open_file_cache", Anywhere, ReadOpenFileCache),
        new("resolver", Anywhere, ReadResolver),
        new("gzip_disable", Anywhere, ReadGzipDisable),
        new("disable_symlinks", Anywhere, ReadDisableSymlinks),
    ];

    private static void ReadRoot(in DirectiveCall call)
    {
        var text = call.Arguments[0];
        if (!call.Block.TrySet("root or alias", call.Directive))
        {
            var earlier = call.Block.Own("root or alias")!.Name;
            if (earlier == call.Name)
            {
                call.Refuse("is duplicate");
            }
            else
            {
                call.Fail($"\"{call.Name}\" directive is duplicate, \"{earlier}\" directive was specified earlier");
            }

            return;
        }

        call.Block.TrySet(call.Name, call.Directive);
        if (call.Name == "alias" && call.Block.Peek(LocationInfo.Slot) is { IsNamed: true })
        {
            call.Fail("the \"alias\" directive cannot be used inside the named location");
            return;
        }

        foreach (var variable in (ReadOnlySpan<string>)["document_root", "realpath_root"])
        {
            if (text.Contains("$" + variable, StringComparison.Ordinal) || text.Contains("${" + variable + "}", StringComparison.Ordinal))
            {
                call.Fail($"the ${variable} variable cannot be used in the \"{call.Name}\" directive", 0);
                return;
            }
        }

        ComplexText.Compile(call, text, 0);
    }

    /// <summary>ngx_http_core_type.</summary>
    private static void ReadType(in DirectiveCall call)
    {
        if (call.Name == "include")
        {
            if (call.Arguments.Count != 1)
            {
                call.Fail("invalid number of arguments in \"include\" directive");
                return;
            }

            call.FollowInclude();
            return;
        }

        var known = (call.Block.Parent ?? call.Block).Get(ExtensionTypes.Slot).ByExtension;
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var extension = call.Arguments[i].ToLowerInvariant();
            if (known.TryGetValue(extension, out var old))
            {
                call.Warn($"duplicate extension \"{extension}\", content type: \"{call.Name}\", previous content type: \"{old}\"", i);
            }

            known[extension] = call.Name;
        }
    }

    private static void ReadLimitExcept(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        for (var i = 0; i < call.Arguments.Count; i++)
        {
            if (!Methods.Contains(call.Arguments[i], StringComparer.OrdinalIgnoreCase))
            {
                call.Fail($"invalid method \"{call.Arguments[i]}\"", i);
                return;
            }
        }

        call.Enter(DirectiveContexts.LimitExcept);
    }

    private static void ReadAio(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        switch (call.Arguments[0])
        {
            case "off":
                return;
            case "on":
                // Debian builds without --with-file-aio; a build of unknown options may have it.
                if (call.Facts.IsBuildKnown && call.Facts.Option("with-file-aio") is null)
                {
                    call.Fail("\"aio on\" is unsupported on this platform", 0);
                }

                return;
            case "threads":
                ThreadPools.Use(call, "default");
                return;
            case var text when text.StartsWith("threads=", StringComparison.Ordinal):
                if (ComplexText.HasVariables(text))
                {
                    ComplexText.Compile(call, text[8..], 0);
                }
                else
                {
                    ThreadPools.Use(call, text[8..]);
                }

                return;
        }

        call.Refuse("invalid value", 0);
    }

    private static void ReadDirectIo(in DirectiveCall call)
    {
        if (call.SetOnce() && call.Arguments[0] != "off" && Number.Offset(call.Arguments[0]) < 0)
        {
            call.Refuse("invalid value", 0);
        }
    }

    private static void ReadKeepalive(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        if (Number.Milliseconds(call.Arguments[0]) < 0)
        {
            call.Refuse("invalid value", 0);
        }
        else if (call.Arguments.Count == 2 && Number.Seconds(call.Arguments[1]) < 0)
        {
            call.Refuse("invalid value", 1);
        }
    }

    private static void ReadErrorPage(in DirectiveCall call)
    {
        var value = call.Arguments;
        var codes = value.Count - 1;
        if (value[codes - 1].StartsWith('='))
        {
            codes--;
            if (codes == 0 || (value[codes].Length > 1 && Number.Of(value[codes].AsSpan(1)) < 0))
            {
                call.Fail($"invalid value \"{value[codes]}\"", codes);
                return;
            }
        }

        if (!ComplexText.Compile(call, value[^1], value.Count - 1))
        {
            return;
        }

        for (var i = 0; i < codes; i++)
        {
            var status = Number.Of(value[i]);
            if (status is < 0 or 499)
            {
                call.Fail($"invalid value \"{value[i]}\"", i);
                return;
            }

            if (status is < 300 or > 599)
            {
                call.Fail($"value \"{value[i]}\" must be between 300 and 599", i);
                return;
            }
        }
    }

    private static void ReadOpenFileCache(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        var (max, off) = (0L, false);
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var text = call.Arguments[i];
            var fine = text == "off";
            off |= fine;
            if (text.StartsWith("max=", StringComparison.Ordinal))
            {
                max = Number.Of(text.AsSpan(4));
                fine = max > 0;
            }
            else if (text.StartsWith("inactive=", StringComparison.Ordinal))
            {
                fine = Number.Seconds(text.AsSpan(9)) >= 0;
            }

            if (!fine)
            {
                call.Fail($"invalid \"open_file_cache\" parameter \"{text}\"", i);
                return;
            }
        }

        if (!off && max == 0)
        {
            call.Fail("\"open_file_cache\" must have the \"max\" parameter");
        }
    }

    /// <summary>ngx_resolver_create.</summary>
    private static void ReadResolver(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        var servers = 0;
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var text = call.Arguments[i];
            if (text.StartsWith("valid=", StringComparison.Ordinal))
            {
                if (Number.Seconds(text.AsSpan(6)) < 0)
                {
                    call.Fail($"invalid parameter: {text}", i);
                    return;
                }
            }
            else if (text.StartsWith("ipv6=", StringComparison.Ordinal) || (text.StartsWith("ipv4=", StringComparison.Ordinal) && call.Facts.Version >= new Version(1, 23)))
            {
                if (text[5..] is not ("on" or "off"))
                {
                    call.Fail($"invalid parameter: {text}", i);
                    return;
                }
            }
            else
            {
                var url = Url.Parse(text, 53, call.World);
                if (url.Error is not null)
                {
                    call.Fail($"{url.Error} in resolver \"{text}\"", i);
                    return;
                }

                servers++;
            }
        }

        if (servers == 0)
        {
            call.Fail("no name servers defined");
        }
    }

    private static void ReadGzipDisable(in DirectiveCall call)
    {
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            if (call.Arguments[i] is not ("msie6" or "degradation") && Regex.Compile(call, call.Arguments[i], i, variables: false) is null)
            {
                return;
            }
        }
    }

    private static void ReadDisableSymlinks(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        string? mode = null;
        var from = false;
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var text = call.Arguments[i];
            if (text is "off" or "on" or "if_not_owner")
            {
                mode = text;
            }
            else if (text.StartsWith("from=", StringComparison.Ordinal))
            {
                from = true;
                if (!ComplexText.Compile(call, text[5..], i))
                {
                    return;
                }
            }
            else
            {
                call.Fail($"invalid parameter \"{text}\"", i);
                return;
            }
        }

        if (mode is null)
        {
            call.Fail("\"disable_symlinks\" must have \"off\", \"on\" or \"if_not_owner\" parameter");
        }
        else if (call.Arguments.Count == 2 && !from)
        {
            call.Fail($"duplicate parameters \"{call.Arguments[0]} {call.Arguments[1]}\"");
        }
        else if (from && mode == "off")
        {
            call.Fail("\"from=\" cannot be used with \"off\" parameter");
        }
    }
}

/// <summary>Extensions of <c>types</c> in one block.</summary>
internal sealed class ExtensionTypes
{
    public static readonly Slot<ExtensionTypes> Slot = new(() => new ExtensionTypes());

    public Dictionary<string, string> ByExtension { get; } = new(StringComparer.Ordinal);
}
