using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>What is sent: index, try_files, headers, substitutions, handlers, and the small filters.</summary>
internal static class Content
{
    private const DirectiveContexts Anywhere = DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location;
    private const DirectiveContexts WithIf = Anywhere | DirectiveContexts.IfInLocation;
    private static readonly string[] Browsers = ["msie", "gecko", "opera", "safari", "konqueror"];
    private static readonly Slot<HashSet<string>> Types = new(() => new HashSet<string>(StringComparer.Ordinal));

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("index", Anywhere, ReadIndex),
        new("try_files", DirectiveContexts.Server | DirectiveContexts.Location, ReadTryFiles),
        new("expires", WithIf, ReadExpires),
        new("add_header", WithIf, ReadHeader),
        new("add_trailer", WithIf, ReadHeader),
        new("sub_filter", Anywhere, ReadSubFilter),
        new("mirror", Anywhere, ReadMirror),
        new("stub_status", DirectiveContexts.Server | DirectiveContexts.Location, Accept),
        new("empty_gif", DirectiveContexts.Location, Accept),
        new("flv", DirectiveContexts.Location, Accept),
        new("mp4", DirectiveContexts.Location, Accept),
        new("modern_browser", Anywhere, ReadModernBrowser),
        new("ancient_browser", Anywhere, Accept),
        new("modern_browser_value", Anywhere, Accept),
        new("ancient_browser_value", Anywhere, Accept),
        new("userid_expires", Anywhere, ReadUseridExpires),
        new("userid_mark", Anywhere, ReadUseridMark),
        new("http2_push", Anywhere, ReadPush),
        .. from name in (string[])["addition_types", "charset_types", "gzip_types", "ssi_types", "sub_filter_types"]
           select new DirectiveHandler(name, WithIf, ReadTypes),
        .. from pair in ((string, string)[])
           [
               ("http2_max_requests", "keepalive_requests"), ("http2_max_field_size", "large_client_header_buffers"), ("http2_max_header_size", "large_client_header_buffers"),
               ("http2_recv_timeout", "client_header_timeout"), ("http2_idle_timeout", "keepalive_timeout"),
           ]
           select new DirectiveHandler(pair.Item1, Anywhere, (in DirectiveCall call) => call.Warn($"the \"{pair.Item1}\" directive is obsolete, use the \"{pair.Item2}\" directive instead")),
    ];

    private static void Accept(in DirectiveCall call)
    {
        // It sets a handler or adds to a list: repeated or not, nginx takes it.
    }

    private static void ReadIndex(in DirectiveCall call)
    {
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var text = call.Arguments[i];
            if (text.StartsWith('/') && i < call.Arguments.Count - 1)
            {
                call.Warn("only the last index in \"index\" directive should be absolute", i);
            }

            if (text.Length == 0)
            {
                call.Fail($"index \"{call.Arguments[0]}\" in \"index\" directive is invalid", i);
                return;
            }

            if (!ComplexText.Compile(call, text, i))
            {
                return;
            }
        }
    }

    private static void ReadTryFiles(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        var value = call.Arguments;
        for (var i = 0; i < value.Count; i++)
        {
            if (!ComplexText.Compile(call, value[i].EndsWith('/') && i < value.Count - 1 ? value[i][..^1] : value[i], i))
            {
                return;
            }
        }

        if (value[^1].StartsWith('=') && Number.Of(value[^1].AsSpan(1)) is < 0 or > 999)
        {
            call.Fail($"invalid code \"{value[^1]}\"", value.Count - 1);
        }
    }

    private static void ReadExpires(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        var modified = call.Arguments.Count == 2;
        if (modified && call.Arguments[0] != "modified")
        {
            call.Refuse("invalid value", 0);
            return;
        }

        var text = call.Arguments[^1];
        if (ComplexText.HasVariables(text))
        {
            ComplexText.Compile(call, text);
        }
        else if (modified || text is not ("epoch" or "max" or "off"))
        {
            ReadExpiresTime(call, text, modified);
        }
    }

    /// <summary>ngx_http_parse_expires.</summary>
    private static void ReadExpiresTime(in DirectiveCall call, string text, bool modified)
    {
        var daily = text.StartsWith('@');
        if (daily && modified)
        {
            call.Refuse("daily time cannot be used with \"modified\" parameter");
            return;
        }

        var time = Number.Seconds(text.Length > 0 && text[0] is '@' or '+' or '-' ? text[1..] : text);
        if (time < 0)
        {
            call.Refuse("invalid value");
        }
        else if (daily && time > 24 * 60 * 60)
        {
            call.Refuse("daily time value must be less than 24 hours");
        }
    }

    private static void ReadHeader(in DirectiveCall call)
    {
        if (ComplexText.Compile(call, call.Arguments[1], 1) && call.Arguments.Count == 3 && call.Arguments[2] != "always")
        {
            call.Fail($"invalid parameter \"{call.Arguments[2]}\"", 2);
        }
    }

    private static void ReadSubFilter(in DirectiveCall call)
    {
        if (call.Arguments[0].Length == 0)
        {
            call.Fail("empty search pattern", 0);
        }
        else if (ComplexText.Compile(call, call.Arguments[0], 0))
        {
            ComplexText.Compile(call, call.Arguments[1], 1);
        }
    }

    private static void ReadMirror(in DirectiveCall call)
    {
        var first = call.Block.Own("mirror");
        if (first is not null && (first.Arguments[0] == "off" || call.Arguments[0] == "off"))
        {
            call.Refuse("is duplicate");
            return;
        }

        call.Block.TrySet("mirror", call.Directive);
    }

    private static void ReadModernBrowser(in DirectiveCall call)
    {
        var value = call.Arguments;
        if (value.Count == 1)
        {
            if (value[0] != "unlisted")
            {
                // nginx's setter fails without a word: these are ours.
                call.Refuse("needs a browser and its version, or \"unlisted\": nginx stops here without a message", 0);
            }

            return;
        }

        if (!Browsers.Contains(value[0], StringComparer.OrdinalIgnoreCase))
        {
            call.Fail($"unknown browser name \"{value[0]}\"", 0);
        }
        else if (value[1].Any(letter => !char.IsAsciiDigit(letter) && letter != '.'))
        {
            call.Fail($"invalid browser version \"{value[1]}\"", 1);
        }
    }

    private static void ReadUseridExpires(in DirectiveCall call)
    {
        if (call.SetOnce() && call.Arguments[0] is not ("max" or "off") && Number.Seconds(call.Arguments[0]) < 0)
        {
            call.Refuse("invalid value", 0);
        }
    }

    private static void ReadUseridMark(in DirectiveCall call)
    {
        if (call.SetOnce() && call.Arguments[0] != "off" && !(call.Arguments[0] is [var letter] && (char.IsAsciiLetterOrDigit(letter) || letter == '=')))
        {
            call.Refuse("value must be \"off\" or a single letter, digit or \"=\"", 0);
        }
    }

    private static void ReadPush(in DirectiveCall call)
    {
        var off = call.Arguments[0] == "off";
        var first = call.Block.Own(call.Name);
        call.Block.TrySet(call.Name, call.Directive);
        if (first is not null && off != (first.Arguments[0] == "off"))
        {
            call.Refuse(off ? "\"off\" parameter cannot be used with URI" : "URI cannot be used with \"off\" parameter");
        }
        else if (first is not null && off)
        {
            call.Refuse("is duplicate");
        }
        else if (!off)
        {
            ComplexText.Compile(call, call.Arguments[0], 0);
        }
    }

    /// <summary>ngx_http_types_slot: <c>text/html</c> is always there.</summary>
    private static void ReadTypes(in DirectiveCall call)
    {
        var known = call.Block.Get(Types);
        if (call.Name != "charset_types")
        {
            known.Add(call.Name + " text/html");
        }
        else
        {
            known.Add("charset_types text/html");
        }

        for (var i = 0; i < call.Arguments.Count; i++)
        {
            if (call.Arguments[i] == "*")
            {
                known.Add(call.Name + " *");
            }

            if (known.Contains(call.Name + " *"))
            {
                return;
            }

            if (!known.Add($"{call.Name} {call.Arguments[i].ToLowerInvariant()}"))
            {
                call.Warn($"duplicate MIME type \"{call.Arguments[i].ToLowerInvariant()}\"", i);
            }
        }
    }
}
