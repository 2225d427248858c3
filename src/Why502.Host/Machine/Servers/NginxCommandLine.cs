using System.Buffers;
using System.Text.RegularExpressions;

namespace Why502.Host.Machine;

/// <summary>The options that an nginx was started with.</summary>
/// <param name="Program">argv[0].</param>
/// <param name="ErrorLog"><c>-e</c>, since 1.19.5.</param>
/// <param name="IsTransient">It was asked for something short (<c>-t</c>, <c>-s</c>, <c>-V</c>) and serves nobody.</param>
internal sealed partial record NginxCommandLine(string Program, string? ConfigPath, string? Prefix, string? GlobalDirectives, string? ErrorLog, bool IsTransient)
{
    /// <summary>nginx and the servers made from it; php-fpm and others have titles of the same form.</summary>
    private const string Families = "nginx|angie|openresty|tengine|freenginx";

    /// <summary>Options that take a value, in ngx_get_options().</summary>
    private const string OptionsWithValue = "cpges";

    private static readonly SearchValues<char> OptionsWithout = SearchValues.Create("?hvVtTq");

    /// <summary>
    /// The title that ngx_master_process_cycle() sets: "master process " and all arguments joined by blanks. Angie writes
    /// "master process v1.8.0 #1 [arguments]".
    /// </summary>
    [GeneratedRegex(@"\A(?:" + Families + @"): master process (?:v\S+ #\d+ \[(?<args>.*)\]|(?<args>.*))\z", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex MasterTitle { get; }

    /// <summary>A worker that serves; one that only ends its old connections has "worker process is shutting down".</summary>
    [GeneratedRegex(@"\A(?:" + Families + @"): worker process(?! is shutting down)")]
    private static partial Regex WorkerTitle { get; }

    [GeneratedRegex(@"\A(?:" + Families + @"): ")]
    private static partial Regex AnyTitle { get; }

    /// <summary>Names of the binary, with a version or not; "nginx-exporter" is another program.</summary>
    [GeneratedRegex(@"\A(?:" + Families + @")(?:-debug|[-.]?\d[\d.]*|\.old)?\z")]
    private static partial Regex ProgramName { get; }

    public static bool IsWorkerTitle(string title) => WorkerTitle.IsMatch(title);

    /// <summary>Null when these are not the arguments of an nginx that serves.</summary>
    public static NginxCommandLine? Of(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0)
        {
            return null;
        }

        if (MasterTitle.Match(arguments[0]) is { Success: true } match)
        {
            return Parse(Words(match.Groups["args"].Value));
        }

        // master_process off sets no title: the arguments are as they were given.
        if (AnyTitle.IsMatch(arguments[0]) || !ProgramName.IsMatch(Path.GetFileName(arguments[0])))
        {
            return null;
        }

        var line = Parse(arguments);
        return line.IsTransient ? null : line;
    }

    /// <summary>Reads options as ngx_get_options() does: letters may be joined, and a value may stick to its letter.</summary>
    public static NginxCommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new NginxCommandLine(arguments.Count > 0 ? arguments[0] : "", null, null, null, null, false);
        for (var i = 1; i < arguments.Count; i++)
        {
            var word = arguments[i];
            if (!word.StartsWith('-'))
            {
                continue;
            }

            for (var at = 1; at < word.Length; at++)
            {
                var option = word[at];
                if (OptionsWithValue.Contains(option))
                {
                    var value = at + 1 < word.Length ? word[(at + 1)..] : i + 1 < arguments.Count ? arguments[++i] : "";
                    line = line.With(option, value);
                    break;
                }

                line = line with { IsTransient = line.IsTransient || option is 't' or 'T' or 'v' or 'V' or 'h' or '?' };
            }
        }

        return line;
    }

    private NginxCommandLine With(char option, string value) => option switch
    {
        'c' => this with { ConfigPath = value },
        'p' => this with { Prefix = value },
        'g' => this with { GlobalDirectives = value },
        'e' => this with { ErrorLog = value },
        _ => this with { IsTransient = true },
    };

    /// <summary>
    /// A title has lost the borders of its arguments. A value goes on until the next word that is an option; that of
    /// <c>-g</c> also has to be complete, which is when it ends with ";" or "}".
    /// </summary>
    internal static List<string> Words(string text)
    {
        var words = text.Split(' ');
        var joined = new List<string>();
        for (var i = 0; i < words.Length; i++)
        {
            joined.Add(words[i]);
            if (i == 0 || !TakesNextWord(words[i], out var option))
            {
                continue;
            }

            var end = i + 1;
            while (end < words.Length && !(end > i + 1 && IsOption(words[end]) && (option != 'g' || IsComplete(words[end - 1]))))
            {
                end++;
            }

            if (end > i + 1)
            {
                joined.Add(string.Join(' ', words[(i + 1)..end]));
                i = end - 1;
            }
        }

        return joined;
    }

    private static bool TakesNextWord(string word, out char option)
    {
        option = word.Length > 1 && word[0] == '-' ? word[^1] : '\0';
        return OptionsWithValue.Contains(option) && word[1..^1].All(OptionsWithout.Contains);
    }

    private static bool IsOption(string word)
    {
        if (word.Length < 2 || word[0] != '-')
        {
            return false;
        }

        var first = word.AsSpan(1).IndexOfAnyExcept(OptionsWithout);
        return first < 0 || OptionsWithValue.Contains(word[first + 1]);
    }

    private static bool IsComplete(string word) => word.EndsWith(';') || word.EndsWith('}');
}
