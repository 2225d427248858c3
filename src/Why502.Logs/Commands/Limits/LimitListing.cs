using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>How many files a process may open.</summary>
/// <param name="Soft">The limit in force; null is unlimited.</param>
/// <param name="IsShells">Of the shell that was asked: another process may have another limit.</param>
public sealed record ShownFileLimit(long? Soft, bool IsShells) : CommandRecord;

/// <summary><c>ulimit -a</c> and <c>-n</c> of bash and dash, <c>/proc/PID/limits</c> (proc(5)) and <c>prlimit</c>.</summary>
public sealed class LimitListing : ICommandReader
{
    public string Command => "cat /proc/PID/limits";

    public bool Looks(PastedText text) => text.Any(line => Row(new(1, line)) is not null) || IsAsked(text);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        foreach (var line in text.Lines)
        {
            if ((Row(line) ?? (IsAsked(text) && line.Words is [var number] && Value(number, out var soft) ? new(soft, true) : null)) is { } row)
            {
                yield return row with { Line = line.Number };
            }
        }
    }

    /// <summary><c>ulimit -n</c>, also with -S: a number alone.</summary>
    private static bool IsAsked(PastedText text) => text.Command is { } command && command.StartsWith("ulimit -", StringComparison.Ordinal) && command.EndsWith('n') && !command.Contains('H');

    private static ShownFileLimit? Row(PastedLine line) => line.Words switch
    {
        ["Max", "open", "files", var soft, ..] when Value(soft, out var limit) => new(limit, false),
        ["NOFILE", "max", "number", "of", "open", "files", var soft, ..] when Value(soft, out var limit) => new(limit, false),
        ["open", "files", "(-n)", var soft] when Value(soft, out var limit) => new(limit, true),
        ["open", "files", "(-n)", .., var soft] when Value(soft, out var limit) => new(limit, true),
        ["nofiles", var soft] when Value(soft, out var limit) => new(limit, true),
        _ => null,
    };

    private static bool Value(string word, out long? limit)
    {
        limit = long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        return limit is not null || word == "unlimited";
    }
}
