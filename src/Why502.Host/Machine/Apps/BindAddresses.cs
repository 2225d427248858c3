using Why502.Diagnosis.Stacks;
namespace Why502.Host.Machine;

/// <summary>
/// The addresses that an app server was told to bind, in nginx's form ("127.0.0.1:8000", "unix:/run/x.sock", ":3000"),
/// by the rules of its documentation: options, then environment, then configuration file, then its default.
/// </summary>
internal static class BindAddresses
{
    public static IReadOnlyList<string> Of(AppLaunch app) => [.. Raw(app).Select(address => Normal(address, app.WorkingDirectory)).OfType<string>().Distinct()];

    private static IEnumerable<string> Raw(AppLaunch app) => app.Stack.Server switch
    {
        "gunicorn" => Gunicorn(app),
        "uwsgi" => Uwsgi(app),
        "uvicorn" or "hypercorn" or "daphne" or "waitress-serve" or "granian" => Asgi(app),
        "flask" => [HostPort(Options.Value(app.Arguments, "--host", "-h") ?? app.Variable("FLASK_RUN_HOST") ?? "127.0.0.1", Options.Value(app.Arguments, "--port", "-p") ?? app.Variable("FLASK_RUN_PORT") ?? "5000")],
        "manage.py" => [RunServer(app.Arguments)],
        "http.server" => [HostPort(Options.Value(app.Arguments, "--bind", "-b") ?? "", FirstNumber(app.Arguments) ?? "8000")],
        "php" => Options.Values(app.Arguments, "-S"),
        "puma" => Puma(app),
        "unicorn" or "unicorn_rails" => Unicorn(app),
        "rails" or "rackup" or "thin" or "falcon" => [HostPort(Options.Value(app.Arguments, "-b", "--binding", "-o", "--host", "-a", "--address") ?? "127.0.0.1", Options.Value(app.Arguments, "-p", "--port") ?? app.Variable("PORT") ?? (app.Stack.Server is "rails" or "thin" ? "3000" : "9292"))],
        "java" => JavaAddresses.Of(app),
        "dotnet" => Dotnet(app),
        "node" or "nodejs" or "bun" or "deno" or "next" => Node(app),
        _ => [],
    };

    private static IEnumerable<string> Gunicorn(AppLaunch app)
    {
        // Settings are read in this order, later ones win: file, GUNICORN_CMD_ARGS, command line.
        IReadOnlyList<string> fromEnvironment = Options.Split(app.Variable("GUNICORN_CMD_ARGS") ?? "");
        var given = Options.Values(app.Arguments, "-b", "--bind");
        given = given.Count > 0 ? given : Options.Values(fromEnvironment, "-b", "--bind");
        if (given.Count == 0)
        {
            var named = Options.Value(app.Arguments, "-c", "--config") ?? Options.Value(fromEnvironment, "-c", "--config");
            var file = named ?? "gunicorn.conf.py";
            var settings = app.ReadFile(file.StartsWith("file:", StringComparison.Ordinal) ? file[5..] : file);
            if (settings is null && named is not null)
            {
                return [];
            }

            given = PythonSettings.Strings(settings ?? "", "bind");
        }

        // A title ("gunicorn: master [app]") has replaced the arguments: nothing is known, not even that nothing was given.
        var isTitle = app.Arguments is ["master" or "worker", ..];
        return given.Count > 0 ? given.Select(bind => WithDefaultPort(bind, "8000"))
            : isTitle ? []
            : [app.Variable("PORT") is { } port ? HostPort("0.0.0.0", port) : "127.0.0.1:8000"];
    }

    private static IEnumerable<string> Uwsgi(AppLaunch app)
    {
        var given = Options.Values(app.Arguments, "--http-socket", "--socket", "--uwsgi-socket", "--fastcgi-socket", "--http", "--https", "-s");
        foreach (var variable in (string[])["UWSGI_SOCKET", "UWSGI_HTTP_SOCKET", "UWSGI_HTTP"])
        {
            if (app.Variable(variable) is { } value)
            {
                given.Add(value);
            }
        }

        var files = Options.Values(app.Arguments, "--ini", "-i");
        files.AddRange(app.Arguments.Where(argument => argument.EndsWith(".ini", StringComparison.Ordinal) && !argument.StartsWith('-')));
        foreach (var file in files.Distinct())
        {
            foreach (var line in IniLines.Read(app.ReadFile(file) ?? ""))
            {
                if (line.Section == "uwsgi" && line.Key is "socket" or "http-socket" or "uwsgi-socket" or "http" or "fastcgi-socket")
                {
                    given.Add(line.Value);
                }
            }
        }

        return given.Select(value => value.Split(',')[0]);
    }

    private static List<string> Asgi(AppLaunch app)
    {
        if (Options.Value(app.Arguments, "--uds", "-u", "--unix-socket") is { } path && path.Contains('/'))
        {
            return ["unix:" + path];
        }

        if (app.Stack.Server is "hypercorn" && Options.Values(app.Arguments, "-b", "--bind") is { Count: > 0 } binds)
        {
            return binds;
        }

        if (app.Stack.Server is "waitress-serve" && Options.Values(app.Arguments, "--listen") is { Count: > 0 } listens)
        {
            return listens;
        }

        var port = app.Stack.Server == "waitress-serve" ? "8080" : "8000";
        return [HostPort(
            Options.Value(app.Arguments, "--host", "-b", "--bind") ?? app.Variable("UVICORN_HOST") ?? "127.0.0.1",
            Options.Value(app.Arguments, "--port", "-p") ?? app.Variable("UVICORN_PORT") ?? port)];
    }

    /// <summary>manage.py runserver [ADDRESS:]PORT</summary>
    private static string RunServer(IReadOnlyList<string> arguments)
    {
        var given = arguments.SkipWhile(argument => argument != "runserver").Skip(1).FirstOrDefault(argument => !argument.StartsWith('-'));
        return given is null ? "127.0.0.1:8000" : int.TryParse(given, out _) ? HostPort("127.0.0.1", given) : given;
    }

    private static List<string> Puma(AppLaunch app)
    {
        var given = Options.Values(app.Arguments, "-b", "--bind");

        // The title: "puma 6.4.2 (tcp://0.0.0.0:3000,unix:///run/x.sock) [app]".
        var title = app.Arguments.Where(word => word.StartsWith('(') && word.Contains("://")).SelectMany(word => word.Trim('(', ')').Split(','));
        given.AddRange(title.Where(word => word.Contains("://")));
        return given.Count > 0 ? given : (Options.Value(app.Arguments, "-p", "--port") ?? app.Variable("PORT")) is { } port ? [HostPort("0.0.0.0", port)] : [];
    }

    private static List<string> Unicorn(AppLaunch app)
    {
        var given = Options.Values(app.Arguments, "-l", "--listen");
        if (given.Count == 0 && Options.Value(app.Arguments, "-c", "--config-file") is { } file)
        {
            if (app.ReadFile(file) is not { } settings)
            {
                // What it listens on stands in there.
                return [];
            }

            given = RubySettings.Strings(settings, "listen");
        }

        return given.Count > 0 ? given : [HostPort("0.0.0.0", Options.Value(app.Arguments, "-p", "--port") ?? "8080")];
    }

    private static IEnumerable<string> Dotnet(AppLaunch app)
    {
        var urls = Options.Value(app.Arguments, "--urls") ?? app.Variable("ASPNETCORE_URLS", "URLS", "DOTNET_URLS");
        return urls is not null ? urls.Split(';') : app.Variable("ASPNETCORE_HTTP_PORTS") is { } ports ? ports.Split(';').Select(port => ":" + port) : [];
    }

    private static IEnumerable<string> Node(AppLaunch app)
    {
        var isNext = app.Stack.Server == "next" || app.Arguments.Any(argument => argument.EndsWith("/next", StringComparison.Ordinal));
        var port = Options.Value(app.Arguments, "--port") ?? (isNext ? Options.Value(app.Arguments, "-p") : null) ?? app.Variable("PORT", "NITRO_PORT", "NUXT_PORT");
        if (port is null)
        {
            return isNext ? [":3000"] : [];
        }

        // PORT may also hold a path or a pipe: app.listen(process.env.PORT).
        return port.StartsWith('/') ? ["unix:" + port] : [HostPort(Options.Value(app.Arguments, "--host", "--hostname") ?? app.Variable("HOST", "NUXT_HOST") ?? "", port)];
    }

    private static string? FirstNumber(IReadOnlyList<string> arguments) => arguments.FirstOrDefault(argument => int.TryParse(argument, out _));

    private static string HostPort(string host, string port) => $"{(host.Contains(':') && !host.StartsWith('[') ? $"[{host}]" : host)}:{port}";

    private static string WithDefaultPort(string bind, string port)
        => bind.Contains('/') || bind.Contains(':') || bind.Length == 0 ? bind : int.TryParse(bind, out _) ? ":" + bind : $"{bind}:{port}";

    /// <summary>Null for what is no address, such as an inherited descriptor (<c>fd://3</c>).</summary>
    internal static string? Normal(string address, string? workingDirectory)
    {
        var text = address.Trim().Trim('"', '\'');
        foreach (var scheme in (string[])["tcp://", "http://", "https://", "ssl://"])
        {
            text = text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? text[scheme.Length..] : text;
        }

        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            return "unix:" + LaunchPaths.FullPath(WithoutDoubleSlash(text["unix:".Length..]), workingDirectory);
        }

        if (text.StartsWith("fd:", StringComparison.Ordinal) || text.Contains("://"))
        {
            return null;
        }

        // A path without a scheme, as uWSGI and unicorn take it. In "host:port/path?options" the rest is no part of the address.
        var colon = text.LastIndexOf(':');
        if (text.StartsWith('/') || colon < 0 && text.Contains('/') || text.EndsWith(".sock", StringComparison.Ordinal))
        {
            return "unix:" + LaunchPaths.FullPath(text, workingDirectory);
        }

        text = text.Split('/', '?')[0];
        colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return ushort.TryParse(text, out var only) && only > 0 ? ":" + text : null;
        }

        var host = text[..colon];
        return ushort.TryParse(text[(colon + 1)..], out var port) && port > 0 ? $"{(host is "*" or "+" ? "" : host)}:{port}" : null;
    }

    /// <summary>"unix:///run/x.sock" and "unix://run/x.sock" both mean /run/x.sock.</summary>
    private static string WithoutDoubleSlash(string path) => path.StartsWith("//", StringComparison.Ordinal) ? "/" + path.TrimStart('/').Split('?')[0] : path;
}
