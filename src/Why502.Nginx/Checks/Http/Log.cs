using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_http_log_module.</summary>
internal static class Log
{
    private const DirectiveContexts Anywhere = DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location;
    private const DirectiveContexts Logging = Anywhere | DirectiveContexts.IfInLocation | DirectiveContexts.LimitExcept;

    // ngx_http_log_vars: computed by the log itself, not looked for among the variables.
    private static readonly string[] OwnVariables =
        ["pipe", "time_local", "time_iso8601", "msec", "request_time", "status", "bytes_sent", "body_bytes_sent", "request_length"];

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("log_format", DirectiveContexts.Http, ReadFormat),
        new("access_log", Logging, ReadLog),
        new("open_log_file_cache", Anywhere, ReadCache),
    ];

    private static void ReadFormat(in DirectiveCall call)
    {
        var value = call.Arguments;
        if (!call.Shared.Get(Formats.Slot).Names.Add(value[0]))
        {
            call.Fail($"duplicate \"log_format\" name \"{value[0]}\"", 0);
            return;
        }

        var first = 1;
        if (value[1].StartsWith("escape=", StringComparison.Ordinal))
        {
            if (value[1][7..] is not ("json" or "none" or "default"))
            {
                call.Fail($"unknown log format escaping \"{value[1][7..]}\"", 1);
                return;
            }

            first = 2;
        }

        for (var i = first; i < value.Count; i++)
        {
            if (!CompileFormat(call, value[i], i))
            {
                return;
            }
        }
    }

    /// <summary>ngx_http_log_compile_format: it has no captures, and words its mistakes its own way.</summary>
    private static bool CompileFormat(in DirectiveCall call, string text, int argument)
    {
        var variables = ComplexText.VariablesOf(call);
        for (var i = 0; i < text.Length;)
        {
            if (text[i] != '$')
            {
                i++;
                continue;
            }

            var start = i++;
            if (ComplexText.Name(text, ref i) is not { } name)
            {
                call.Fail($"invalid parameter \"{text[start..]}\"", argument);
                return false;
            }

            if (i < 0)
            {
                call.Fail($"the closing bracket in \"{name}\" variable is missing", argument);
                return false;
            }

            if (!OwnVariables.Contains(name, StringComparer.Ordinal))
            {
                variables.Use(name, call.Directive);
            }
        }

        return true;
    }

    private static void ReadLog(in DirectiveCall call)
    {
        var value = call.Arguments;
        if (value[0] == "off")
        {
            if (value.Count > 1)
            {
                call.Fail($"invalid parameter \"{value[1]}\"", 1);
            }

            return;
        }

        var (isSyslog, hasVariables) = (value[0].StartsWith("syslog:", StringComparison.Ordinal), ComplexText.HasVariables(value[0]));
        if (isSyslog ? !Syslog.Read(call, value[0]) : hasVariables && !ComplexText.Compile(call, value[0], 0))
        {
            return;
        }

        if (!isSyslog && !hasVariables)
        {
            OpenedFiles.Open(call, value[0]);
        }

        var format = value.Count > 1 ? value[1] : "combined";
        if (!call.Shared.Get(Formats.Slot).Names.Contains(format, StringComparer.OrdinalIgnoreCase))
        {
            call.Fail($"unknown log format \"{format}\"", 1);
            return;
        }

        if (Buffering(call) is { } buffering)
        {
            CheckBuffer(call, buffering, isSyslog, hasVariables);
        }
    }

    private static Buffer? Buffering(in DirectiveCall call)
    {
        var value = call.Arguments;
        long size = 0, flush = 0, gzip = 0;
        for (var i = 2; i < value.Count; i++)
        {
            var text = value[i];
            string? mistake = null;
            if (text.StartsWith("buffer=", StringComparison.Ordinal))
            {
                size = Number.Size(text.AsSpan(7));
                mistake = size <= 0 ? $"invalid buffer size \"{text[7..]}\"" : null;
            }
            else if (text.StartsWith("flush=", StringComparison.Ordinal))
            {
                flush = Number.Milliseconds(text.AsSpan(6));
                mistake = flush <= 0 ? $"invalid flush time \"{text[6..]}\"" : null;
            }
            else if (text == "gzip" || text.StartsWith("gzip=", StringComparison.Ordinal))
            {
                size = size == 0 ? 64 * 1024 : size;
                gzip = text.Length == 4 ? 1 : Number.Of(text.AsSpan(5));
                mistake = gzip is < 1 or > 9 ? $"invalid compression level \"{text[5..]}\"" : null;
            }
            else if (text.StartsWith("if=", StringComparison.Ordinal))
            {
                if (!ComplexText.Compile(call, text[3..], i))
                {
                    return null;
                }
            }
            else
            {
                mistake = $"invalid parameter \"{text}\"";
            }

            if (mistake is not null)
            {
                call.Fail(mistake, i);
                return null;
            }
        }

        return new Buffer(size, flush, gzip);
    }

    private static void CheckBuffer(in DirectiveCall call, Buffer buffer, bool isSyslog, bool hasVariables)
    {
        if (buffer.Flush > 0 && buffer.Size == 0)
        {
            call.Fail($"no buffer is defined for access_log \"{call.Arguments[0]}\"");
        }
        else if (buffer.Size > 0 && hasVariables)
        {
            call.Fail("buffered logs cannot have variables in name");
        }
        else if (buffer.Size > 0 && isSyslog)
        {
            call.Fail("logs to syslog cannot be buffered");
        }
        else if (buffer.Size > 0 && !call.Shared.Get(Formats.Slot).Agrees(call.FullName(call.Arguments[0]), buffer))
        {
            call.Fail($"access_log \"{call.Arguments[0]}\" already defined with conflicting parameters");
        }
    }

    private static void ReadCache(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        var (max, off) = (0L, false);
        for (var i = 0; i < call.Arguments.Count; i++)
        {
            var text = call.Arguments[i];
            var at = text.IndexOf('=', StringComparison.Ordinal);
            var rest = at < 0 ? "" : text[(at + 1)..];
            var fine = text == "off";
            off |= fine;
            switch (at < 0 ? "" : text[..at])
            {
                case "max":
                    max = Number.Of(rest);
                    fine = max >= 0;
                    break;
                case "inactive" or "valid":
                    fine = Number.Seconds(rest) >= 0;
                    break;
                case "min_uses":
                    fine = Number.Of(rest) >= 0;
                    break;
            }

            if (!fine)
            {
                call.Fail($"invalid \"open_log_file_cache\" parameter \"{text}\"", i);
                return;
            }
        }

        if (!off && max == 0)
        {
            call.Fail("\"open_log_file_cache\" must have \"max\" parameter");
        }
    }

    private readonly record struct Buffer(long Size, long Flush, long Gzip);

    private sealed class Formats
    {
        public static readonly Slot<Formats> Slot = new(() => new Formats());

        private readonly Dictionary<string, Buffer> buffers = new(StringComparer.Ordinal);

        public HashSet<string> Names { get; } = new(StringComparer.Ordinal) { "combined" };

        public bool Agrees(string file, Buffer buffer) => buffers.TryGetValue(file, out var known) ? known == buffer : buffers.TryAdd(file, buffer);
    }
}
