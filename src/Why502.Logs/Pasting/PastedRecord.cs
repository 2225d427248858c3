using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// Undoes what forums, translators and people do to a line of an error log: entities escaped once or twice, spaces set where
/// nginx writes none, a masked date, a message that lost its first word. A line that is nginx's as it stands is left alone.
/// </summary>
public static partial class PastedRecord
{
    private const int EscapesMax = 3;

    private const int HeadMax = 64;

    /// <param name="next">The line below: a wrapped message goes on there.</param>
    public static string Repair(string line, string? next = null)
    {
        if (line.Length is < 12 or > ErrorLogReader.RecordBytesMax)
        {
            return line;
        }

        line = Colons(Quoted(CitedPlace(Titled(Starting(BareLevel(Labelled(CutOpen(Typographic(Blanks(FullStop(line)))))))))));
        var repaired = WithLevel(Quotes(Phase(FirstWord(LostHead(MaskedNumbers(MaskedHead(Spaces(Entities(WindowsCall(StreamColumn(line)))))))), next)));
        return LostColon(LostTail(LostQuote(LookedUpRecord.Repair(DialedRecord.Repair(RetoldRecord.Repair(AbortedWorker.Repair(PassengerRecord.Repair(repaired)), next))))));
    }

    /// <summary>
    /// A blog or a chat sets quotes of its own, which are characters here, or three bytes each where a file is read byte by byte. Where a plain one opens a value,
    /// they are part of somebody's text.
    /// </summary>
    private static string Typographic(string line)
        => (line.Contains('“', StringComparison.Ordinal) || line.Contains("\u00e2\u0080\u009c", StringComparison.Ordinal)) && !line.Contains(": \"", StringComparison.Ordinal) && !line.Contains("() \"", StringComparison.Ordinal)
            && TypographicQuote().Replace(line, "\"") is var plain && IsMessage(plain) ? plain : line;

    [GeneratedRegex("[“”„]|\u00e2\u0080[\u009c\u009d\u009e]")]
    private static partial Regex TypographicQuote();

    /// <summary>nginx ends no record with a full stop; who tells one as a sentence does.</summary>
    private static string FullStop(string line) => line.TrimEnd() is [.., not '.', '.'] text && Doing().IsMatch(text) ? text[..^1] : line;

    [GeneratedRegex(@"\) while [a-zA-Z ]{4,40} upstream\.$")]
    private static partial Regex Doing();

    /// <summary><c>nginx:[emerg] host not found in upstream "app"in /etc/nginx/nginx.conf:28</c>: who copies a line out of a picture loses blanks.</summary>
    private static string Blanks(string line)
        => line.Contains("[emerg]", StringComparison.Ordinal) && LostBlanks().Replace(line, " ") is var text && text.Length > line.Length && IsMessage(text) ? text : line;

    [GeneratedRegex(@"(?<=nginx:)(?=\[emerg\])|(?<="")(?=in /)")]
    private static partial Regex LostBlanks();

    /// <summary>What an init script had written before nginx spoke: <c>Restarting nginx: nginx: [emerg] …</c></summary>
    private static string Starting(string line)
        => line.IndexOf(" nginx: [emerg] ", StringComparison.Ordinal) is > 0 and < HeadMax and var at && line.AsSpan(0, at).IndexOfAnyInRange('0', '9') < 0 && line.AsSpan(0, at).IndexOfAny("|[") < 0 ? line[(at + 1)..] : line;

    /// <summary><c>[BUG] upload fails: [emerg] "stream" directive is not allowed here …</c>: a report's title, and behind it the record that lost its date.</summary>
    private static string Titled(string line)
        => Levels().Match(line) is { Success: true, Index: > 0 and < TitleMax } level && ErrorLogLine.Parse(line) is not { Level: not null, Known: not null } && IsMessage(line[level.Index..]) ? Closed(line[level.Index..]) : line;

    /// <summary>Without the marks and the full stop that end what a sentence cites.</summary>
    private static string Closed(string text)
        => text.TrimEnd(CitesEnd) is var cited && cited.Length < text.Length && IsMessage(cited) ? cited : text;

    /// <summary><c>and then `nginx: [emerg] … in /etc/nginx/nginx.conf:25`.</c>: what is set as code in a sentence is the record, and nothing else of it.</summary>
    private static string CitedPlace(string line)
        => line.IndexOf("`nginx: [emerg] ", StringComparison.Ordinal) is >= 0 and var at && line.IndexOf('`', at + 1) is var end and > 0 && line[(at + 1)..end] is var cited && ErrorLogLine.Parse(cited) is { Known: not null, ConfigFile: not null } ? cited : line;

    private static readonly char[] CitesEnd = ['`', '*', '.', ' ', '_'];

    /// <summary><c>NGINX:  recv() failed (…</c>, <c>nginx error log: upstream timed out (…</c>: who retells lines of several programs says whose each is.</summary>
    private static string Labelled(string line)
        => Label().Match(line) is { Success: true } label && IsMessage(line[label.Length..]) && !IsMessage(line) ? line[label.Length..] : line;

    [GeneratedRegex(@"^[\s>*-]{0,8}nginx(?:[ ._-](?:errors?|log|error[ ._-]logs?))?(?: says)?:\s+(?=[a-z*])", RegexOptions.IgnoreCase)]
    private static partial Regex Label();

    private const int TitleMax = 160;

    /// <summary>Scripts without blanks between words have none before the bracket either; their letters are bytes from 0x80 on here.</summary>
    [GeneratedRegex(@"(?<=^|[\s\u0080-\u00ff])\[(?:emerg|alert|crit|error)\] (?=\S)")]
    private static partial Regex Levels();

    /// <summary><c>alert readv() failed (…</c>, <c>error: connect() failed (…</c>: a title keeps the level and loses its brackets.</summary>
    private static string BareLevel(string line)
        => BareLevels().Match(line) is { Success: true } level && IsMessage(line[level.Length..]) && !IsMessage(line) ? $"[{level.Groups[1].Value}] {line[level.Length..]}" : line;

    /// <summary><c>…/client/0000000022" failed (13: …)</c>: a selection that began in the path; nginx calls its temp files by ten digits (ngx_create_temp_file).</summary>
    private static string CutOpen(string line)
        => line.Length < 1024 && TempFile().Match(line) is { Success: true } file && !line.Contains("() \"", StringComparison.Ordinal) ? $"[crit] open() \"{file.Value}" : line;

    [GeneratedRegex(@"/[^\s""`']+/\d{10}"" failed \(\d{1,3}: [^()]{1,64}\)")]
    private static partial Regex TempFile();

    [GeneratedRegex("^ *(emerg|alert|crit|error|warn):? +(?=[a-zA-Z])")]
    private static partial Regex BareLevels();

    /// <summary>Who cites a line sets it in quotes of his own; nginx's records begin with a date or a level.</summary>
    private static string Quoted(string line)
    {
        var text = line.AsSpan().TrimStart();
        foreach (var mark in Marks)
        {
            if (text.Length > 2 * mark.Length && text.StartsWith(mark) && text.TrimEnd() is var span && span.EndsWith(mark) && span[mark.Length..^mark.Length].Trim() is var inside && !inside.Contains(mark, StringComparison.Ordinal) && IsMessage(inside.ToString()))
            {
                return inside.ToString();
            }
        }

        return text.Length > 1 && text[0] is '"' or '\'' or '“' && (char.IsAsciiDigit(text[1]) || text[1] is '[' or '*') && IsMessage(text[1..].TrimEnd(Closing).ToString())
            ? text[1..].TrimEnd(Closing).ToString()
            : line;
    }

    /// <summary>Markdown's code, a fence that was closed in its own line, and strong and plain emphasis.</summary>
    private static readonly string[] Marks = ["```", "`", "**", "__", "*", "_"];

    /// <summary>A quote of one's own, and the dots and commas for what was left out.</summary>
    private const string Closing = "\"'” .,…";

    /// <summary>Who types a line sets blanks before its colons.</summary>
    private static string Colons(string line)
        => line.Contains(" : ", StringComparison.Ordinal) && !line.Contains('|', StringComparison.Ordinal) && line.Replace(" : ", ": ", StringComparison.Ordinal) is var text && !IsMessage(line) && IsMessage(text) ? text : line;

    /// <summary>
    /// <c>upstream: "http://unix:/run/app.sock/orders"</c>: nginx parts the socket from the URI with a colon (ngx_http_upstream_log), which was lost where the rest is the request's own path.
    /// </summary>
    private static string LostColon(string line)
    {
        var peer = TextScan.Between(line, "upstream: \"http://unix:", "\"");
        var path = TextScan.Between(line, "request: \"", "\"") is { } request && request.Split(' ') is [_, ['/', ..] asked, ..] ? asked : null;
        return peer is { Length: > 0 } && path is { Length: > 1 } && !peer.Contains(':', StringComparison.Ordinal) && peer.EndsWith(path, StringComparison.Ordinal) && peer.Length > path.Length
            ? line.Replace($"unix:{peer}\"", $"unix:{peer[..^path.Length]}:{path}\"", StringComparison.Ordinal)
            : line;
    }

    /// <summary><c>, host: localhost:8000"</c>: nginx quotes these values always (ngx_http_log_error_handler), and who masked one took a quote along.</summary>
    private static string LostQuote(string line) => line.Contains(", client: ", StringComparison.Ordinal) ? Unquoted().Replace(line, "$1\"$2\"") : line;

    [GeneratedRegex(@"(, (?:upstream|host|referrer): )(?![""\\])([^\s"",]+)""?(?=,|\s*$)")]
    private static partial Regex Unquoted();

    /// <summary>A selection that ended behind a comma: what followed was the context.</summary>
    private static string LostTail(string line)
        => line.TrimEnd() is [.., ','] text && text.TrimEnd(',', ' ') is var whole && !IsMessage(text) && IsMessage(whole) ? whole : line;

    /// <summary>A container panel's table, copied row by row, ends with the column of the stream: <c>… in /etc/nginx/site.conf:25 | stdout</c></summary>
    private static string StreamColumn(string line)
    {
        var bar = line.LastIndexOf('|');
        return bar > 0 && line.AsSpan(bar + 1).Trim() is "stdout" or "stderr" ? line[..bar].TrimEnd() : line;
    }

    /// <summary>nginx for Windows names the calls that it makes there (src/os/win32/ngx_wsarecv.c, ngx_wsasend.c); what they met is said as everywhere, with winsock's number.</summary>
    private static string WindowsCall(string line) => line.Contains("WSA", StringComparison.Ordinal)
        ? line.Replace("WSARecv() failed (", "recv() failed (", StringComparison.Ordinal).Replace("WSASend() failed (", "send() failed (", StringComparison.Ordinal)
        : line;

    /// <summary>A tracker that escapes twice shows <c>&amp;amp;quot;</c>. A line that still has plain quotes was not escaped as a whole.</summary>
    private static string Entities(string line)
    {
        for (var round = 0; round < EscapesMax && !line.Contains('"', StringComparison.Ordinal) && (line.Contains("quot;", StringComparison.Ordinal) || line.Contains("&#34;", StringComparison.Ordinal) || line.Contains("&#x22;", StringComparison.Ordinal)); round++)
        {
            line = line.Replace("&amp;", "&", StringComparison.Ordinal).Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&#34;", "\"", StringComparison.Ordinal).Replace("&#x22;", "\"", StringComparison.Ordinal)
                .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&#39;", "'", StringComparison.Ordinal);
        }

        return line;
    }

    /// <summary>nginx writes <c>1706#1706: *795218</c> and never a blank on either side of the sign.</summary>
    private static string Spaces(string line)
    {
        var sign = line.IndexOf(" # ", StringComparison.Ordinal);
        if (sign is <= 0 or > 120 || !char.IsAsciiDigit(line[sign - 1]) || sign + 3 >= line.Length || !char.IsAsciiDigit(line[sign + 3]))
        {
            return line.StartsWith("connect () ", StringComparison.Ordinal) ? Joined(line) : line;
        }

        return Joined(line[..sign] + "#" + line[(sign + 3)..]);
    }

    private static string Joined(string line) => line
        .Replace(": * ", ": *", StringComparison.Ordinal)
        .Replace(" () ", "() ", StringComparison.Ordinal)
        .Replace("unix: /", "unix:/", StringComparison.Ordinal)
        .Replace(": // ", "://", StringComparison.Ordinal)
        .Replace(": //", "://", StringComparison.Ordinal)
        .Replace(" HTTP / ", " HTTP/", StringComparison.Ordinal)
        .Replace("\" ,", "\",", StringComparison.Ordinal)
        .Replace(", Upstream: ", ", upstream: ", StringComparison.Ordinal)
        .Replace(" Upstream: \"", ", upstream: \"", StringComparison.Ordinal);

    /// <summary><c>2019/10/16 14:MM:SS [crit] 31375#31375: …</c>: the date is not one, so the record goes undated.</summary>
    private static string MaskedHead(string line)
    {
        var level = line.AsSpan(0, Math.Min(line.Length, HeadMax)).IndexOf(" [");
        if (level < 5 || !char.IsAsciiDigit(line[0]) || !line.AsSpan(0, level).ContainsAny('/', ':') || line.AsSpan(0, level).Contains('"') || !IsLevel(line.AsSpan(level + 2)))
        {
            return line;
        }

        var bytes = Encoding.Latin1.GetBytes(line[..Math.Min(line.Length, HeadMax)].Select(letter => letter < 256 ? letter : '?').ToArray());
        return ErrorLogLine.LooksLikeRecord(bytes) || LogTime.TryRead(bytes, out _, out _, DateTime.UnixEpoch.AddYears(60)) ? line : line[(level + 1)..];
    }

    /// <summary><c>[error] XXXX#X: *XXXX …</c>: process and connection made unreadable are as good as none.</summary>
    private static string MaskedNumbers(string line)
    {
        var close = line.AsSpan(0, Math.Min(line.Length, HeadMax)).IndexOf("] ");
        var open = close < 0 ? -1 : line.LastIndexOf('[', close);
        if (open < 0 || !IsLevel(line.AsSpan(open + 1)))
        {
            return line;
        }

        var at = close + 2;
        var process = Word(line, at);
        if (!process.EndsWith(':') || !process.Contains('#'))
        {
            return line;
        }

        var connection = Word(line, at + process.Length + 1);
        var isMasked = process[..^1].IndexOfAnyExceptInRange('#', '9') >= 0 || (connection.StartsWith("*") && connection[1..].IndexOfAnyExceptInRange('0', '9') >= 0);
        var message = at + process.Length + 1 + (connection.StartsWith("*") ? connection.Length + 1 : 0);
        return isMasked && message < line.Length ? line[..at] + line[message..] : line;
    }

    /// <summary>
    /// <c>error] 12483#0: *253 upstream …</c>, <c>1171 upstream …</c>: a selection that began in the middle of a line's head. What is left of the head tells
    /// nothing; a message of nginx stands behind it.
    /// </summary>
    private static string LostHead(string line)
    {
        var rest = CutHead().Match(line);
        return rest.Success && rest.Length < line.Length && !ErrorLogLine.LooksLikeRecord(Encoding.Latin1.GetBytes(line)) && !IsMessage(line) && IsMessage(line[rest.Length..]) ? line[rest.Length..] : line;
    }

    [GeneratedRegex(@"^\s*(?:[\d/]{0,10} ?[\d:]{1,8} )?(?:\[?[a-z]{0,6}\] ?)?(?:\d*#\d+: ?|\d*: )?(?:\*?\d+ )?(?=[a-zA-Z])")]
    private static partial Regex CutHead();

    private static ReadOnlySpan<char> Word(string line, int at)
    {
        var rest = line.AsSpan(Math.Min(at, line.Length));
        var end = rest.IndexOf(' ');
        return end < 0 ? rest : rest[..end];
    }

    private static bool IsLevel(ReadOnlySpan<char> text)
        => text.StartsWith("emerg]") || text.StartsWith("alert]") || text.StartsWith("crit]") || text.StartsWith("error]") || text.StartsWith("warn]") || text.StartsWith("notice]") || text.StartsWith("info]");

    /// <summary>
    /// Of a message that ends behind its errno the phase was cut off. Without one, connect() is the one to an upstream, and what times out
    /// most is the header; the message alone is written in several phases.
    /// </summary>
    internal static string Phase(string line, string? next)
    {
        var text = line.TrimEnd();
        if (!text.EndsWith(')') || text.Contains(" while ", StringComparison.Ordinal) || (next?.TrimStart() is { Length: > 0 } rest && (rest.StartsWith("while", StringComparison.Ordinal) || rest[0] == '(')))
        {
            return line;
        }

        return text.StartsWith("connect() failed (", StringComparison.Ordinal) || text.StartsWith("socket() failed (97", StringComparison.Ordinal) ? text + " while connecting to upstream"
            : text.StartsWith("recv() failed (104", StringComparison.Ordinal) || text.StartsWith("readv() failed (104", StringComparison.Ordinal) ? text + " while reading response header from upstream"
            : text.StartsWith("writev() failed (", StringComparison.Ordinal) || text.StartsWith("send() failed (32", StringComparison.Ordinal) || text.StartsWith("sendfile() failed (", StringComparison.Ordinal) ? text + " while sending request to upstream"
            : text.StartsWith("upstream timed out (", StringComparison.Ordinal) ? text + " while reading response header from upstream"
            : line;
    }

    /// <summary>nginx looks names up at load, at level emerg alone (ngx_http_upstream_add): the level that was cut off is known.</summary>
    private static string WithLevel(string line)
    {
        // A sentence that leads in to it has no level either.
        var at = line.IndexOf(Unresolved, StringComparison.Ordinal);
        return at < 0 || line.AsSpan(0, at).IndexOfAny("[]") >= 0 ? CutPlace(line)
            : line.AsSpan(at + Unresolved.Length).Trim().Length == 0 ? $"[emerg] {Unresolved} \"...\""
            : line[at + Unresolved.Length] == ' ' && line[at + Unresolved.Length + 1] is '\'' or '"' ? "[emerg] " + line[at..].Replace('\'', '"')
            : line;
    }

    private const string Unresolved = "host not found in upstream";

    /// <summary><c>… in /etc/nginx/conf.d/site</c>: a selection that ended in the middle of the place, which nginx ends with a line's number.</summary>
    private static string CutPlace(string line)
    {
        var place = line.Contains("[emerg]", StringComparison.Ordinal) ? line.LastIndexOf(" in /", StringComparison.Ordinal) : -1;
        return place > 0 && line.IndexOf(' ', place + 4) < 0 && !IsMessage(line) && IsMessage(line[..place]) ? line[..place] : line;
    }

    /// <summary>nginx quotes with double quotes; a retold message often has single ones. Tried only where the line has no double quote and reads as a message of nginx with them.</summary>
    private static string Quotes(string line)
    {
        var first = line.IndexOf('\'');
        if (first < 0 || line.Contains('"', StringComparison.Ordinal) || line.IndexOf('\'', first + 1) < 0 || line.Length > 2048)
        {
            return line;
        }

        var quoted = line.Replace('\'', '"');
        return !IsMessage(line) && IsMessage(quoted) ? quoted : line;
    }

    private static bool IsMessage(string line) => ErrorLogLine.Parse(line) is { Known: not null };

    /// <summary>
    /// <c>failed (111: Connection refused) while connecting to upstream</c> without its first word. What nginx calls while it connects is connect();
    /// EPIPE comes from a write alone, and a reset without more from a read.
    /// </summary>
    internal static string FirstWord(string line)
    {
        var text = line.TrimStart();
        if (text.StartsWith("unix:/", StringComparison.Ordinal) && text.Contains(" failed (", StringComparison.Ordinal))
        {
            return "connect() to " + text;
        }

        // "tally.sock failed (61: …) while connecting to upstream": a selection that began in the socket's path.
        if (text.IndexOf(".sock failed (", StringComparison.Ordinal) is > 0 and var name && !text.AsSpan(0, name).ContainsAny(" :\"") && text.Contains(" while connecting to upstream", StringComparison.Ordinal))
        {
            return $"connect() to unix:{(text[0] == '/' ? string.Empty : "/")}{text}";
        }

        // OpenSSL's queue of errors, as ngx_ssl_error() writes it, and the phase: of what nginx calls then only the handshake fails.
        if (text.StartsWith("(SSL: error:", StringComparison.Ordinal) && text.Contains(") while SSL handshaking to upstream", StringComparison.Ordinal))
        {
            return "SSL_do_handshake() failed " + text;
        }

        if (!text.StartsWith("failed (", StringComparison.Ordinal) || TextScan.NumberAt(text, 8) is not { } errno)
        {
            return line;
        }

        var call = text.Contains("while connecting to upstream", StringComparison.Ordinal) ? "connect()"
            : errno == 32 ? "writev()"
            : errno == 104 ? "recv()"
            : null;
        return call is null ? line : string.Create(CultureInfo.InvariantCulture, $"{call} {text}");
    }
}
