namespace Why502.Reports;

/// <summary>Breaks prose at blanks. A word longer than the line stays whole: a path or a command must be copied in one piece.</summary>
internal static class WrapText
{
    public static IEnumerable<string> Lines(string text, int width)
    {
        var rest = text.Trim();
        if (rest.Length == 0)
        {
            yield return "";
        }

        while (rest.Length > 0)
        {
            var cut = CutOf(rest, Math.Max(width, 1));
            yield return rest[..cut].TrimEnd();
            rest = rest[cut..].TrimStart();
        }
    }

    private static int CutOf(string text, int width)
    {
        if (text.Length <= width)
        {
            return text.Length;
        }

        var blank = text.LastIndexOf(' ', width, width);
        while (blank > 0 && blank + 1 < text.Length && text[blank + 1] == '%')
        {
            // A sign stays with its number.
            blank = text.LastIndexOf(' ', blank - 1);
        }

        if (blank > 0)
        {
            return blank;
        }

        blank = text.IndexOf(' ');
        return blank < 0 ? text.Length : blank;
    }
}
