using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>Takes off the marks of a block quotation (CommonMark 0.31, 5.1), in which people set logs and terminal sessions when they know of no fence.</summary>
public static partial class Quotations
{
    /// <summary>The same lines, at the same places; as they are where the mark means something else: <c>curl -v</c> sets it before what it sent.</summary>
    public static string[] Strip(string[] lines)
        => lines.Any(IsQuoted) && !lines.Any(line => Sent().IsMatch(line)) ? [.. lines.Select(line => IsQuoted(line) ? line[1..].TrimStart(' ') : line)] : lines;

    private static bool IsQuoted(string line) => line.Length > 0 && line[0] == '>' && (line.Length == 1 || line[1] is ' ' or '\r' || char.IsAsciiDigit(line[1]) || line[1] == '[');

    /// <summary>A request line, a header or an answer of <c>curl -v</c>.</summary>
    [GeneratedRegex(@"^(?:> [A-Z]+ \S+ HTTP/\d|> [A-Z][A-Za-z-]+: |< HTTP/)")]
    private static partial Regex Sent();
}
