using Why502.Nginx.Checks.Http;

namespace Why502.Nginx.Checks;

/// <summary><c>error_log</c> at every level: ngx_log_set_log, ngx_log_set_levels, ngx_syslog_parse_args.</summary>
internal static class ErrorLogHandler
{
    private static readonly string[] Levels = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];
    private static readonly string[] DebugLevels = ["debug_core", "debug_alloc", "debug_mutex", "debug_event", "debug_http", "debug_mail", "debug_stream"];

    public static void Read(in DirectiveCall call)
    {
        call.Block.TrySet(call.Name, call.Directive);
        var target = call.Arguments[0];
        if (target.StartsWith("syslog:", StringComparison.Ordinal))
        {
            if (!Syslog.Read(call, target))
            {
                return;
            }
        }
        else if (target.StartsWith("memory:", StringComparison.Ordinal))
        {
            if (!CheckMemory(call, target[7..]))
            {
                return;
            }
        }
        else if (target != "stderr")
        {
            OpenedFiles.Open(call, target);
        }

        CheckLevels(call);
    }

    private static bool CheckMemory(in DirectiveCall call, string size)
    {
        if (call.Facts.IsBuildKnown && call.Facts.Option("with-debug") is null)
        {
            call.Fail("nginx was built without debug support", 0);
            return false;
        }

        // "MEMLOG  :" and the line end, the numbers' widths, the file's name and NGX_MAX_ERROR_STR.
        var needed = 11 + System.Text.Encoding.UTF8.GetByteCount(call.Directive.File.Path) + 20 + 20 + 2048;
        if (NginxNumber.Size(size) is { } bytes && bytes >= needed)
        {
            return true;
        }

        call.Fail($"invalid buffer size \"{size}\"", 0);
        return false;
    }

    private static void CheckLevels(in DirectiveCall call)
    {
        bool hasLevel = false, hasDebugLevel = false;
        for (var i = 1; i < call.Arguments.Count; i++)
        {
            var level = call.Arguments[i];
            if (Levels.Contains(level, StringComparer.Ordinal))
            {
                if (hasLevel || hasDebugLevel)
                {
                    call.Fail($"duplicate log level \"{level}\"", i);
                    return;
                }

                hasLevel = true;
            }
            else if (DebugLevels.Contains(level, StringComparer.Ordinal) && !hasLevel)
            {
                hasDebugLevel = true;
            }
            else
            {
                call.Fail($"invalid log level \"{level}\"", i, Suggestion.ForValue(level, Levels));
                return;
            }
        }
    }
}
