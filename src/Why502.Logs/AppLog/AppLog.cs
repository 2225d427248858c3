namespace Why502.Logs;

/// <summary>Recognises who wrote an app-side log line.</summary>
public static class AppLog
{
    public static AppLogKind Recognise(ReadOnlySpan<byte> line) => line.Length == 0 ? AppLogKind.Unknown : AppLogKind.Unknown;
}
