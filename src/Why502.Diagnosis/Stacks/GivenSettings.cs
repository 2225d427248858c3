namespace Why502.Diagnosis.Stacks;

/// <summary>Recognises an app server's configuration by its content, and finds in given files the one that an address belongs to.</summary>
public static class GivenSettings
{
    private static readonly (string Server, string[] Words)[] CommandNames =
    [
        ("gunicorn", ["gunicorn"]), ("uwsgi", ["uwsgi"]), ("uvicorn", ["uvicorn"]), ("hypercorn", ["hypercorn"]), ("puma", ["puma"]), ("unicorn", ["unicorn", "unicorn_rails"]), ("node", ["node", "nodejs"]),
    ];

    /// <summary>The server whose settings the text holds: "php-fpm", "uwsgi", "tomcat" …; null when it is none that is known.</summary>
    public static string? ServerOf(string text)
    {
        var ini = IniLines.Read(text).Take(400).ToList();
        return ini.Exists(line => line.Key is "pm" or "pm.max_children" or "request_terminate_timeout" or "pm.max_requests" or "request_slowlog_timeout" or "listen.owner" or "pm.max_spare_servers" or "catch_workers_output"
                || line.Key is "post_max_size" or "upload_max_filesize" or "memory_limit" or "max_execution_time") ? "php-fpm"
            : ini.Exists(line => line.Section == "uwsgi" || line.Key is "harakiri" or "wsgi-file" or "buffer-size") ? "uwsgi"
            : text.Contains("<Connector", StringComparison.Ordinal) || text.Contains("server.tomcat.", StringComparison.Ordinal) ? "tomcat"
            : text.Contains("\"Kestrel\"", StringComparison.Ordinal) || text.Contains("ConfigureKestrel", StringComparison.Ordinal) || text.Contains("\"AllowedHosts\"", StringComparison.Ordinal) ? "kestrel"
            : text.Contains("<VirtualHost", StringComparison.Ordinal) || text.Contains("LimitRequestBody", StringComparison.Ordinal) || text.Contains("MaxRequestWorkers", StringComparison.Ordinal) ? "apache"
            : PythonAndPhp.PythonValues(text).Any(value => value.Name is "workers" or "timeout" or "keepalive" or "worker_class" or "threads") ? "gunicorn"
            : text.Contains("worker_processes ", StringComparison.Ordinal) && text.Contains("before_fork", StringComparison.Ordinal) ? "unicorn"
            : text.Contains("persistent_timeout", StringComparison.Ordinal) || (text.Contains("threads ", StringComparison.Ordinal) && text.Contains("preload_app!", StringComparison.Ordinal)) ? "puma"
            : text.Contains("keepAliveTimeout", StringComparison.Ordinal) || (text.Contains("require('http')", StringComparison.Ordinal) && text.Contains("listen(", StringComparison.Ordinal)) ? "node"
            : Command(text)?.Server;
    }

    /// <summary>The settings of the server behind an address, as far as the files tell.</summary>
    /// <param name="scheme">http, fastcgi, uwsgi …: what does not speak it is not meant.</param>
    public static AppSettingsFact? For(string? address, string? scheme, IReadOnlyList<SettingsText> files)
    {
        var known = files.Select(file => (File: file, Server: ServerOf(file.Text))).Where(item => item.Server is not null && Speaks(item.Server, scheme)).ToList();
        if (known.Count == 0)
        {
            return null;
        }

        var server = known.GroupBy(item => item.Server!).OrderByDescending(group => group.Count()).First().Key;
        var texts = known.Where(item => item.Server == server).Select(item => item.File).ToList();
        var command = texts.Select(file => Command(file.Text) is { } found ? (found.Server, found.Arguments, file.Path, found.Line) : default).FirstOrDefault(found => found.Server == server);
        var from = command.Path is null ? "arguments" : $"{command.Path}:{command.Line.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

        // Without the command line nobody knows what it overrides; a file that says nothing of a setting still leaves the default likely.
        return StackSettings.Of(new(server, server, command.Arguments ?? [], from, new Dictionary<string, string>(), texts) { Port = PortOf(address), Section = PoolOf(address, texts) });
    }

    private static bool Speaks(string server, string? scheme) => scheme switch
    {
        "fastcgi" => server == "php-fpm",
        "uwsgi" or "suwsgi" => server == "uwsgi",
        "http" or "https" or "grpc" or "grpcs" => server is not "php-fpm",
        _ => true,
    };

    /// <summary>The server that a unit, a supervisor program, a Dockerfile or a process list starts.</summary>
    private static (string Server, IReadOnlyList<string> Arguments, int Line)? Command(string text)
    {
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            var begins = line.StartsWith("ExecStart=", StringComparison.Ordinal) || line.StartsWith("command=", StringComparison.Ordinal) || line.StartsWith("command:", StringComparison.Ordinal)
                || line.StartsWith("CMD ", StringComparison.Ordinal) || line.StartsWith("ENTRYPOINT ", StringComparison.Ordinal) || line.StartsWith("web:", StringComparison.Ordinal);
            if (!begins)
            {
                continue;
            }

            var words = Options.Split(line.Replace("ExecStart=", "", StringComparison.Ordinal).Replace("command=", "", StringComparison.Ordinal).Replace('[', ' ').Replace(']', ' ').Replace(',', ' '));
            for (var i = 0; i < words.Count; i++)
            {
                var name = words[i][(words[i].LastIndexOf('/') + 1)..];
                foreach (var (server, names) in CommandNames)
                {
                    if (names.Contains(name))
                    {
                        return (server, words[(i + 1)..], number);
                    }
                }
            }
        }

        return null;
    }

    private static int? PortOf(string? address) => address is not null && !address.StartsWith("unix:", StringComparison.Ordinal) && int.TryParse(address[(address.LastIndexOf(':') + 1)..], out var port) ? port : null;

    /// <summary>The PHP-FPM pool that listens on the address; null takes whatever there is.</summary>
    private static string? PoolOf(string? address, IReadOnlyList<SettingsText> files)
        => address is null ? null : files.SelectMany(file => IniLines.Read(file.Text))
            .Where(line => line.Key == "listen" && (address == "unix:" + line.Value || address == line.Value || address.EndsWith(":" + line.Value, StringComparison.Ordinal)))
            .Select(line => line.Section).FirstOrDefault(section => section.Length > 0);
}
