namespace Why502.Diagnosis.Stacks;

/// <summary>A setting of an ini file. <paramref name="Number"/> is its line, from 1.</summary>
public readonly record struct IniLine(string Section, string Key, string Value, int Number);

/// <summary>
/// Reads ini files as PHP-FPM and uWSGI do: sections, <c>key = value</c>, comments with ";" and "#"; and the table of <c>php-fpm -i</c>, <c>key =&gt; value here =&gt; value of php.ini</c>
/// (ext/standard/info.c). PHP on the command line (<c>php -i</c>) has settings of its own, which are nobody's behind nginx.
/// </summary>
public static class IniLines
{
    public static IEnumerable<IniLine> Read(string text)
    {
        var section = "";
        var isCommandLine = text.Contains("Server API => Command Line", StringComparison.Ordinal);
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] is ';' or '#')
            {
                continue;
            }

            if (line[0] == '[')
            {
                var end = line.IndexOf(']');
                section = end < 0 ? line[1..].Trim() : line[1..end].Trim();
                continue;
            }

            var equals = line.IndexOf('=');
            if (equals > 1 && line.AsSpan(equals - 1).StartsWith(" => "))
            {
                if (!isCommandLine)
                {
                    yield return new("", line[..(equals - 1)].Trim(), line[(equals + 3)..].Split(" => ")[0].Trim(), number);
                }

                continue;
            }

            if (equals > 0)
            {
                yield return new(section, line[..equals].Trim(), Value(line[(equals + 1)..].Trim()), number);
            }
        }
    }

    private static string Value(string text)
    {
        if (text.Length > 0 && text[0] is '"' or '\'')
        {
            var close = text.IndexOf(text[0], 1);
            return close < 0 ? text[1..] : text[1..close];
        }

        // zend_ini_scanner: an unquoted value ends at a semicolon.
        var comment = text.IndexOf(';');
        return (comment < 0 ? text : text[..comment]).Trim();
    }
}
