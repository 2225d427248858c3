using System.Globalization;
using Why502.Lab.Machine;

namespace Why502.Lab.Servers;

/// <summary>A private nginx with its configuration, logs and temporary paths in the machine's directory.</summary>
public sealed class NginxServer
{
    private string _main = "";
    private readonly LabMachine _machine;
    private readonly string _accessLog;
    private readonly string _level;
    private readonly string? _errorLog;
    private readonly string[] _within;

    private NginxServer(LabMachine machine, string accessLog, string level, string? errorLog, string[] within)
    {
        _within = within;
        _machine = machine;
        _accessLog = accessLog;
        _level = level;
        _errorLog = errorLog;
    }

    /// <summary>What a FastCGI location needs, for the script of <see cref="PhpFpm"/>.</summary>
    public static string FastCgi(string script) => $"""
        fastcgi_param SCRIPT_FILENAME {script};
        fastcgi_param QUERY_STRING $query_string;
        fastcgi_param REQUEST_METHOD $request_method;
        fastcgi_param CONTENT_TYPE $content_type;
        fastcgi_param CONTENT_LENGTH $content_length;
        fastcgi_param SCRIPT_NAME $fastcgi_script_name;
        fastcgi_param REQUEST_URI $request_uri;
        fastcgi_param DOCUMENT_URI $document_uri;
        fastcgi_param SERVER_PROTOCOL $server_protocol;
        fastcgi_param GATEWAY_INTERFACE CGI/1.1;
        fastcgi_param SERVER_NAME $server_name;
        """;

    /// <summary>The command that leads to it; empty where it is the machine's own.</summary>
    public IReadOnlyList<string> Within => _within;

    public string Config => _machine.PathOf("nginx.conf");

    public string ErrorLog => _machine.PathOf("logs/error.log");

    public string AccessLog => _machine.PathOf("logs/access.log");

    /// <summary>Writes nginx.conf around the http snippet and starts nginx as a daemon, as distributions do.</summary>
    /// <param name="machine">Where it runs.</param>
    /// <param name="http">What the scenario has inside its http block.</param>
    /// <param name="accessLog">timed (with the upstream's times) or combined.</param>
    /// <param name="level">The level of the error log.</param>
    /// <param name="errorLog">The whole error_log directive when it is not logs/error.log; empty for none.</param>
    /// <param name="within">The command that leads into a container, before nginx's own.</param>
    /// <param name="main">Directives and blocks beside http, such as a stream block with its module.</param>
    public static NginxServer Start(LabMachine machine, string http, string accessLog = "timed", string level = "error", string? errorLog = null, string[]? within = null, string main = "")
    {
        var nginx = Prepare(machine, http, accessLog, level, errorLog, within, main);
        nginx.StartMaster();
        return nginx;
    }

    /// <summary>Everything but the start, which is somebody else's then: a unit's, or nobody's.</summary>
    public static NginxServer Prepare(LabMachine machine, string http, string accessLog = "timed", string level = "error", string? errorLog = null, string[]? within = null, string main = "")
    {
        Programs.Require("nginx");
        var nginx = new NginxServer(machine, accessLog, level, errorLog, within ?? []) { _main = main };
        foreach (var folder in new[] { "logs", "temp", "run" })
        {
            Directory.CreateDirectory(machine.PathOf(folder));
        }

        nginx.Configure(http);
        return nginx;
    }

    public void StartMaster()
    {
        _machine.Must([.. _within, "nginx", "-p", _machine.Directory, "-c", Config]);
        Poll.Until(() => File.Exists(_machine.PathOf("run/nginx.pid")), "nginx to write its pid");
    }

    public void Configure(string http) => _machine.Write("nginx.conf", $$"""
        user www-data;
        worker_processes 1;
        pid {{_machine.PathOf("run/nginx.pid")}};
        {{_errorLog ?? $"error_log {ErrorLog} {_level};"}}
        {{_main}}

        events {
            worker_connections 512;
        }

        http {
            log_format timed '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
                             '"$http_referer" "$http_user_agent" rt=$request_time ua="$upstream_addr" us="$upstream_status" '
                             'ct=$upstream_connect_time ht=$upstream_header_time urt=$upstream_response_time ub=$upstream_bytes_received';
            access_log {{AccessLog}} {{_accessLog}};
            client_body_temp_path {{_machine.PathOf("temp/body")}};
            proxy_temp_path {{_machine.PathOf("temp/proxy")}};
            fastcgi_temp_path {{_machine.PathOf("temp/fastcgi")}};
            uwsgi_temp_path {{_machine.PathOf("temp/uwsgi")}};
            scgi_temp_path {{_machine.PathOf("temp/scgi")}};

        {{Indented(http)}}
        }
        """ + "\n");

    public void Reload()
    {
        var before = WorkerCount();
        _machine.Must("nginx", "-p", _machine.Directory, "-c", Config, "-s", "reload");
        Poll.Until(() => WorkerCount() != before, "the new workers");
    }

    public void Stop()
    {
        _machine.Must("nginx", "-p", _machine.Directory, "-c", Config, "-s", "stop");
        Poll.Until(() => !File.Exists(_machine.PathOf("run/nginx.pid")), "nginx to end");
    }

    /// <summary>Waits until the error log holds the text: the proof that the scenario has its symptom.</summary>
    public void WaitForLogged(string text, string? log = null) =>
        Poll.Until(() => Logged(text, log), $"'{text}' in {log ?? ErrorLog}:\n{Read(log ?? ErrorLog)}", seconds: 5);

    public bool Logged(string text, string? log = null) => Read(log ?? ErrorLog).Contains(text, StringComparison.Ordinal);

    /// <summary>How often a text stands in the error log.</summary>
    public int CountLogged(string text) => Read(ErrorLog).Split(text).Length - 1;

    private static string Read(string path)
    {
        if (!File.Exists(path))
        {
            return "";
        }

        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private static string Indented(string text) => string.Join('\n', text.Split('\n').Select(line => line.Length == 0 ? line : "    " + line));

    // A reload starts workers under new pids: the highest one changes.
    private int WorkerCount() => _machine.Execute("sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null | grep '(nginx)' | cut -d' ' -f1 | sort -n | tail -1").Output.Trim() is { Length: > 0 } pid
        ? int.Parse(pid, CultureInfo.InvariantCulture)
        : 0;
}
