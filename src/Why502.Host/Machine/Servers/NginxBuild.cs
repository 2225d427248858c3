using System.Text;
using Why502.Logs.Commands;

namespace Why502.Host.Machine;

/// <summary>What is compiled into an nginx binary: its version and the paths given to configure.</summary>
internal sealed record NginxBuild(NginxRelease? Release, string Prefix, string ConfigPath, string ErrorLog, string AccessLog, string? User)
{
    /// <summary>The arguments of configure without <c>--</c>, empty for those without a value; those that may be repeated are joined by line feeds.</summary>
    public IReadOnlyDictionary<string, string> Options { get; private init; } = new Dictionary<string, string>();

    private static readonly string[] TempPathNames = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

    /// <summary>Where temp files go without a directive: <c>--http-…-temp-path</c>, else below the prefix (auto/init).</summary>
    public IReadOnlyDictionary<string, string> TempPaths => TempPathNames.ToDictionary(
        name => name + "_temp_path",
        name => Under(Prefix, Options.GetValueOrDefault($"http-{name.Replace('_', '-')}-temp-path", name + "_temp")));

    private const string DefaultPrefix = "/usr/local/nginx";

    /// <summary>What configure assumes without any option (auto/options, auto/init).</summary>
    public static NginxBuild Default { get; } = From(null, "");

    /// <summary>Reads the output of <c>nginx -V</c>, or the same text found in the binary.</summary>
    public static NginxBuild? Parse(string text)
    {
        var lines = text.Split('\n');
        var release = NginxRelease.Parse(lines);
        var arguments = lines.Select(line => After(line, "configure arguments:")).FirstOrDefault(found => found is not null);
        return release is null && arguments is null ? null : From(release, arguments ?? "");
    }

    private static string? After(string line, string mark)
        => line.IndexOf(mark, StringComparison.Ordinal) is var at and >= 0 ? line[(at + mark.Length)..] : null;

    private static NginxBuild From(NginxRelease? release, string arguments)
    {
        var options = OptionsIn(arguments);
        var prefix = WithSlash(options.GetValueOrDefault("prefix", DefaultPrefix));
        return new(
            release,
            prefix,
            Under(prefix, options.GetValueOrDefault("conf-path", "conf/nginx.conf")),
            Under(prefix, options.GetValueOrDefault("error-log-path", "logs/error.log")),
            Under(prefix, options.GetValueOrDefault("http-log-path", "logs/access.log")),
            options.GetValueOrDefault("user"))
        {
            Options = options,
        };
    }

    /// <summary>"stderr" stays a word: configure keeps it, and nginx then writes to its standard error.</summary>
    public static string Under(string prefix, string path) => path.StartsWith('/') || path == "stderr" ? path : prefix + path;

    public static string WithSlash(string path) => path.EndsWith('/') ? path : path + "/";

    /// <summary>The arguments of configure, which are printed with single quotes around those that have blanks.</summary>
    private static Dictionary<string, string> OptionsIn(string arguments)
    {
        var options = new Dictionary<string, string>();
        var word = new StringBuilder();
        var quoted = false;
        foreach (var character in arguments + " ")
        {
            if (character == '\'')
            {
                quoted = !quoted;
            }
            else if (!quoted && char.IsWhiteSpace(character))
            {
                Keep(word.ToString(), options);
                word.Clear();
            }
            else
            {
                word.Append(character);
            }
        }

        return options;
    }

    private static void Keep(string word, Dictionary<string, string> options)
    {
        if (!word.StartsWith("--", StringComparison.Ordinal) || word.Length == 2)
        {
            return;
        }

        var equals = word.IndexOf('=');
        var (name, value) = equals < 0 ? (word[2..], "") : (word[2..equals], word[(equals + 1)..]);
        if (equals != word.Length - 1)
        {
            options[name] = name.StartsWith("add-", StringComparison.Ordinal) && options.TryGetValue(name, out var others) ? $"{others}\n{value}" : value;
        }
    }
}
