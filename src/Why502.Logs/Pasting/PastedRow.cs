namespace Why502.Logs.Pasting;

/// <summary>Undoes what people and editors do to a row of an access log: decorations around it, and an address that was taken out.</summary>
public static class PastedRow
{
    /// <summary>What nginx writes where a variable is empty.</summary>
    private const string NoAddress = "-";

    public static string Repair(string row)
    {
        var text = row.Trim(' ', '\t', '`', '>');

        // "$remote_addr - $remote_user [": without the address the row begins with the dash behind it.
        if (text.StartsWith("- ", StringComparison.Ordinal) && text.IndexOf('[', StringComparison.Ordinal) is > 0 and var time
            && text[..time].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 2)
        {
            text = $"{NoAddress} {text}";
        }

        return text.Length == row.Length ? row : text;
    }
}
