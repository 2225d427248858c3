using System.Text.RegularExpressions;

namespace Why502.Diagnosis.Stacks;

/// <summary>Servers with processes as workers: PHP-FPM, gunicorn, uWSGI and the ASGI servers.</summary>
internal static partial class PythonAndPhp
{
    [GeneratedRegex("""^(?<name>[a-z_]+)[ \t]*=[ \t]*(?:int\()?["']?(?<value>\d[\d_]*|[a-z]+)["']?\)?[ \t]*(?:#.*)?\r?$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 200)]
    private static partial Regex PythonAssignment { get; }

    public static AppSettingsFact Php(StackSources s)
    {
        Written? Pool(string key) => s.Ini(line => line.Key == key && (s.Section is null || line.Section == s.Section || line.Section.Length == 0));
        Written? Php(string key) => Pool($"php_admin_value[{key}]") ?? Pool($"php_value[{key}]") ?? s.Ini(line => line.Key == key);
        AppSetting? Default(string name) => StackDefaults.Of("php-fpm", name, s.Version);
        return new()
        {
            Stack = "php-fpm",
            RequestTime = Pool("request_terminate_timeout")?.As(text => Quantity.Limit(text, Quantity.Seconds)) ?? Default("request_terminate_timeout"),
            Workers = Pool("pm.max_children")?.As(Quantity.Count),
            Requests = Pool("pm.max_requests")?.As(text => Quantity.Limit(text, Quantity.Count)) ?? Default("pm.max_requests"),
            Memory = Php("memory_limit")?.As(text => Quantity.Limit(text, Quantity.Bytes)) ?? Default("memory_limit"),
            Body = Php("post_max_size")?.As(text => Quantity.Limit(text, Quantity.Bytes)) ?? Default("post_max_size"),
        };
    }

    public static AppSettingsFact Gunicorn(StackSources s)
    {
        var environment = s with { Arguments = Options.Split(s.Variable("GUNICORN_CMD_ARGS")?.Value ?? ""), ArgumentsFrom = "GUNICORN_CMD_ARGS" };
        Written? Told(string name, params string[] options) => s.Argument(options) ?? environment.Argument(options) ?? s.Text(PythonValues, name);

        // A title ("gunicorn: master [app]") has replaced the arguments: then a default is no fact.
        var isTitle = s.Arguments is ["master" or "worker", ..];
        AppSetting? Setting(string name, Func<string, double?> read, params string[] options) => Told(name, options) is { } told ? told.As(read) : isTitle ? null : StackDefaults.Of("gunicorn", name, s.Version);

        // workers/sync.py closes after every answer; the other classes keep the connection for keepalive seconds.
        var kind = Told("worker_class", "-k", "--worker-class")?.Value;
        var threads = Setting("threads", Quantity.Count, "--threads");
        var isSync = kind is null or "sync" && threads is null or { Number: <= 1 } && !isTitle;
        return new()
        {
            Stack = "gunicorn",
            RequestTime = Setting("timeout", text => Quantity.Limit(text, Quantity.Seconds), "-t", "--timeout"),
            Idle = isSync ? new("worker_class", "sync", 0, null, null, "the sync worker closes after every answer") : Setting("keepalive", Quantity.Seconds, "--keep-alive"),
            Workers = Setting("workers", Quantity.Count, "-w", "--workers"),
            Threads = threads,
            Header = Setting("limit_request_line", text => Quantity.Limit(text, Quantity.Count), "--limit-request-line"),
            Requests = Setting("max_requests", text => Quantity.Limit(text, Quantity.Count), "--max-requests"),
        };
    }

    public static AppSettingsFact Uwsgi(StackSources s)
    {
        // uwsgi(1): options are the same words in arguments, ini files and environment (UWSGI_HARAKIRI).
        AppSetting? Setting(string name, Func<string, double?> read, params string[] others)
        {
            var names = others.Prepend(name).ToArray();
            var told = s.Argument([.. names.Select(word => "--" + word)])
                ?? s.Ini(line => line.Section is "uwsgi" or "" && names.Contains(line.Key))
                ?? s.Variable("UWSGI_" + name.Replace('-', '_').ToUpperInvariant());
            return told is not null ? told.As(read) : StackDefaults.Of("uwsgi", name, s.Version);
        }

        return new()
        {
            Stack = "uwsgi",
            RequestTime = Setting("harakiri", text => Quantity.Limit(text, Quantity.Seconds)),
            Idle = Setting("http-keepalive", Quantity.Seconds),
            Workers = Setting("processes", Quantity.Count, "workers"),
            Threads = Setting("threads", Quantity.Count),
            Body = Setting("limit-post", text => Quantity.Limit(text, Quantity.Bytes)),
            Header = Setting("buffer-size", Quantity.Bytes),
            Memory = Setting("evil-reload-on-rss", text => Quantity.Count(text) * 1048576),
            Requests = Setting("max-requests", text => Quantity.Limit(text, Quantity.Count)),
        };
    }

    public static AppSettingsFact Asgi(StackSources s) => s.Server switch
    {
        "uvicorn" => new()
        {
            Stack = "uvicorn",
            Idle = s.Argument("--timeout-keep-alive")?.As(Quantity.Seconds) ?? StackDefaults.Of("uvicorn", "--timeout-keep-alive", s.Version),
            Workers = s.Argument("--workers")?.As(Quantity.Count) ?? StackDefaults.Of("uvicorn", "--workers", s.Version),
        },
        "hypercorn" => new() { Stack = "hypercorn", Idle = s.Argument("--keep-alive")?.As(Quantity.Seconds) ?? StackDefaults.Of("hypercorn", "keep_alive_timeout", s.Version) },
        _ => new()
        {
            Stack = s.Server,
            Idle = s.Argument("--channel-timeout")?.As(Quantity.Seconds) ?? StackDefaults.Of(s.Server, "channel_timeout", s.Version),
            Body = s.Argument("--max-request-body-size")?.As(Quantity.Bytes) ?? StackDefaults.Of(s.Server, "max_request_body_size", s.Version),
        },
    };

    internal static IEnumerable<(string Name, string Value, int At)> PythonValues(string text)
        => PythonAssignment.Matches(text).Select(match => (match.Groups["name"].Value, match.Groups["value"].Value, match.Index));
}
