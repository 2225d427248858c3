using Why502.Diagnosis;
using Why502.Diagnosis.Stacks;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers the limits of the app server behind an address: finds its process, its arguments and the files it reads.</summary>
internal sealed class AppSettingsReader(MachineSnapshot machine)
{
    private const int FileBytesMax = 1024 * 1024;

    /// <summary>Variables that set limits; no other is looked at.</summary>
    private static readonly string[] VariableNames = ["GUNICORN_CMD_ARGS", "WEB_CONCURRENCY", "UWSGI_HARAKIRI", "UWSGI_PROCESSES", "UWSGI_BUFFER_SIZE", "PUMA_PERSISTENT_TIMEOUT", "NODE_OPTIONS", "CATALINA_BASE"];

    public Look Read(AppSettings question)
    {
        const string How = "arguments and configuration files";
        var holders = ServerFamily.HoldersOf(question.Address, machine);
        var process = holders.Select(Eldest).FirstOrDefault(candidate => AppStack.Of(candidate) is not null);
        if (process is null || AppStack.Of(process) is not { } stack)
        {
            return Look.Blind(holders.Count == 0 ? "the process behind the address could not be seen" : $"{holders[0].Name} is no app server that why502 knows", How);
        }

        var app = AppLaunch.Of(stack, process) with { Environment = process.Environment(VariableNames) ?? [] };
        var section = stack.Server == "php-fpm" ? PoolOf(question.Address) : null;
        var sources = new StackSources(stack.Name, stack.Server, app.Arguments, $"arguments of {process.Name}[{process.Pid}]", app.Environment, Files(app, process, section))
        {
            Version = VersionOf(stack, process),
            Port = NginxAddress.Tcp(question.Address)?.Port,
            Section = section?.Name,
        };
        return StackSettings.Of(sources) is { } settings
            ? Look.Saw(settings, How)
            : Look.Blind($"the limits of {stack.Server} are not known", How);
    }

    /// <summary>The master: workers have replaced their arguments by titles, and read no files themselves.</summary>
    private ProcessEntry Eldest(ProcessEntry holder)
        => machine.Processes.Find(holder.ParentPid) is { } parent && AppStack.Of(parent) is { } above && AppStack.Of(holder)?.Name == above.Name && above.Server != "pm2" ? parent : holder;

    private PhpFpmPool? PoolOf(string address)
        => (new FpmPoolsReader(machine).Read().Fact as PhpFpmPoolsFact)?.Pools.FirstOrDefault(pool => pool.MasterPid is not null && (pool.Listen == address || address.EndsWith(pool.Listen.TrimStart('*'), StringComparison.Ordinal)));

    private static List<SettingsText> Files(AppLaunch app, ProcessEntry process, PhpFpmPool? pool)
    {
        var files = new List<SettingsText>();
        foreach (var path in Paths(app, process, pool))
        {
            var full = LaunchPaths.FullPath(path, app.WorkingDirectory);
            if (app.ReadFile(full) is { Length: <= FileBytesMax } text)
            {
                files.Add(new(full, text));
            }
        }

        return files;
    }

    /// <summary>Where each server looks, by its documentation; later files win.</summary>
    private static IEnumerable<string> Paths(AppLaunch app, ProcessEntry process, PhpFpmPool? pool) => app.Stack.Server switch
    {
        "php-fpm" => [.. PhpIni(process, app, pool), .. pool is null ? Array.Empty<string>() : [pool.File]],
        "gunicorn" => [(Options.Value(app.Arguments, "-c", "--config") ?? Options.Value(Options.Split(app.Variable("GUNICORN_CMD_ARGS") ?? ""), "-c", "--config") ?? "gunicorn.conf.py").Replace("file:", "", StringComparison.Ordinal)],
        "uwsgi" => [.. Options.Values(app.Arguments, "--ini", "-i"), .. app.Arguments.Where(argument => argument.EndsWith(".ini", StringComparison.Ordinal) && !argument.StartsWith('-'))],
        "puma" => [Options.Value(app.Arguments, "-C", "--config") ?? "config/puma.rb"],
        "unicorn" or "unicorn_rails" => [.. Options.Values(app.Arguments, "-c", "--config-file")],
        "node" or "nodejs" => [.. app.Arguments.Where(argument => !argument.StartsWith('-')).Take(1)],
        "java" => [$"{Options.Value(app.Arguments, "-Dcatalina.base") ?? app.Variable("CATALINA_BASE")}/conf/server.xml", "application.properties", "config/application.properties", "application.yml"],
        "jetty" => JettyBase(app) is { } home ? [$"{home}/start.ini", $"{home}/start.d/http.ini", $"{home}/start.d/threadpool.ini", $"{home}/start.d/server.ini"] : [],
        "dotnet" => ["appsettings.json", "appsettings.Production.json"],
        "apache2" or "httpd" => ["/etc/apache2/apache2.conf", "/etc/apache2/mods-enabled/mpm_event.conf", "/etc/apache2/mods-enabled/mpm_prefork.conf", "/etc/httpd/conf/httpd.conf"],
        _ => [],
    };

    private static string? JettyBase(AppLaunch app)
        => Options.Value(app.Arguments, "-Djetty.base", "jetty.base") ?? (app.Arguments.Any(word => word.EndsWith("start.jar", StringComparison.Ordinal)) ? app.WorkingDirectory : null);

    /// <summary>-c of the master, else beside the packages' configuration, else where PHP is built to look.</summary>
    private static IEnumerable<string> PhpIni(ProcessEntry process, AppLaunch app, PhpFpmPool? pool)
    {
        if (Options.Value(app.Arguments, "-c", "--php-ini") is { } given)
        {
            return [given];
        }

        var beside = pool?.File.IndexOf("/fpm/", StringComparison.Ordinal) is { } at and > 0 ? pool.File[..(at + 5)] + "php.ini" : null;
        return beside is not null ? [beside]
            : PhpVersion(process) is { } version && FileCalls.Status($"/etc/php/{version}/fpm/php.ini") is not null ? [$"/etc/php/{version}/fpm/php.ini"]
            : ["/etc/php.ini", "/usr/local/etc/php/php.ini"];
    }

    private static string? PhpVersion(ProcessEntry process) => process.Executable is { } path && path.LastIndexOf("php-fpm", StringComparison.Ordinal) is var at and >= 0 && path.Length > at + 7 ? path[(at + 7)..] : null;

    private static string? VersionOf(AppStack stack, ProcessEntry process) => stack.Server switch
    {
        "php-fpm" => PhpVersion(process),

        // "puma 5.6.5 (tcp://0.0.0.0:3000) [app]"
        "puma" when stack.Arguments is [var first, ..] && char.IsAsciiDigit(first[0]) => first,
        _ => null,
    };
}
