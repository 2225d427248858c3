namespace Why502.Nginx;

/// <summary>Where nginx writes its logs: error_log and access_log inherit by level, and several of one level all count.</summary>
internal sealed class LogModel(NginxConfiguration configuration, ModelBuilder model)
{
    /// <summary>ngx_http_combined_fmt.</summary>
    private const string Combined =
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"";

    private static readonly string[] Levels = ["debug", "info", "notice", "warn", "error", "crit", "alert", "emerg"];

    private readonly Dictionary<string, (string Text, string Escape)> formats = FormatsOf(model.Http);

    public IReadOnlyList<LogTarget> ErrorLogs()
    {
        var process = configuration.Root.Where(d => d.Is("error_log") && d.Arguments.Count > 0).ToList();
        var targets = process.Select(d => ErrorTarget(d, null)).ToList();
        if (process.Count == 0)
        {
            targets.Add(new LogTarget(null, LogKind.File, "error", null, null));
        }

        targets.AddRange(ByDirective(model.ErrorLogs, "error_log").Select(pair => ErrorTarget(pair.Log, pair.Servers)));
        return targets;
    }

    public IReadOnlyList<AccessLogTarget> AccessLogs()
    {
        var targets = ByDirective(model.AccessLogs, "access_log").Select(pair => AccessTarget(pair.Log, pair.Servers)).ToList();
        var silent = configuration.Servers.Where(s => s.Block.LastChild("access_log") is null && !Inherited(s, "access_log").Any()).ToList();
        if (silent.Count > 0)
        {
            // ngx_http_log_merge_loc_conf: NGX_HTTP_LOG_PATH in the combined format.
            targets.Add(new AccessLogTarget(null, LogKind.File, "combined", Combined, "default", null, null, false, null, null, silent));
        }

        return targets;
    }

    /// <summary>Each log directive that is in effect for a server or one of its blocks, with the servers it serves.</summary>
    private IEnumerable<(Directive Log, IReadOnlyList<Server> Servers)> ByDirective(IReadOnlyList<(Directive Log, Server Server)> own, string name)
    {
        var order = new List<Directive>();
        var servers = new Dictionary<Directive, List<Server>>(ReferenceEqualityComparer.Instance);
        var next = 0;
        foreach (var server in configuration.Servers)
        {
            if (server.Block.LastChild(name) is null)
            {
                foreach (var log in Inherited(server, name))
                {
                    Add(log, server);
                }
            }

            for (; next < own.Count && own[next].Server == server; next++)
            {
                Add(own[next].Log, server);
            }
        }

        return order.Select(log => (log, (IReadOnlyList<Server>)servers[log]));

        void Add(Directive log, Server server)
        {
            if (!servers.TryGetValue(log, out var served))
            {
                servers.Add(log, served = []);
                order.Add(log);
            }

            // Servers come in order, so a server that is known already is the last one.
            if (served.Count == 0 || served[^1] != server)
            {
                served.Add(server);
            }
        }
    }

    /// <summary>What the http level around a server says.</summary>
    private static IEnumerable<Directive> Inherited(Server server, string name) =>
        server.Block.Parent?.Children(name).Where(d => d.Arguments.Count > 0) ?? [];

    private static LogTarget ErrorTarget(Directive log, IReadOnlyList<Server>? servers)
    {
        var written = log.Arguments[0];
        var level = log.Arguments.Skip(1).FirstOrDefault(a => Levels.Contains(a)) ?? "error";
        var (path, kind) = written switch
        {
            "stderr" => (null, LogKind.Stderr),
            "/dev/stderr" or "/proc/self/fd/2" => (written, LogKind.Stderr),
            "/dev/null" => (written, LogKind.Off),
            _ when written.StartsWith("syslog:", StringComparison.Ordinal) => (written[7..], LogKind.Syslog),
            _ when written.StartsWith("memory:", StringComparison.Ordinal) => (null, LogKind.Memory),
            _ => (written, LogKind.File),
        };
        return new LogTarget(path, kind, level, log.At, servers);
    }

    private AccessLogTarget AccessTarget(Directive log, IReadOnlyList<Server> servers)
    {
        var arguments = log.Arguments;
        var written = arguments[0];
        var (path, kind) = written switch
        {
            "off" when arguments.Count == 1 => (null, LogKind.Off),
            "/dev/null" => (written, LogKind.Off),
            "/dev/stdout" or "/dev/stderr" or "/proc/self/fd/1" or "/proc/self/fd/2" => (written, LogKind.Stderr),
            _ when written.StartsWith("syslog:", StringComparison.Ordinal) => (written[7..], LogKind.Syslog),
            _ => (written, LogKind.File),
        };
        var name = arguments.Count > 1 && !IsParameter(arguments[1]) ? arguments[1] : "combined";
        var format = formats.TryGetValue(name, out var defined) ? defined : (Text: null!, Escape: "default");
        return new AccessLogTarget(
            path, kind, name, format.Text, format.Escape,
            Parameter(arguments, "buffer="), Parameter(arguments, "flush="),
            arguments.Any(a => a == "gzip" || a.StartsWith("gzip=", StringComparison.Ordinal)),
            Parameter(arguments, "if="), log.At, servers);
    }

    private static bool IsParameter(string argument) =>
        argument.StartsWith("buffer=", StringComparison.Ordinal) || argument.StartsWith("flush=", StringComparison.Ordinal)
        || argument.StartsWith("if=", StringComparison.Ordinal) || argument == "gzip" || argument.StartsWith("gzip=", StringComparison.Ordinal);

    private static string? Parameter(IReadOnlyList<string> arguments, string prefix) =>
        arguments.FirstOrDefault(a => a.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..];

    private static Dictionary<string, (string Text, string Escape)> FormatsOf(IReadOnlyList<Directive> http)
    {
        var formats = new Dictionary<string, (string Text, string Escape)>(StringComparer.Ordinal) { ["combined"] = (Combined, "default") };
        foreach (var directive in http.SelectMany(h => h.Children("log_format")).Where(d => d.Arguments.Count > 1))
        {
            var parameters = directive.Arguments.Skip(1).ToList();
            var escape = "default";
            if (parameters[0].StartsWith("escape=", StringComparison.Ordinal))
            {
                escape = parameters[0][7..];
                parameters.RemoveAt(0);
            }

            formats[directive.Arguments[0]] = (string.Concat(parameters), escape);
        }

        return formats;
    }
}
