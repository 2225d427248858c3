using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>A process as <c>ps</c> shows it. The command line is as printed: redact it before it is shown.</summary>
public sealed record ListedProcess(int Pid, int? ParentPid, string? User, string CommandLine, bool Complete) : CommandRecord;

/// <summary><c>ps aux</c>, <c>ps -ef</c> and <c>ps -eo …,cmd</c>: columns by their header, or by the form of the two usual ones where the header was filtered away.</summary>
public sealed class ProcessListing : ICommandReader
{
    /// <summary>USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND</summary>
    private const int ColumnsOfAux = 11;

    /// <summary>UID PID PPID C STIME TTY TIME CMD</summary>
    private const int ColumnsOfFull = 8;

    public string Command => "ps aux";

    public bool Looks(PastedText text) => text.Any(line => IsHeader(line) || OfAux(new(1, line), false) is not null || OfFull(new(1, line), false) is not null);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var header = text.First(IsHeader);
        var complete = header is not null && !text.IsFiltered;
        foreach (var line in text.Lines)
        {
            if (line.Number != header?.Number && (OfHeader(line, header?.Text, complete) ?? OfAux(line, complete) ?? OfFull(line, complete)) is { } process && !process.CommandLine.StartsWith("grep ", StringComparison.Ordinal))
            {
                yield return process;
            }
        }
    }

    private static bool IsHeader(string line)
    {
        var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length is >= 2 and < 20 && words.Contains("PID") && words[^1] is "COMMAND" or "CMD" or "ARGS";
    }

    private static ListedProcess? OfHeader(PastedLine line, string? header, bool complete)
    {
        if (header is null)
        {
            return null;
        }

        var columns = header.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var words = Cut(line.Text, columns.Length);
        var pid = Array.IndexOf(columns, "PID");
        return words.Length == columns.Length && Number(words[pid]) is { } number
            ? new(number, Array.IndexOf(columns, "PPID") is >= 0 and var parent ? Number(words[parent]) : null, Array.FindIndex(columns, column => column is "USER" or "UID" or "EUSER") is >= 0 and var user ? words[user] : null, words[^1], complete) { Line = line.Number }
            : null;
    }

    private static ListedProcess? OfAux(PastedLine line, bool complete)
    {
        var words = Cut(line.Text, ColumnsOfAux);
        return words.Length == ColumnsOfAux && Number(words[1]) is { } pid && IsShare(words[2]) && IsShare(words[3]) && Number(words[4]) is not null && Number(words[5]) is not null && words[9].Contains(':')
            ? new(pid, null, words[0], words[^1], complete) { Line = line.Number }
            : null;
    }

    private static ListedProcess? OfFull(PastedLine line, bool complete)
    {
        var words = Cut(line.Text, ColumnsOfFull);
        return words.Length == ColumnsOfFull && Number(words[1]) is { } pid && Number(words[2]) is { } parent && Number(words[3]) is >= 0 and < 100 && words[6].Count(letter => letter == ':') == 2
            ? new(pid, parent, words[0], words[^1], complete) { Line = line.Number }
            : null;
    }

    /// <summary>So many words, the last of them with all that is left.</summary>
    private static string[] Cut(string text, int columns)
    {
        var words = new List<string>(columns);
        var rest = text.AsSpan().Trim();
        while (words.Count < columns - 1)
        {
            var end = rest.IndexOfAny(' ', '\t');
            if (end < 0)
            {
                break;
            }

            words.Add(rest[..end].ToString());
            rest = rest[end..].TrimStart();
        }

        words.Add(rest.ToString());
        return [.. words];
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsShare(string text) => text.Contains('.') && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
}
