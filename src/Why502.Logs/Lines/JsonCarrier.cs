using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Why502.Logs;

/// <summary>
/// Lines that are JSON objects: Docker's json-file driver, the journal's export, log shippers, and error logs that nginx's relatives write in JSON.
/// </summary>
internal static class JsonCarrier
{
    private const int MembersMax = 96;

    public static bool TryUnwrap(ReadOnlySpan<byte> line, ref Carrier.State state, [NotNullWhen(true)] out byte[]? inner)
    {
        inner = null;
        Dictionary<string, byte[]> members = new(StringComparer.OrdinalIgnoreCase);
        FlatJson json = new(line);
        while (members.Count < MembersMax && json.Next(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value, out bool isString))
        {
            string name = Encoding.UTF8.GetString(key[..Math.Min(key.Length, 64)]);
            // The first of equal names wins: a shipper's own member stands in front of what it copied from elsewhere.
            members.TryAdd(name, isString ? FlatJson.Unescape(value) : value is [(byte)'[', ..] ? ByteArray(value) : value.ToArray());
        }

        byte[]? message = First(members, "log", "MESSAGE", "msg", "error", "text");
        if (message is null || members.ContainsKey("status"))
        {
            // An object with a status and no message is an access-log row.
            return false;
        }

        ReadTime(members, ref state);
        string? program = Text(members, "SYSLOG_IDENTIFIER", "_COMM", "ident", "program");
        if (program is not null)
        {
            state.Program = program;
            state.Pid = Number(members, "_PID", "SYSLOG_PID");
        }

        state.Source ??= Text(members, "_SYSTEMD_UNIT", "container_name", "kubernetes.pod_name");
        inner = IsNginxRecord(members, message) ? Compose(members, message, ref state) : message.AsSpan().TrimEnd("\r\n"u8).ToArray();
        return true;
    }

    private static bool IsNginxRecord(Dictionary<string, byte[]> members, byte[] message) =>
        members.ContainsKey("pid") && members.ContainsKey("level") && !ErrorLogLine.StartsRecord(message);

    /// <summary>Writes the members as nginx's own line, so that one parser serves both. JSON strings have no quotes of their own: a quote inside is the client's.</summary>
    private static byte[] Compose(Dictionary<string, byte[]> members, byte[] message, ref Carrier.State state)
    {
        state.IsNginxJson = true;
        List<byte> line = [];
        if (state.Time is { } time)
        {
            line.AddRange(Encoding.ASCII.GetBytes(time.ToString("yyyy'/'MM'/'dd HH':'mm':'ss ", CultureInfo.InvariantCulture)));
        }

        string level = (Text(members, "level") ?? "error").ToLowerInvariant();
        string pid = (Number(members, "pid") ?? 0).ToString(CultureInfo.InvariantCulture);
        string tid = (Number(members, "tid") ?? Number(members, "pid") ?? 0).ToString(CultureInfo.InvariantCulture);
        line.AddRange(Encoding.UTF8.GetBytes($"[{level}] {pid}#{tid}: "));
        if (Number(members, "connection", "cid", "connection_id") is { } connection)
        {
            line.AddRange(Encoding.ASCII.GetBytes($"*{connection} "));
        }

        line.AddRange(message.AsSpan().TrimEnd("\r\n"u8));
        if (Number(members, "errno", "err") is { } errno && errno > 0 && message is not [.., (byte)')'])
        {
            line.AddRange(Encoding.UTF8.GetBytes($" ({errno}: {Text(members, "strerror", "errtext", "errno_text") ?? ""})"));
        }

        if (Text(members, "action", "while", "phase") is { } phase)
        {
            line.AddRange(Encoding.UTF8.GetBytes(" while " + phase));
        }

        if (message.AsSpan().IndexOf(", client: "u8) < 0)
        {
            Append(line, members, "client", quoted: false);
            Append(line, members, "server", quoted: false);
            foreach (string key in (ReadOnlySpan<string>)["request", "subrequest", "upstream", "host", "referrer"])
            {
                Append(line, members, key, quoted: true);
            }
        }

        return [.. line];
    }

    private static void Append(List<byte> line, Dictionary<string, byte[]> members, string key, bool quoted)
    {
        if (!members.TryGetValue(key, out byte[]? value))
        {
            return;
        }

        line.AddRange(Encoding.ASCII.GetBytes(quoted ? $", {key}: \"" : $", {key}: "));
        // Quotes and line feeds of a value would let it end its own field.
        foreach (byte b in value)
        {
            line.Add(b is (byte)'"' ? (byte)'\'' : b is (byte)'\n' or (byte)'\r' ? (byte)' ' : b);
        }

        if (quoted)
        {
            line.Add((byte)'"');
        }
    }

    private static void ReadTime(Dictionary<string, byte[]> members, ref Carrier.State state)
    {
        if (First(members, "__REALTIME_TIMESTAMP") is { } micros && Utf8Parser.TryParse(micros, out long us, out _) && us is > 0 and < 10_000_000_000_000_000)
        {
            (state.Time, state.TimeIsUtc) = (DateTime.UnixEpoch.AddTicks(us * 10), true);
            return;
        }

        if (First(members, "time", "timestamp", "@timestamp", "ts", "date") is { } text)
        {
            if (LogTime.TryReadIso(text, out DateTime time, out bool utc, out _))
            {
                (state.Time, state.TimeIsUtc) = (time, utc);
            }
            else if (ErrorLogLine.TryReadDate(text, out time))
            {
                (state.Time, state.TimeIsUtc) = (time, false);
            }
        }
    }

    /// <summary>The journal writes a message that is not UTF-8 as an array of bytes.</summary>
    private static byte[] ByteArray(ReadOnlySpan<byte> text)
    {
        List<byte> bytes = [];
        int at = 1;
        while (at < text.Length && Utf8Parser.TryParse(text[at..], out byte b, out int used))
        {
            bytes.Add(b);
            at += used;
            while (at < text.Length && text[at] is (byte)',' or (byte)' ')
            {
                at++;
            }
        }

        return [.. bytes];
    }

    private static byte[]? First(Dictionary<string, byte[]> members, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (members.TryGetValue(name, out byte[]? value))
            {
                return value;
            }
        }

        return null;
    }

    private static string? Text(Dictionary<string, byte[]> members, params ReadOnlySpan<string> names) =>
        First(members, names) is { } value ? Sanitizer.Line(value, 256) : null;

    private static int? Number(Dictionary<string, byte[]> members, params ReadOnlySpan<string> names) =>
        First(members, names) is { } value && Utf8Parser.TryParse(value, out int number, out _) ? number : null;
}
