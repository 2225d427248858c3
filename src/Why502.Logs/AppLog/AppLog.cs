namespace Why502.Logs;

/// <summary>Recognises who wrote an app-side log line, by its form.</summary>
public static class AppLog
{
    public static AppLogKind Recognise(ReadOnlySpan<byte> line)
    {
        if (line.Length == 0)
        {
            return AppLogKind.Unknown;
        }

        Carried carried = Carrier.Strip(line, out _);
        if (carried.Program is { } program)
        {
            return program == "kernel" ? AppLogKind.Kernel : AppLogKind.Journal;
        }

        ReadOnlySpan<byte> payload = carried.IsPresent ? carried.Payload : line;
        return OfPayload(payload[..Math.Min(payload.Length, 512)]);
    }

    internal static AppLogKind OfProgram(string program) => program switch
    {
        "kernel" => AppLogKind.Kernel,
        "systemd" or "init" => AppLogKind.Journal,
        _ when program.StartsWith("php", StringComparison.Ordinal) => AppLogKind.PhpFpm,
        _ when program.StartsWith("gunicorn", StringComparison.Ordinal) => AppLogKind.Gunicorn,
        _ when program.StartsWith("uwsgi", StringComparison.OrdinalIgnoreCase) => AppLogKind.Uwsgi,
        _ when program.StartsWith("node", StringComparison.Ordinal) || program.StartsWith("PM2", StringComparison.OrdinalIgnoreCase) => AppLogKind.Node,
        _ => AppLogKind.Generic,
    };

    internal static AppLogKind OfPayload(ReadOnlySpan<byte> text)
    {
        if (IsPhp(text))
        {
            return AppLogKind.PhpFpm;
        }

        if (text.StartsWith("["u8) && (text.IndexOf("] [INFO] "u8) > 0 || text.IndexOf("] [CRITICAL] "u8) > 0 || text.IndexOf("] [ERROR] "u8) > 0 || text.IndexOf("] [WARNING] "u8) > 0 || text.IndexOf("] [DEBUG] "u8) > 0)
            && LogTime.TryReadIso(text[1..], out _, out _, out _))
        {
            return AppLogKind.Gunicorn;
        }

        if (text.StartsWith("*** "u8) || text.StartsWith("[pid: "u8) || text.IndexOf("uWSGI"u8) >= 0 || text.StartsWith("DAMN ! "u8))
        {
            return AppLogKind.Uwsgi;
        }

        return KernelTime(text) > 0 ? AppLogKind.Kernel : AppLogKind.Unknown;
    }

    /// <summary><c>[21-Nov-2026 01:02:03] WARNING: …</c>, <c>[21-Nov-2026 01:02:03 UTC] PHP …</c>; without its date <c>WARNING: [pool www] …</c>, and without its pool <c>child 31 exited …</c> (zlog.c, fpm_children.c).</summary>
    private static bool IsPhp(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("child "u8) && text[6..].TrimStart("0123456789"u8).StartsWith(" exited "u8))
        {
            return true;
        }

        if (text.StartsWith("WARNING: [pool "u8) || text.StartsWith("NOTICE: [pool "u8) || text.StartsWith("ERROR: [pool "u8) || text.StartsWith("ALERT: [pool "u8) || text.StartsWith("[pool "u8))
        {
            return true;
        }

        if (text.Length < 24 || text[0] != '[' || text[3] != '-' || text[7] != '-')
        {
            return false;
        }

        return text.IndexOf("] NOTICE: "u8) > 0 || text.IndexOf("] WARNING: "u8) > 0 || text.IndexOf("] ERROR: "u8) > 0 || text.IndexOf("] ALERT: "u8) > 0 || text.IndexOf("] DEBUG: "u8) > 0
            || text.IndexOf("] PHP "u8) > 0 || text.IndexOf("  [pool "u8) > 0;
    }

    /// <summary>Length of <c>[12345.678901] </c> (dmesg), or 0.</summary>
    internal static int KernelTime(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("["u8))
        {
            return 0;
        }

        int end = text.IndexOf((byte)']');
        if (end is < 3 or > 24)
        {
            return 0;
        }

        ReadOnlySpan<byte> inner = text[1..end].TrimStart((byte)' ');
        int dot = inner.IndexOf((byte)'.');
        return dot > 0 && inner[..dot].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && inner.Length - dot == 7 ? Math.Min(end + 2, text.Length) : 0;
    }
}
