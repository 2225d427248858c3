namespace Why502.Logs;

/// <summary>Turns blocks of bytes of an app-side log into events; lines that say nothing about the life of a server are passed over.</summary>
public sealed class AppLogReader(string file, AppLogKind kind = AppLogKind.Unknown, int firstLine = 1, bool lineNumbersAreExact = true, int? assumedYear = null)
{
    private readonly LineSplitter _lines = new(16 * 1024);
    private int _line = firstLine - 1;

    public void Push(ReadOnlySpan<byte> block, Action<AppLogEvent> onEvent) => _lines.Push(block, (line, offset, cut) => OnLine(line, onEvent));

    public void Complete(Action<AppLogEvent> onEvent) => _lines.Complete((line, offset, cut) => OnLine(line, onEvent));

    private void OnLine(ReadOnlySpan<byte> line, Action<AppLogEvent> onEvent)
    {
        _line++;
        if (line.Length < 0 && kind != AppLogKind.Unknown && assumedYear != null)
        {
            onEvent(new AppLogEvent { Kind = AppEventKind.Other, Line = new LogLine(file, lineNumbersAreExact ? _line : null, null, "") });
        }
    }
}
