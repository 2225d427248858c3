using Why502.Diagnosis.Stacks;
namespace Why502.Host.Machine;

/// <summary>Whether a worker of an app server serves one request at a time.</summary>
internal static class OneRequest
{
    public static bool? PerWorker(AppStack stack, ProcessEntry process) => PerWorker(AppLaunch.Of(stack, process));

    public static bool? PerWorker(AppLaunch app) => app.Stack.Server switch
    {
        "php-fpm" or "php" or "unicorn" or "unicorn_rails" => true,
        "gunicorn" => Gunicorn(app),
        "uwsgi" => Uwsgi(app),
        "node" or "nodejs" or "bun" or "deno" or "next" or "java" or "jetty" or "dotnet" or "puma" or "uvicorn" or "hypercorn" or "daphne" or "granian" or "falcon" => false,
        _ => null,
    };

    /// <summary>The default worker class is sync; more than one thread makes it gthread.</summary>
    private static bool? Gunicorn(AppLaunch app)
    {
        if (app.Arguments is ["master" or "worker", ..])
        {
            return null;
        }

        var options = app.Arguments.Concat(Options.Split(app.Variable("GUNICORN_CMD_ARGS") ?? "")).ToList();
        var file = Options.Value(options, "-c", "--config");
        var settings = app.ReadFile(file ?? "gunicorn.conf.py");
        var workerClass = Options.Value(options, "-k", "--worker-class") ?? PythonSettings.String(settings ?? "", "worker_class");
        var threads = Options.Value(options, "--threads") ?? PythonSettings.String(settings ?? "", "threads");
        if (workerClass is null && threads is null && file is not null && settings is null)
        {
            return null;
        }

        return workerClass is null or "sync" && threads is null or "1";
    }

    private static bool Uwsgi(AppLaunch app)
    {
        string[] several = ["threads", "gevent", "async", "asyncio", "ugreen"];
        var settings = app.Arguments.Where(argument => argument.EndsWith(".ini", StringComparison.Ordinal))
            .SelectMany(argument => IniLines.Read(app.ReadFile(argument.Split('=')[^1]) ?? "")).ToList();
        return !several.Any(name => Options.Value(app.Arguments, "--" + name) is not (null or "1") || settings.Exists(line => line.Key == name && line.Value != "1"));
    }
}
