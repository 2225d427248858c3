namespace Why502.Logs;

/// <summary>Where a record begins. The line is unknown (null) when only the tail of a file was read; the byte offset never is.</summary>
public readonly record struct LogPosition(string File, int? Line, long Offset);
