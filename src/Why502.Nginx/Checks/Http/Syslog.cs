namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_syslog_process_conf: <c>syslog:server=…,facility=…</c>.</summary>
internal static class Syslog
{
    private static readonly string[] Facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "intern", "lpr", "news", "uucp", "clock", "authpriv", "ftp", "ntp", "audit", "alert", "cron",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    private static readonly string[] Severities = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];

    public static bool Read(in DirectiveCall call, string text)
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in text[7..].Split(','))
        {
            if (Mistake(call, part, given) is { } mistake)
            {
                call.Fail(mistake, 0);
                return false;
            }
        }

        if (!given.Contains("server"))
        {
            call.Fail("no syslog server specified", 0);
            return false;
        }

        return true;
    }

    private static string? Mistake(in DirectiveCall call, string part, HashSet<string> given)
    {
        if (part == "nohostname")
        {
            return null;
        }

        var at = part.IndexOf('=', StringComparison.Ordinal);
        var key = at < 0 ? "" : part[..at];
        var value = part[(at + 1)..];
        if (key is not ("server" or "facility" or "severity" or "tag"))
        {
            return $"unknown syslog parameter \"{part}\"";
        }

        if (!given.Add(key))
        {
            return $"duplicate syslog \"{key}\"";
        }

        return key switch
        {
            "server" => Url.Parse(value, 514, call.World) is { Error: { } error } ? $"{error} in syslog server \"{value}\"" : null,
            "facility" => Facilities.Contains(value, StringComparer.Ordinal) ? null : $"unknown syslog facility \"{value}\"",
            "severity" => Severities.Contains(value, StringComparer.Ordinal) ? null : $"unknown syslog severity \"{value}\"",
            _ => Tag(value),
        };
    }

    private static string? Tag(string value)
    {
        if (value.Length > 32)
        {
            return "syslog tag length exceeds 32";
        }

        return value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') ? null : "syslog \"tag\" only allows alphanumeric characters and underscore";
    }
}
