using System.Buffers;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>A kind of app server, and the arguments that follow the server's own name.</summary>
/// <param name="Name">gunicorn, uwsgi, php-fpm, node …</param>
/// <param name="Server">The program within the stack that reads the arguments: "uvicorn", "puma", "next" …; else the same as the name.</param>
/// <param name="Arguments">What stands behind the server's name.</param>
internal sealed record AppStack(string Name, string Server, IReadOnlyList<string> Arguments)
{
    /// <summary>Programs that run others' code: what they run stands in their arguments.</summary>
    private static readonly Dictionary<string, string> Servers = new()
    {
        ["gunicorn"] = "gunicorn",
        ["gunicorn3"] = "gunicorn",
        ["uwsgi"] = "uwsgi",
        ["uwsgi-core"] = "uwsgi",
        ["uvicorn"] = "python",
        ["hypercorn"] = "python",
        ["daphne"] = "python",
        ["waitress-serve"] = "python",
        ["granian"] = "python",
        ["flask"] = "python",
        ["puma"] = "ruby",
        ["unicorn"] = "ruby",
        ["unicorn_rails"] = "ruby",
        ["thin"] = "ruby",
        ["rackup"] = "ruby",
        ["rails"] = "ruby",
        ["falcon"] = "ruby",
        ["node"] = "node",
        ["nodejs"] = "node",
        ["bun"] = "node",
        ["deno"] = "node",
        ["java"] = "java",
        ["dotnet"] = "dotnet",
        ["apache2"] = "apache",
        ["httpd"] = "apache",
    };

    private static readonly SearchValues<char> VersionCharacters = SearchValues.Create("0123456789.");

    private static readonly string[] Workers = ["celery", "rq", "sidekiq"];

    public static AppStack? Of(ProcessEntry process) => Of(process.Arguments);

    /// <summary>Null when it is none that is known.</summary>
    public static AppStack? Of(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0)
        {
            return null;
        }

        // A title is one string with blanks, and no program of that name.
        var words = arguments.Count == 1 && arguments[0].Contains(' ') ? arguments[0].Split(' ') : arguments;
        return OfTitle(arguments[0], words) ?? OfProgram(words);
    }

    private static AppStack? OfTitle(string title, IReadOnlyList<string> words)
    {
        IReadOnlyList<string> rest = [.. words.Skip(1)];
        return title switch
        {
            _ when title.StartsWith("php-fpm: ", StringComparison.Ordinal) => new("php-fpm", "php-fpm", rest),
            _ when title.StartsWith("gunicorn: ", StringComparison.Ordinal) => new("gunicorn", "gunicorn", rest),
            _ when title.StartsWith("uWSGI ", StringComparison.Ordinal) => new("uwsgi", "uwsgi", rest),
            _ when title.StartsWith("puma: cluster worker", StringComparison.Ordinal) || title.StartsWith("puma ", StringComparison.Ordinal) => new("ruby", "puma", rest),
            _ when title.StartsWith("unicorn master", StringComparison.Ordinal) || title.StartsWith("unicorn worker", StringComparison.Ordinal) => new("ruby", "unicorn", rest),
            _ when title.StartsWith("Passenger ", StringComparison.Ordinal) => new("ruby", "passenger", rest),
            _ when title.StartsWith("next-server", StringComparison.Ordinal) => new("node", "next", rest),
            _ when title.StartsWith("PM2 ", StringComparison.Ordinal) => new("node", "pm2", rest),
            _ => null,
        };
    }

    private static AppStack? OfProgram(IReadOnlyList<string> words)
    {
        var program = BaseName(words[0]);
        if (program.StartsWith("php-fpm", StringComparison.Ordinal))
        {
            return new("php-fpm", "php-fpm", [.. words.Skip(1)]);
        }

        if (IsInterpreter(program, "php") && words.Contains("-S"))
        {
            return new("php", "php", [.. words.Skip(1)]);
        }

        if (IsInterpreter(program, "python") || IsInterpreter(program, "pypy") || program is "ruby" or "bundle" || IsInterpreter(program, "ruby"))
        {
            return OfScript(words);
        }

        // uWSGI is started as uwsgi, uwsgi_python3, uwsgi.bin …
        var name = program.StartsWith("uwsgi", StringComparison.Ordinal) ? "uwsgi" : program;
        if (name is "node" or "nodejs" && words.Skip(1).FirstOrDefault(word => !word.StartsWith('-')) is { } script && BaseName(script) is "pm2" or "pm2-runtime" or "pm2-docker")
        {
            // In a container PM2 stays in the foreground and has no title of its own; its children are apps, not its workers.
            return new("node", "pm2", [.. words.Skip(1)]);
        }

        return Servers.TryGetValue(name, out var stack) ? new(stack, name == "java" && IsJetty(words) ? "jetty" : name, [.. words.Skip(1)]) : null;
    }

    /// <summary>Its start.jar below a folder of its name, its base, its classes, or its library in the class path. What is packed into one archive does not show.</summary>
    private static bool IsJetty(IReadOnlyList<string> words) => words.Any(word =>
        word.StartsWith("-Djetty.", StringComparison.Ordinal) || word.StartsWith("org.eclipse.jetty.", StringComparison.Ordinal)
        || (word.Contains("jetty", StringComparison.Ordinal) && (word.EndsWith("/start.jar", StringComparison.Ordinal) || word.Contains("-server", StringComparison.Ordinal))));

    /// <summary>The script or module that an interpreter runs: the first argument that is no option.</summary>
    private static AppStack? OfScript(IReadOnlyList<string> words)
    {
        for (var i = 1; i < words.Count; i++)
        {
            var isModule = words[i] == "-m" && i + 1 < words.Count;
            if (!isModule && words[i].StartsWith('-'))
            {
                continue;
            }

            if (!isModule && words[i] is "exec")
            {
                continue;
            }

            var at = isModule ? i + 1 : i;
            var name = BaseName(words[at]);
            var rest = words.Skip(at + 1).ToList();
            if (Workers.Contains(name))
            {
                return null;
            }

            if (name == "http.server" || name == "manage.py" && rest.Contains("runserver"))
            {
                return new("python", name, rest);
            }

            name = name.StartsWith("gunicorn", StringComparison.Ordinal) ? "gunicorn" : name;
            if (Servers.TryGetValue(name, out var stack))
            {
                return new(stack, name, rest);
            }

            return null;
        }

        return null;
    }

    /// <summary>"python", "python3", "python3.11", but not "python3-config".</summary>
    private static bool IsInterpreter(string program, string name)
        => program.StartsWith(name, StringComparison.Ordinal) && program.AsSpan(name.Length).IndexOfAnyExcept(VersionCharacters) < 0;

    private static string BaseName(string path)
    {
        // "gunicorn:" of a title loses its colon, "nginx/1.0" its path.
        var slash = path.LastIndexOf('/');
        return (slash < 0 ? path : path[(slash + 1)..]).TrimEnd(':');
    }
}
