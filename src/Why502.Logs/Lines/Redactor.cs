using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>
/// Takes secrets out of text that is shown, recorded or sent: query strings, credentials in URLs, values of secret-looking names, tokens.
/// Paths, hosts, addresses and numbers stay, since a diagnosis needs them. It errs on the side of taking out.
/// </summary>
public static partial class Redactor
{
    public const string Mark = "…";

    /// <summary>Words of a protocol (Engine.IO's) that say what kind of request it is, and nobody's secret.</summary>
    private const string Handshake = "transport=websocket";

    public static string Text(string s)
    {
        if (s.Length == 0)
        {
            return s;
        }

        if (s.Contains("://", StringComparison.Ordinal) && s.Contains('@'))
        {
            s = Credentials().Replace(s, "${scheme}" + Mark + "@");
        }

        if (s.Contains('?'))
        {
            s = Query().Replace(s, static query => Variables().IsMatch(query.ValueSpan[2..]) ? query.Value : $"{query.Groups["path"].Value}?{(query.ValueSpan.Contains(Handshake, StringComparison.Ordinal) ? Handshake + "&" : "")}{Mark}");
        }

        if (MayNameSecret(s))
        {
            s = Header().Replace(s, "${name}${sep}" + Mark);
            s = Named().Replace(s, "${name}${sep}" + Mark);
            s = Option().Replace(s, "${name}${sep}" + Mark);
        }

        if (s.Contains("eyJ", StringComparison.Ordinal))
        {
            s = Jwt().Replace(s, Mark);
        }

        if (!HasLongRun(s))
        {
            return s;
        }

        return LongToken().Replace(s, match => IsToken(match.ValueSpan) && !IsInSocketPath(s, match.Index) && !IsInFilePath(s, match.Index) ? Mark : match.Value);
    }

    /// <summary>What <see cref="LongToken"/> looks for is there at all; in most texts it is not.</summary>
    private static bool HasLongRun(ReadOnlySpan<char> text)
    {
        while (text.Length >= TokenLengthMin)
        {
            // From the end of where a run would stand: one other letter there, and none that holds it is a run.
            var last = TokenLengthMin - 1;
            while (last >= 0 && IsTokenLetter(text[last]))
            {
                last--;
            }

            if (last < 0)
            {
                return true;
            }

            text = text[(last + 1)..];
        }

        return false;
    }

    private const int TokenLengthMin = 24;

    private static bool IsTokenLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '+' or '_' or '=' or '-';

    /// <summary>The path of a unix socket is an address of this machine, whatever its directories are called.</summary>
    private static bool IsInSocketPath(string text, int index)
    {
        var start = text.LastIndexOfAny([' ', '"', '\'', ',', ';'], index);
        var word = text.AsSpan(start + 1, index - start - 1);
        var socket = word.IndexOf("unix:", StringComparison.Ordinal);
        return socket >= 0 && !word[(socket + "unix:".Length)..].Contains(':');
    }

    /// <summary>Root directories of the Filesystem Hierarchy Standard 3.0, chapter 3, and Linux's own, without those that sites name their addresses after (/media/).</summary>
    private static readonly string[] RootDirectories =
        ["/bin/", "/boot/", "/etc/", "/home/", "/lib/", "/lib64/", "/mnt/", "/opt/", "/proc/", "/root/", "/run/", "/sbin/", "/srv/", "/sys/", "/tmp/", "/usr/", "/var/"];

    private const string WordEnds = " \t\"'`=,;:()[]<>";

    /// <summary>A file is found by its path, whatever its directories are called; a request's path may hold a token.</summary>
    private static bool IsInFilePath(string text, int index)
    {
        var start = index;
        while (start > 0 && !WordEnds.Contains(text[start - 1], StringComparison.Ordinal))
        {
            start--;
        }

        var word = text.AsSpan(start, index - start);
        var isAsked = start > 1 && text[start - 1] == ' ' && char.IsAsciiLetterUpper(text[start - 2]);
        return !isAsked && word.StartsWith('/') && !word.Contains('?') && Array.Exists(RootDirectories, root => text.AsSpan(start).StartsWith(root, StringComparison.Ordinal));
    }

    /// <summary>One of these words stands in every secret-looking name: lines without them skip the costly patterns.</summary>
    /// <remarks>A search for several strings at once takes milliseconds to build, which is more than a short run redacts in.</remarks>
    private static bool MayNameSecret(ReadOnlySpan<char> text)
    {
        for (; text.Length > 2; text = text[1..])
        {
            var named = (text[0] | 0x20) switch
            {
                'a' => Begins(text, "auth"),
                'b' => Begins(text, "bearer"),
                'c' => Begins(text, "credential") || Begins(text, "cookie") || Begins(text, "csrf"),
                'd' => Begins(text, "dsn"),
                'k' => Begins(text, "key"),
                'p' => Begins(text, "pass") || Begins(text, "pwd"),
                's' => Begins(text, "secret") || Begins(text, "sess") || Begins(text, "sid") || Begins(text, "signature"),
                't' => Begins(text, "token"),
                _ => false,
            };
            if (named)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Begins(ReadOnlySpan<char> text, string word) => text.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>A command line as it may be shown: secret options lose their value, wherever it stands.</summary>
    public static string CommandLine(IReadOnlyList<string> argv)
    {
        List<string> shown = [];
        bool hideNext = false;
        foreach (string argument in argv)
        {
            if (hideNext && !argument.StartsWith('-'))
            {
                shown.Add(Mark);
                hideNext = false;
                continue;
            }

            hideNext = SecretOption().IsMatch(argument);
            shown.Add(Text(argument));
        }

        return string.Join(' ', shown);
    }

    private const string Secret = @"(?:pass(?:wd|word|phrase)?|pwd|secret|token|api[-_]?key|apikey|access[-_]?key|private[-_]?key|client[-_]?secret|auth(?:orization)?|credential|cookie|session(?:[-_]?id)?|sid|signature|dsn|bearer|sessid|csrf)";
    private const RegexOptions Plain = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    [GeneratedRegex(@"(?<scheme>[a-z][a-z0-9+.-]{0,16}://)[^\s/@""'<>]+@", Plain)]
    private static partial Regex Credentials();

    [GeneratedRegex(@"(?<path>[/\w\]~%.:-])\?[^\s""'<>]+", Plain)]
    private static partial Regex Query();

    /// <summary>A query as nginx's configuration writes it, of names and variables alone: <c>$args;</c>, <c>q=$uri&amp;$args</c>.</summary>
    [GeneratedRegex(@"^(?:(?:[\w-]+=)?\$\{?\w+\}?(?:&|(?=;?$)))+;?$", Plain)]
    private static partial Regex Variables();

    [GeneratedRegex(@"(?<name>\b(?:(?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token|x-csrf-token))(?<sep>""?\s*[:=]\s*""?)[^\r\n""]+", Plain)]
    private static partial Regex Header();

    [GeneratedRegex(@"(?<![\w.-])(?<name>[\w.-]{0,64}?" + Secret + @"[\w.-]{0,64})(?<sep>[""']?\s*(?:=>|=|:)\s*[""']?)[^\s""',;&)}\]]+", Plain)]
    private static partial Regex Named();

    [GeneratedRegex(@"(?<name>(?<![\w-])--?[\w-]{0,64}?" + Secret + @"[\w-]{0,64})(?<sep>\s+)(?![-…])[^\s]+", Plain)]
    private static partial Regex Option();

    [GeneratedRegex(@"^--?[\w-]{0,64}?" + Secret + @"[\w-]{0,64}$", Plain)]
    private static partial Regex SecretOption();

    [GeneratedRegex(@"eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?", Plain)]
    private static partial Regex Jwt();

    [GeneratedRegex(@"[A-Za-z0-9+_=-]{24,}", Plain)]
    private static partial Regex LongToken();

    /// <summary>Long runs that mix digits with letters of both cases, or are all hexadecimal, are keys; words joined by dashes are names.</summary>
    private static bool IsToken(ReadOnlySpan<char> run)
    {
        int digits = 0, upper = 0, lower = 0, hex = 0, joints = 0;
        foreach (char c in run)
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
            upper += char.IsAsciiLetterUpper(c) ? 1 : 0;
            lower += char.IsAsciiLetterLower(c) ? 1 : 0;
            hex += char.IsAsciiHexDigit(c) ? 1 : 0;
            joints += c is '-' or '_' ? 1 : 0;
        }

        if (hex + joints == run.Length)
        {
            return digits >= 4 && (upper + lower) > 0;
        }

        return digits >= 3 && upper >= 2 && lower >= 2 && joints * 6 < run.Length;
    }
}
