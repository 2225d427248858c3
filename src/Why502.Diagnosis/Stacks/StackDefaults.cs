namespace Why502.Diagnosis.Stacks;

/// <summary>What app servers do when nobody tells them, by version, each with its source.</summary>
public static class StackDefaults
{
    private const double None = double.PositiveInfinity;

    /// <param name="Stack">The server.</param>
    /// <param name="Name">The setting in the server's spelling.</param>
    /// <param name="Since">The first version with this default; null is always.</param>
    /// <param name="Number">Seconds, bytes or a count.</param>
    /// <param name="Text">As the documentation writes it.</param>
    private sealed record Row(string Stack, string Name, string? Since, double Number, string Text);

    private static readonly Row[] Rows =
    [
        // gunicorn: docs/source/settings.rst and config.py of 19.4 to 23.0 agree.
        new("gunicorn", "timeout", null, 30, "30"),
        new("gunicorn", "keepalive", null, 2, "2"),
        new("gunicorn", "workers", null, 1, "1"),
        new("gunicorn", "threads", null, 1, "1"),
        new("gunicorn", "max_requests", null, None, "0"),
        new("gunicorn", "limit_request_line", null, 4094, "4094"),

        // uWSGI: core/uwsgi.c, uwsgi_setup(); http_socket without http-keepalive closes after every answer.
        new("uwsgi", "harakiri", null, None, "0"),
        new("uwsgi", "buffer-size", null, 4096, "4096"),
        new("uwsgi", "processes", null, 1, "1"),
        new("uwsgi", "limit-post", null, None, "0"),
        new("uwsgi", "http-keepalive", null, 0, "off"),
        new("uwsgi", "max-requests", null, None, "0"),

        // PHP: main/main.c and sapi/fpm/fpm/fpm_conf.c; php.ini-production brings the same sizes.
        new("php-fpm", "request_terminate_timeout", null, None, "0"),
        new("php-fpm", "pm.max_requests", null, None, "0"),
        new("php-fpm", "memory_limit", null, 134217728, "128M"),
        new("php-fpm", "post_max_size", null, 8388608, "8M"),

        // Node: doc/api/http.md, history of server.keepAliveTimeout, requestTimeout and --max-http-header-size.
        new("node", "server.keepAliveTimeout", "8.0", 5, "5000"),
        new("node", "--max-http-header-size", null, 8192, "8 KiB"),
        new("node", "--max-http-header-size", "13.13", 16384, "16 KiB"),

        // Tomcat: docs/config/http.html. keepAliveTimeout is connectionTimeout's value, which the shipped server.xml sets to 20000.
        new("tomcat", "connectionTimeout", null, 60, "60000"),
        new("tomcat", "maxThreads", null, 200, "200"),
        new("tomcat", "maxHttpHeaderSize", null, 8192, "8192"),
        new("tomcat", "maxSwallowSize", null, 2097152, "2097152"),

        // Jetty: config/modules/http.mod, threadpool.mod and server.mod.
        new("jetty", "jetty.http.idleTimeout", null, 30, "30000"),
        new("jetty", "jetty.threadPool.maxThreads", null, 200, "200"),
        new("jetty", "jetty.httpConfig.requestHeaderSize", null, 8192, "8192"),

        // Puma: lib/puma/const.rb and dsl.rb; 7.0's upgrade notes raise persistent_timeout from 20 to 65.
        new("puma", "persistent_timeout", null, 20, "20"),
        new("puma", "persistent_timeout", "7.0", 65, "65"),
        new("puma", "worker_timeout", null, 60, "60"),

        // Unicorn: lib/unicorn/configurator.rb; it never keeps a connection.
        new("unicorn", "timeout", null, 60, "60"),
        new("unicorn", "keepalive", null, 0, "off"),
        new("unicorn", "worker_processes", null, 1, "1"),

        // Kestrel: KestrelServerLimits, learn.microsoft.com; 120 s until ASP.NET Core 5.
        new("kestrel", "KeepAliveTimeout", null, 130, "00:02:10"),
        new("kestrel", "MaxRequestBodySize", null, 30_000_000, "30000000"),
        new("kestrel", "MaxRequestHeadersTotalSize", null, 32768, "32768"),

        // Apache httpd: server/core.c; LimitRequestBody is 1 GiB from 2.4.54 on.
        new("apache", "KeepAliveTimeout", null, 5, "5"),
        new("apache", "LimitRequestBody", null, None, "0"),
        new("apache", "LimitRequestBody", "2.4.54", 1073741824, "1073741824"),
        new("apache", "LimitRequestFieldSize", null, 8190, "8190"),

        // uvicorn: docs/settings.md. hypercorn: docs/how_to_guides/configuring.rst. waitress: docs/arguments.rst.
        new("uvicorn", "--timeout-keep-alive", null, 5, "5"),
        new("uvicorn", "--workers", null, 1, "1"),
        new("hypercorn", "keep_alive_timeout", null, 5, "5"),
        new("waitress-serve", "channel_timeout", null, 120, "120"),
        new("waitress-serve", "max_request_body_size", null, 1073741824, "1073741824"),
    ];

    /// <summary>The default in force; where it changed and the version is not known, that of the newest.</summary>
    public static AppSetting? Of(string stack, string name, string? version)
    {
        var known = Version.TryParse(version is null || version.Contains('.') ? version : version + ".0", out var number) ? number : null;
        var row = Rows.LastOrDefault(row => row.Stack == stack && row.Name == name && (row.Since is null || known is null || known >= Version.Parse(row.Since)));
        return row is null ? null : new(name, row.Text, row.Number, null, null, $"default of {stack}{(version is null ? "" : " " + version)}");
    }
}
