namespace Why502.Logs.Pasting;

/// <summary>Tells nginx's own message from another server's in the same words, where its date, level and process are lost.</summary>
public static class OwnMessage
{
    /// <summary>A message that nginx's sources have, and that is nginx's by its words alone.</summary>
    public static bool Is(ReadOnlySpan<byte> line)
        => ErrorLogLine.TryParse(line.ToArray(), out var record) && record.Known is { } known
            // ngx_process_get_status() names one of nginx's processes: worker, cache manager, cache loader, new binary. PHP-FPM, PM2 and others say "exited on signal", too.
            && (record.Level is not null || !known.Format.StartsWith("%s %P exited ", StringComparison.Ordinal) || line.IndexOf("process "u8) >= 0);
}
