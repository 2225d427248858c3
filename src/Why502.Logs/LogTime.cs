namespace Why502.Logs;

/// <summary>Reads the time stamp that leads a log line of any kind; the searcher inside big files needs nothing else.</summary>
public static class LogTime
{
    public static bool TryRead(ReadOnlySpan<byte> line, out DateTime time, out bool hasZone)
    {
        hasZone = false;
        return ErrorLogLine.TryReadDate(line, out time);
    }
}
