using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>What an app server was started with, wherever that is known from: a process, or a unit's ExecStart.</summary>
/// <param name="Environment">Only variables of <see cref="VariableNames"/>.</param>
/// <param name="ReadFile">A configuration file's text, or null when it may not be read.</param>
internal sealed record AppLaunch(AppStack Stack, IReadOnlyDictionary<string, string> Environment, string? WorkingDirectory, Func<string, string?> ReadFile)
{
    private const int ConfigurationBytesMax = 1024 * 1024;

    /// <summary>The variables that say where to listen. No other is looked at.</summary>
    public static readonly string[] VariableNames =
    [
        "PORT", "HOST", "BIND", "LISTEN", "LISTEN_ADDR", "GUNICORN_CMD_ARGS", "WEB_CONCURRENCY", "SERVER_PORT", "SERVER_ADDRESS", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "URLS", "DOTNET_URLS",
        "FLASK_RUN_PORT", "FLASK_RUN_HOST", "UVICORN_PORT", "UVICORN_HOST", "UWSGI_SOCKET", "UWSGI_HTTP_SOCKET", "UWSGI_HTTP", "NITRO_PORT", "NUXT_PORT", "NUXT_HOST", "PUMA_BIND", "SERVER_SERVLET_CONTEXT_PATH", "GUNICORN_BIND",
    ];

    public static AppLaunch Of(AppStack stack, ProcessEntry process)
    {
        var directory = process.WorkingDirectory;
        return new(
            stack,
            process.Environment(VariableNames) ?? [],
            directory,

            // Through the root of the process: it may live in a container.
            path => LaunchPaths.FullPath(path, directory) is var full && full.StartsWith('/')
                ? FileCalls.ReadText($"{process.Directory}/root{full}", ConfigurationBytesMax) ?? FileCalls.ReadText(full, ConfigurationBytesMax)
                : null);
    }

    public IReadOnlyList<string> Arguments => Stack.Arguments;

    public string? Variable(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Environment.TryGetValue(name, out var value) && value.Length > 0)
            {
                return value;
            }
        }

        return null;
    }
}
