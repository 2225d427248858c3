namespace Why502.Logs.Commands;

/// <summary>What a directory holds, as <c>ls DIRECTORY</c> shows it: what is not among the names is not there.</summary>
/// <param name="Directory">Absolute, without a slash at its end.</param>
/// <param name="Pattern">Of <c>ls /run/php/*.sock</c> what stands in the star's place is shown, and no more; null for the whole directory.</param>
public sealed record ListedDirectory(string Directory, string? Pattern, IReadOnlyList<string> Names) : CommandRecord
{
    /// <summary>The word that <c>| grep WORD</c> left names with; null where all are shown.</summary>
    public string? Filter { get; init; }

    /// <summary>Whether a file of that name would have been shown.</summary>
    public bool Covers(string name)
        => (Filter is null || name.Contains(Filter, StringComparison.Ordinal)) && (Pattern is not { } pattern
            || (pattern.IndexOf('*') is var star && name.Length >= pattern.Length - 1 && name.StartsWith(pattern[..star], StringComparison.Ordinal) && name.EndsWith(pattern[(star + 1)..], StringComparison.Ordinal)));
}

/// <summary><c>ls</c> of one directory or of one pattern with a star in its last part, with its command line: short or long, sorted in any way.</summary>
public sealed class DirectoryListing : ICommandReader
{
    private const int NamesMax = 2_000;

    public string Command => "ls";

    public bool Looks(PastedText text) => TargetOf(text) is not null && text.Lines.Any(line => line.Text.AsSpan().Trim().Length > 0);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        if (TargetOf(text) is not { } target || text.Any(line => line.Contains("No such file or directory", StringComparison.Ordinal) || line.Contains("Permission denied", StringComparison.Ordinal)))
        {
            yield break;
        }

        var star = target.IndexOf('*');
        var directory = star < 0 ? target.TrimEnd('/') : target[..target.LastIndexOf('/', star)];
        var names = text.Lines.SelectMany(Names).Select(name => name.StartsWith(directory + "/", StringComparison.Ordinal) ? name[(directory.Length + 1)..] : name)
            .Where(name => name.Length > 0 && !name.Contains('/')).Take(NamesMax).ToList();
        if (names.Count > 0)
        {
            yield return new ListedDirectory(directory, star < 0 ? null : target[(directory.Length + 1)..], names) { Line = text.Lines[0].Number, Filter = FilterOf(text.Command!) };
        }
    }

    /// <summary>The one directory or pattern of the command line; what a filter left of it tells of nothing that lacks.</summary>
    private static string? TargetOf(PastedText text)
    {
        if (text.Command is not { } command || text.Program is not ("ls" or "ll") || (command.AsSpan().ContainsAny("|;&") && FilterOf(command) is null))
        {
            return null;
        }

        var words = command.Split('|')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
        var target = words.Where(word => word[0] != '-').ToList() is [var only] ? only : null;
        var isItself = words.Any(word => word[0] == '-' && !word.StartsWith("--", StringComparison.Ordinal) && word.Contains('d'));
        return target is ['/', ..] && !isItself && target.Count(letter => letter == '*') <= 1 && target.IndexOf('*') is var star && (star < 0 || target.IndexOf('/', star) < 0) ? target : null;
    }

    private static string? FilterOf(string command)
        => command.Split('|') is [_, var filter] && filter.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["grep", var word] && word.Trim('\'', '"') is { Length: > 1 } plain && plain[0] != '-' && plain.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_') ? plain : null;

    /// <summary>An alias with -F marks sockets with an equals sign (ls(1)).</summary>
    private static string Unmarked(string name) => name.Length > 1 ? name.TrimEnd('=', '*', '@') : name;

    private static IEnumerable<string> Names(PastedLine line)
    {
        var words = line.Words;
        return words.Length == 0 || words is ["total", _] ? []
            : PathListing.IsRow(line) ? [words[Array.IndexOf(words, "->") is > 0 and var arrow ? arrow - 1 : ^1]]
            : words.Any(word => word.EndsWith(':')) ? []
            : words.Select(Unmarked);
    }
}
