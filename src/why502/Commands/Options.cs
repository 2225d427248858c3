using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Why502.Cli.Commands;

/// <summary>Options that several commands share, and how their values are read.</summary>
internal static class Options
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    public static Option<TimeSpan?> Timeout(string description = "The verdict comes within this time, whatever hangs (default 5s; 60s with FILEs)") => Time("--timeout", description, "5s");

    public static Option<TimeSpan?> Since() => Time("--since", "How far back logs are read (default 15m on a live machine)", "15m");

    public static Option<string?> Config() => new("--config") { Description = "Main configuration file of the nginx that is meant", HelpName = "FILE" };

    public static Option<bool> NoProbe() => new("--no-probe") { Description = "Open no connection to anything: read only" };

    /// <summary>A URL that the user gave.</summary>
    /// <param name="text">As given; null where none was.</param>
    /// <param name="taker">What takes it, for the complaint: "--url".</param>
    /// <exception cref="UsageException">It is none of http or https.</exception>
    public static Uri? Url(string? text, string taker)
        => text is null ? null
            : (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) && Uri.TryCreate(text, UriKind.Absolute, out var url) ? url
            : throw new UsageException($"{taker} takes a URL such as http://shop.example.com/api/, not '{text}'.");

    public static Option<string> Format(params string[] allowed)
    {
        var option = new Option<string>("--format") { Description = $"Output: {string.Join(", ", allowed)}", HelpName = string.Join('|', allowed), DefaultValueFactory = _ => allowed[0] };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !allowed.Contains(result.Tokens[0].Value, StringComparer.Ordinal))
            {
                result.AddError($"--format knows {string.Join(", ", allowed)}, not '{result.Tokens[0].Value}'.");
            }
        });
        return option;
    }

    /// <summary>A whole number from 1 on; null where none was given.</summary>
    /// <param name="aliases">Its other names.</param>
    public static Option<int?> Number(string name, string description, int max, params string[] aliases)
    {
        var option = new Option<int?>(name, aliases) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !(int.TryParse(result.Tokens[0].Value, out var number) && number > 0 && number <= max))
            {
                result.AddError($"{name} takes a number from 1 to {max}, not '{result.Tokens[0].Value}'.");
            }
        });
        return option;
    }

    /// <summary>A number with a unit: 500ms, 90s, 15m, 2h, 1d, or several of them in a row; a bare number is seconds.</summary>
    public static bool TryTime(string text, out TimeSpan time)
    {
        time = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
            {
                digits++;
            }

            if (!double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var letters = 0;
            while (letters < rest.Length && char.IsAsciiLetter(rest[letters]))
            {
                letters++;
            }

            var seconds = rest[..letters] switch
            {
                "ms" => 0.001,
                "" or "s" => 1,
                "m" or "min" => 60,
                "h" => 3600,
                "d" => 86_400,
                "w" => 604_800,
                _ => double.NaN,
            };
            if (double.IsNaN(seconds) || number * seconds > TimeSpan.FromDays(3660).TotalSeconds)
            {
                return false;
            }

            time += TimeSpan.FromSeconds(number * seconds);
            rest = rest[letters..];
        }

        return time > TimeSpan.Zero && time <= TimeSpan.FromDays(3660);
    }

    internal static Option<TimeSpan?> Time(string name, string description, string example) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = argument => Parse(argument, name, example),
    };

    private static TimeSpan? Parse(ArgumentResult argument, string name, string example)
    {
        if (argument.Tokens.Count == 1 && TryTime(argument.Tokens[0].Value, out var time))
        {
            return time;
        }

        argument.AddError($"{name} takes a time such as {example}, not '{string.Join(' ', argument.Tokens.Select(token => token.Value))}'.");
        return null;
    }
}
