using System.Text;

namespace Why502.Logs;

/// <summary>
/// Turns blocks of bytes of an app-side log (PHP-FPM, gunicorn, uWSGI, journal, kernel, any app's output) into events; lines that say nothing about the life of
/// a server are passed over. Carriers' prefixes are taken off first, so the same rules serve files, <c>journalctl</c> and container logs.
/// </summary>
public sealed class AppLogReader(string file, AppLogKind kind = AppLogKind.Unknown, int firstLine = 1, bool lineNumbersAreExact = true, DateTime? now = null)
{
    private const int LineBytesMax = 16 * 1024;
    private const int TextMax = 1000;

    private readonly LineSplitter _lines = new(LineBytesMax);
    private readonly char[] _chars = new char[LineBytesMax];
    private readonly PhpSlowLog _slow = new();
    private int _line = firstLine - 1;

    public void Push(ReadOnlySpan<byte> block, Action<AppLogEvent> onEvent) => _lines.Push(block, (line, offset, cut) => OnLine(line, onEvent));

    public void Complete(Action<AppLogEvent> onEvent) => _lines.Complete((line, offset, cut) => OnLine(line, onEvent));

    private void OnLine(ReadOnlySpan<byte> line, Action<AppLogEvent> onEvent)
    {
        _line++;
        if (_slow.Frame(line, file, lineNumbersAreExact ? _line : null, now) is { } frame)
        {
            onEvent(frame);
            return;
        }

        int length = Encoding.Latin1.GetChars(line, _chars);
        if (AppRules.MayMatch(_chars.AsSpan(0, length)) && Read(line, file, lineNumbersAreExact ? _line : null, kind, now) is { } found)
        {
            onEvent(found);
        }
    }

    /// <summary>Reads one line; null when it is no event.</summary>
    public static AppLogEvent? Read(ReadOnlySpan<byte> line, string file, int? lineNumber, AppLogKind kind = AppLogKind.Unknown, DateTime? now = null)
    {
        Carried carried = Carrier.Strip(line, out _);
        ReadOnlySpan<byte> payload = carried.IsPresent ? carried.Payload : line;
        DateTime? time = carried.Time;
        bool utc = carried.TimeIsUtc;
        if (time is null && LogTime.TryRead(line, out DateTime found, out bool zoned, now))
        {
            (time, utc) = (found, zoned);
        }

        AppLogKind writer = kind;
        if (carried.Program is { } program)
        {
            writer = AppLog.OfProgram(program);
        }
        else if (writer is AppLogKind.Unknown or AppLogKind.Journal)
        {
            writer = AppLog.OfPayload(payload[..Math.Min(payload.Length, 512)]);
        }

        payload = payload[AppLog.KernelTime(payload)..];
        string text = Sanitizer.Line(payload, TextMax);
        LogLine shown = new(file, lineNumber, time, Redactor.Text(Sanitizer.Line(line)));
        AppLogEvent form = new()
        {
            Kind = AppEventKind.Other,
            Line = shown,
            Time = time,
            TimeIsUtc = utc,
            Log = writer,
            Source = carried.Source,
            Process = carried.Program,
            Pid = carried.Pid,
        };

        AppLogEvent? logged = AppRules.Apply(text, form);
        return (logged is null or { Kind: AppEventKind.ProgramRunning or AppEventKind.ListeningOn or AppEventKind.UnitStarted or AppEventKind.UnitStopped } ? Told(carried, time, line, text, form) ?? logged : logged) is { } e ? e with { Text = Redactor.Text(e.Text.Length > 0 ? e.Text : text) } : null;
    }

    /// <summary>A person's sentence has neither a date nor a process; a first word with a colon is part of it.</summary>
    private static AppLogEvent? Told(in Carried carried, DateTime? time, ReadOnlySpan<byte> line, string text, AppLogEvent form)
    {
        if (time is not null || carried.Time is not null || carried.Pid is not null)
        {
            return null;
        }

        string whole = carried.IsPresent ? Sanitizer.Line(line, TextMax) : text;
        return ToldRules.Apply(whole, form) is { } told ? told with { Text = whole } : null;
    }
}
