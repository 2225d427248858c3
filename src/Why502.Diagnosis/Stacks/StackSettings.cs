namespace Why502.Diagnosis.Stacks;

/// <summary>Reads an app server's limits out of what it was started with. Pure: a live machine and given files are the same to it.</summary>
public static class StackSettings
{
    /// <summary>Null for a stack whose limits are nowhere written.</summary>
    public static AppSettingsFact? Of(StackSources sources) => Known(sources) is { } settings ? settings with { Version = sources.Version } : null;

    private static AppSettingsFact? Known(StackSources sources) => sources.Server switch
    {
        "php-fpm" => PythonAndPhp.Php(sources),
        "gunicorn" => PythonAndPhp.Gunicorn(sources),
        "uwsgi" => PythonAndPhp.Uwsgi(sources),
        "uvicorn" or "hypercorn" or "waitress-serve" => PythonAndPhp.Asgi(sources),
        "node" or "nodejs" or "next" => ScriptServers.Node(sources),
        "puma" => ScriptServers.Puma(sources),
        "unicorn" or "unicorn_rails" => ScriptServers.Unicorn(sources),
        "java" or "tomcat" => ManagedServers.Tomcat(sources),
        "jetty" => ManagedServers.Jetty(sources),
        "dotnet" or "kestrel" => ManagedServers.Kestrel(sources),
        "apache2" or "httpd" or "apache" => ManagedServers.Apache(sources),
        _ => null,
    };
}
