namespace Why502.Host.Logs;

/// <summary>What lies in a folder and is no file: to open a FIFO would wait for its writer.</summary>
public static class FolderEntry
{
    /// <returns>Why it is not read, in words; null for a regular file.</returns>
    public static string? Refusal(string path) => PlainFile.RefusalOf(path);
}
