using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// Takes off the marks of a block quotation (CommonMark 0.31, 5.1), in which people set logs and terminal sessions when they know of no fence. A mail's answer quotes what was quoted:
/// a mark for each of them (RFC 3676, 4.5).
/// </summary>
public static partial class Quotations
{
    /// <summary>The same lines, at the same places; as they are where the mark means something else: <c>curl -v</c> sets it before what it sent.</summary>
    public static string[] Strip(string[] lines)
        => lines.Any(IsQuoted) && !lines.Any(line => Sent().IsMatch(line)) ? [.. lines.Select(line => IsQuoted(line) ? line[Marks().Match(line).Length..].TrimStart(' ') : line)] : lines;

    private static bool IsQuoted(string line)
        => line.Length > 0 && line[0] == '>' && line.AsSpan(Marks().Match(line).Length) is var text && (text.Length == 0 || text[0] is ' ' or '\r' or '[' || char.IsAsciiDigit(text[0]));

    /// <summary><c>&gt;</c>, <c>&gt;&gt;&gt;</c>, <c>&gt; &gt;</c></summary>
    [GeneratedRegex("^>(?: ?>)*")]
    private static partial Regex Marks();

    /// <summary>A request line, a header or an answer of <c>curl -v</c>.</summary>
    [GeneratedRegex(@"^(?:> [A-Z]+ \S+ HTTP/\d|> [A-Z][A-Za-z-]+: |< HTTP/)")]
    private static partial Regex Sent();
}
