using System.Globalization;
using Why502.Logs;

namespace Why502.Reports;

/// <summary>The last gate before a terminal, a page or a ticket: no control, escape or direction-changing character passes.</summary>
internal static class SafeText
{
    /// <summary>Far above every text that a report has; a longer one is cut in its middle.</summary>
    private const int LengthMax = 16 * 1024;

    public static string OneLine(string text) => IsClean(text) ? text : Sanitizer.Line(text, LengthMax);

    /// <summary>Text of several lines, such as a diff: each line by itself.</summary>
    public static string Lines(string text) => string.Join('\n', text.Split('\n').Select(OneLine));

    private static bool IsClean(string text)
    {
        if (text.Length > LengthMax)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (c is >= ' ' and < '\x7f')
            {
                continue;
            }

            if (c < ' ' || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator)
            {
                return false;
            }
        }

        return true;
    }
}
