namespace Why502.Logs;

/// <summary>Reads one line of <c>messages.tsv</c>.</summary>
internal static class MessageTable
{
    public static ErrorMessage Parse(string line)
    {
        string[] c = line.Split('\t');
        return new ErrorMessage(
            Id: c[0],
            Protocol: c[1],
            Levels: Levels(c[2]),
            Format: c[9],
            Errno: c[3] switch { "yes" => ErrnoUse.Yes, "maybe" => ErrnoUse.Maybe, _ => ErrnoUse.No },
            Phases: List(c[4]),
            Status: c[5],
            Candidates: List(c[6]),
            Functions: List(c[8]),
            SourceFile: c[7])
        {
            IsGatewayPath = IsGateway(c[5], c[4]),
        };
    }

    private static string[] List(string cell) => cell is "-" or "" ? [] : cell.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static List<LogLevel> Levels(string cell)
    {
        List<LogLevel> levels = [];
        foreach (string part in cell.Split(';'))
        {
            // "error (limit_req_log_level)": the level in front is the default of a directive.
            string word = part.Split(' ')[0];
            if (Enum.TryParse(word, ignoreCase: true, out LogLevel level))
            {
                levels.Add(level);
            }
        }

        return levels;
    }

    private static bool IsGateway(string status, string phase) =>
        !phase.StartsWith('(') && (status.Contains("50", StringComparison.Ordinal) || status.Contains("upstream", StringComparison.Ordinal)
            || status.Contains("cut response", StringComparison.Ordinal) || phase.Contains("upstream", StringComparison.Ordinal));
}
