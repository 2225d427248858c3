namespace Why502.Nginx;

/// <summary>
/// A path pattern with glob(3) semantics and no flags, which is how nginx's <c>include</c> calls it
/// (ngx_open_glob): <c>*</c>, <c>?</c> and brackets stop at slashes, and a leading dot is matched only by a dot.
/// </summary>
public sealed class GlobPattern
{
    private readonly string[] parts;

    public GlobPattern(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        Pattern = pattern;
        parts = pattern.Split('/');
    }

    public string Pattern { get; }

    /// <summary>ngx_conf_include's test: without one of these characters the file must exist.</summary>
    public static bool IsGlob(string pattern) => pattern.AsSpan().ContainsAny('*', '?', '[');

    public bool Matches(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var rest = path.AsSpan();
        for (var i = 0; i < parts.Length; i++)
        {
            var slash = rest.IndexOf('/');
            var last = i == parts.Length - 1;
            if (last != slash < 0)
            {
                return false;
            }

            var name = last ? rest : rest[..slash];
            if (!MatchesName(parts[i], name))
            {
                return false;
            }

            rest = last ? default : rest[(slash + 1)..];
        }

        return true;
    }

    /// <summary>One path component: fnmatch(3) with FNM_PERIOD. Linear in name × pattern, never exponential.</summary>
    public static bool MatchesName(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (name.StartsWith('.') && !pattern.StartsWith('.') && !pattern.StartsWith("\\."))
        {
            return false;
        }

        int p = 0, n = 0, starPattern = -1, starName = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = ++p;
                starName = n;
            }
            else if (MatchesOne(pattern, ref p, name[n]))
            {
                n++;
            }
            else if (starPattern >= 0)
            {
                p = starPattern;
                n = ++starName;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, ref int p, char c)
    {
        if (p >= pattern.Length)
        {
            return false;
        }

        var at = p;
        switch (pattern[p])
        {
            case '?':
                p++;
                return true;
            case '[' when TryBracket(pattern, ref at, c, out var matched):
                p = matched ? at : p;
                return matched;
            case '\\' when p + 1 < pattern.Length:
                if (pattern[p + 1] != c)
                {
                    return false;
                }

                p += 2;
                return true;
            default:
                if (pattern[p] != c)
                {
                    return false;
                }

                p++;
                return true;
        }
    }

    /// <summary>A bracket expression; without its closing bracket the opening one is an ordinary character (fnmatch(3)).</summary>
    private static bool TryBracket(ReadOnlySpan<char> pattern, ref int p, char c, out bool matched)
    {
        matched = false;
        var i = p + 1;
        var negated = i < pattern.Length && (pattern[i] is '!' or '^');
        if (negated)
        {
            i++;
        }

        var first = true;
        while (i < pattern.Length && (first || pattern[i] != ']'))
        {
            first = false;
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                i++;
            }

            var low = pattern[i];
            var high = low;
            if (i + 2 < pattern.Length && pattern[i + 1] == '-' && pattern[i + 2] != ']')
            {
                high = pattern[i + 2];
                i += 2;
            }

            matched |= c >= low && c <= high;
            i++;
        }

        if (i >= pattern.Length)
        {
            return false;
        }

        p = i + 1;
        matched ^= negated;
        return true;
    }
}
