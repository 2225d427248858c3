using System.Buffers;
using System.Text;
using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>
/// One table as RFC 4180 says. Spreadsheets take a cell for a formula that begins with one of a few signs (OWASP, CSV injection), and a log's text is chosen by strangers: such a cell
/// gets an apostrophe in front. What is more than a plain word is quoted, so that no text is divided where the separator is a semicolon or a tab.
/// </summary>
internal static class TrafficCsv
{
    /// <summary>Signs that begin a formula, also in their full-width forms; blanks before them are skipped by some programs.</summary>
    private const string FormulaSigns = "=+-@＝＋－＠";

    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-");

    public static byte[] Render(TrafficReport report, Sheet sheet)
    {
        var text = new StringBuilder();
        Row(text, sheet.Columns);
        foreach (var row in sheet.Rows(report))
        {
            Row(text, row.Select(cell => cell.IsForeign ? Harmless(cell.Text) : cell.Text));
        }

        return new UTF8Encoding(false).GetBytes(text.ToString());
    }

    private static string Harmless(string text)
    {
        var first = text.AsSpan().TrimStart();
        return first.Length > 0 && FormulaSigns.Contains(first[0], StringComparison.Ordinal) ? "'" + text : text;
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells)
    {
        var first = true;
        foreach (var cell in cells)
        {
            text.Append(first ? "" : ",");
            first = false;
            if (cell.AsSpan().ContainsAnyExcept(Plain))
            {
                text.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
            else
            {
                text.Append(cell);
            }
        }

        text.Append("\r\n");
    }
}
