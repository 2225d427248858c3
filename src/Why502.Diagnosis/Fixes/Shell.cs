namespace Why502.Diagnosis;

/// <summary>Values in commands that a person may copy.</summary>
public static class Shell
{
    /// <summary>A value as one word for a POSIX shell; plain words stay as they are.</summary>
    public static string Quote(string value)
        => value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || "/._-:@%+=,".Contains(c, StringComparison.Ordinal))
            ? value
            : "'" + value.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
}
