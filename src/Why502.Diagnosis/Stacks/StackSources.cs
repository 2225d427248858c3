namespace Why502.Diagnosis.Stacks;

/// <summary>A configuration file of an app server, as text.</summary>
public sealed record SettingsText(string Path, string Text);

/// <summary>All that is known of how an app server was started, wherever it is known from.</summary>
/// <param name="Stack">gunicorn, uwsgi, php-fpm, node …</param>
/// <param name="Server">The program that reads the arguments: uvicorn, puma …</param>
/// <param name="Arguments">Behind the server's own name.</param>
/// <param name="ArgumentsFrom">"arguments of gunicorn[812]", or the file and line of a unit.</param>
/// <param name="Files">In the order in which the server reads them; later ones win.</param>
public sealed record StackSources(string Stack, string Server, IReadOnlyList<string> Arguments, string ArgumentsFrom, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<SettingsText> Files)
{
    public string? Version { get; init; }

    /// <summary>The port of the address in question, where a file configures several servers.</summary>
    public int? Port { get; init; }

    /// <summary>The pool or program in question, where a file configures several.</summary>
    public string? Section { get; init; }

    public Written? Argument(params ReadOnlySpan<string> names) => Options.Value(Arguments, names) is { } value ? new(names[^1], value, ArgumentsFrom, null) : null;

    public Written? Variable(string name) => Environment.TryGetValue(name, out var value) && value.Length > 0 ? new(name, value, "environment", null) : null;

    /// <summary>The last value of a key in an ini file.</summary>
    public Written? Ini(Func<IniLine, bool> matches)
    {
        Written? found = null;
        foreach (var file in Files)
        {
            foreach (var line in IniLines.Read(file.Text))
            {
                found = matches(line) ? new(line.Key, line.Value, file.Path, line.Number) : found;
            }
        }

        return found;
    }

    /// <summary>The last line of any file that holds the setting, by its own reader.</summary>
    public Written? Text(Func<string, IEnumerable<(string Name, string Value, int At)>> read, string name)
    {
        Written? found = null;
        foreach (var file in Files)
        {
            foreach (var (key, value, at) in read(file.Text))
            {
                found = key == name ? new(key, value, file.Path, LineAt(file.Text, at)) : found;
            }
        }

        return found;
    }

    private static int LineAt(string text, int at) => text.AsSpan(0, at).Count('\n') + 1;
}

/// <summary>A value as it was written, and where.</summary>
public sealed record Written(string Name, string Value, string File, int? Line)
{
    /// <summary>Null when the value cannot be read as a number, as where it is computed.</summary>
    public AppSetting? As(Func<string, double?> read) => read(Value) is { } number ? new(Name, Value, number, File, Line, null) : null;
}

/// <summary>How servers write numbers.</summary>
public static class Quantity
{
    /// <summary>0 and -1 are no limit, as most servers have it.</summary>
    public static double? Limit(string text, Func<string, double?> read) => read(text) is { } number ? number <= 0 ? double.PositiveInfinity : number : null;

    public static double? Count(string text) => double.TryParse(text.Replace("_", "", StringComparison.Ordinal), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Seconds: "30", "30s", "5m", "1h", "250ms".</summary>
    public static double? Seconds(string text)
    {
        var (number, unit) = Split(text);
        return number is null ? null : unit switch
        {
            "" or "s" or "sec" or "seconds" => number,
            "ms" => number / 1000,
            "m" or "min" => number * 60,
            "h" => number * 3600,
            "d" => number * 86400,
            _ => null,
        };
    }

    /// <summary>Bytes: "8M", "1g", "2097152", "10MB".</summary>
    public static double? Bytes(string text)
    {
        var (number, unit) = Split(text);
        return number is null ? null : unit.TrimEnd('b').TrimEnd('i') switch
        {
            "" => number,
            "k" => number * 1024,
            "m" => number * 1048576,
            "g" => number * 1073741824,
            _ => null,
        };
    }

    /// <summary>A product of numbers, as scripts write milliseconds: "65 * 1000", "61_000".</summary>
    public static double? Product(string text)
    {
        var product = 1.0;
        foreach (var factor in text.Split('*'))
        {
            if (Count(factor.Trim().TrimEnd('L', 'n')) is not { } number)
            {
                return null;
            }

            product *= number;
        }

        return product;
    }

    private static (double? Number, string Unit) Split(string text)
    {
        var trimmed = text.Trim().Trim('"', '\'').ToLowerInvariant();
        var end = 0;
        while (end < trimmed.Length && (char.IsAsciiDigit(trimmed[end]) || trimmed[end] is '.' or '_' or '-'))
        {
            end++;
        }

        return (Count(trimmed[..end]), trimmed[end..].Trim());
    }
}
