using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// Finds nginx's message in a line that tells of it: inside a sentence or markup, behind a label, cut off by a terminal's width, with an
/// ellipsis for what the teller left out. A reading counts only where the line is no message of nginx as it stands and is one with it.
/// </summary>
internal static partial class RetoldRecord
{
    private const int LineCharsMax = 4096;

    private const int DetailMax = 64;

    /// <summary>A sentence that tells of a message; what is longer is a log's line of somebody else.</summary>
    private const int ToldCharsMax = 400;

    private static readonly SearchValues<char> Numbers = SearchValues.Create("*#:0123456789");

    /// <summary>How a message on the gateway's path begins, or what stands in it, whatever a teller put around it.</summary>
    private static readonly SearchValues<string> Anchors = SearchValues.Create(
        [
            "connect() failed", "socket() failed", "connect() to ", "failed (", "SSL_do_handshake() failed", "peer closed connection in SSL handshake", "upstream prematurely closed", "upstream timed out (", "no live upstreams",
            "could not be resolved (", "recv() failed", "no resolver defined", "upstream sent ", "limiting requests, excess", "limiting connections by zone", "auth request unexpected status", "upstream SSL certificate", ":unable to get local issuer certificate)", ":self signed certificate)", ":self-signed certificate)", ":certificate has expired)",
            " while connecting to upstream", " while reading response header from upstream", " while sending request to upstream", ": Connection refused", "\" failed (",
            "broken header: \"", "nginx: [", "worker_connections are not enough", "invalid port in upstream", "invalid host in upstream", "rewrite or internal redirection cycle", "no live upstream",
        ],
        StringComparison.OrdinalIgnoreCase);

    public static string Repair(string line, string? next)
    {
        if (line.Length > LineCharsMax || line.AsSpan().IndexOfAny(Anchors) is var at && at < 0)
        {
            return line;
        }

        if (ErrorLogLine.Parse(line) is { Known: { } known } record)
        {
            // What stops the loading has one level, and names its place in the configuration.
            return record is { Level: null, ConfigFile: not null } && known.Levels is [LogLevel.Emerg] ? "[emerg] " + line.TrimStart()
                : line;
        }

        // What stands before a dated record's message is nginx's own.
        var head = Head(line);
        var told = line[(head > 0 ? head : WordStart(line, at))..];

        if (head > 0 && CutInPath(told) is { } cut)
        {
            return line[..head] + cut;
        }

        // A message that begins with a name takes any words before it for one.
        var bodies = head > 0 || at != WordStart(line, at) ? [told] : new[] { line, told };
        foreach (var body in bodies)
        {
            foreach (var reading in Readings(body, next))
            {
                var whole = head > 0 ? line[..head] + reading : reading;
                if (IsMessage(whole))
                {
                    return whole;
                }

            }
        }

        return line;
    }

    /// <summary>From the mildest to the boldest.</summary>
    private static IEnumerable<string> Readings(string text, string? next)
    {
        var plain = Keys(Undecorated(text));
        yield return plain;
        yield return PastedRecord.Phase(PastedRecord.FirstWord(plain), next);
        yield return Handshake(plain);
        yield return Several(plain);
        yield return Unclosed(plain, next);
        yield return CutRecord.Completed(plain);
        yield return OnlyPhase(plain);
        yield return Abridged(plain);
        yield return Cited(plain);
        yield return LooseContext.Punctuated(plain);
        yield return ToPhase(Cited(plain));
        yield return Quoted(plain);
        yield return ByNumber(text);
        if (WordedErrno.Number(plain) is var numbered && !ReferenceEquals(numbered, plain))
        {
            if (LooseContext.Punctuated(numbered) is var whole && !ReferenceEquals(whole, numbered))
            {
                yield return whole;
            }

            var cited = ToPhase(Quoted(Cited(numbered)));
            yield return PastedRecord.Phase(cited, next);
            yield return cited;
        }

        if (plain is [>= 'A' and <= 'Z' and var first, ..])
        {
            // nginx begins with a small letter; who begins a sentence with its message does not.
            yield return char.ToLowerInvariant(first) + ToPhase(Cited(plain))[1..];
        }

        if (next is null && plain.Count('"') % 2 == 1)
        {
            // Nothing follows that could be a client's: the last line was cut inside a quoted value.
            yield return plain + "\"";

            // ngx_http_proxy_process_header() and its like end what they show of a header with three dots, which a trim takes for the teller's.
            yield return plain + "...\"";
        }
    }

    /// <summary><c>connect() to unix:/run/app.so</c>: the margin took the errno and maybe the path's end. An editor or pager shows the cut by a sign (nano's $, less's &gt;).</summary>
    private static string? CutInPath(string told)
    {
        const string call = "connect() to unix:/", rest = " failed (";
        if (!told.StartsWith(call, StringComparison.Ordinal) || told.Contains(rest, StringComparison.Ordinal))
        {
            return null;
        }

        var shown = told.TrimEnd().TrimEnd('$', '>', '\u2026', '.');
        var end = shown.AsSpan(call.Length).IndexOf(' ') is >= 0 and var blank ? call.Length + blank : shown.Length;
        return rest.StartsWith(shown[end..].TrimEnd(), StringComparison.Ordinal) ? shown[..end] + " failed while connecting to upstream" : null;
    }

    private static bool IsMessage(string line) => ErrorLogLine.Parse(line) is { Known: not null };

    /// <summary>Date, level, process and connection: where the message begins, 0 without them.</summary>
    private static int Head(string line)
    {
        var level = line.IndexOf("] ", StringComparison.Ordinal);
        if (level is < 0 or > 200 || !ErrorLogLine.LooksLikeRecord(Encoding.Latin1.GetBytes(line.Select(letter => letter < 256 ? letter : '?').ToArray())))
        {
            return 0;
        }

        var at = level + 2;
        for (var word = 0; word < 2 && at < line.Length; word++)
        {
            var end = line.IndexOf(' ', at);
            if (end < 0 || !(line[at] == '*' || line[at..end].EndsWith(':')) || line.AsSpan(at, end - at).IndexOfAnyExcept(Numbers) >= 0)
            {
                break;
            }

            at = end + 1;
        }

        return at;
    }

    /// <summary>A looked-up name stands before its message's first fixed word, and a file's name behind the call that met it.</summary>
    private static int WordStart(string line, int at)
    {
        if (line.AsSpan(at).StartsWith("\" failed ("))
        {
            var call = line.AsSpan(0, at).LastIndexOf("() \"");
            return call < 0 ? at : line.AsSpan(0, call).LastIndexOfAnyExceptInRange('a', 'z') + 1;
        }

        if (!line.AsSpan(at).StartsWith("could not be resolved (") && !line.AsSpan(at).StartsWith("worker_connections"))
        {
            return at;
        }

        // Scripts without blanks between words have none before it either.
        var before = line.AsSpan(0, at).TrimEnd();
        return Math.Max(before.LastIndexOf(' '), before.LastIndexOfAnyExceptInRange('\u0000', '\u007f')) + 1;
    }

    private static string Undecorated(string text)
        => Ascii(text).TrimStart('`', '*', '_', '>', '-', '"', '\'', '|', ' ', '\u2022').TrimEnd('`', '*', '_', '.', ',', ';', ' ', '\u2026');

    /// <summary>Without the brackets and dots that other scripts set around it: nginx's own words begin and end in ASCII.</summary>
    private static string Ascii(string text)
    {
        text = text.Trim();
        var end = text.AsSpan().LastIndexOfAnyInRange('\u0021', '\u007e');
        return end < 0 ? text : text[..(end + 1)];
    }

    /// <summary>nginx writes <c>, client: A, upstream: "B"</c>; tellers drop a colon, or take the upstream for the phase's object.</summary>
    private static string Keys(string text) => text
        .Replace("upstream: \"http", "upstream, upstream: \"http", StringComparison.Ordinal)
        .Replace(", upstream, upstream: ", ", upstream: ", StringComparison.Ordinal)
        .Replace("; upstream \"", ", upstream: \"", StringComparison.Ordinal)
        .Replace(", upstream \"", ", upstream: \"", StringComparison.Ordinal);

    /// <summary>
    /// OpenSSL's queue without nginx's parentheses, or the alert alone. Alerts 40, 70, 71, 86, 112 and 116 are what a server sends to a client
    /// (RFC 8446, 6.2), as are the reasons here what a client finds: then nginx is the client, and the handshake is the upstream's.
    /// </summary>
    private static string Handshake(string text)
    {
        const string Call = "SSL_do_handshake() failed";
        var at = text.IndexOf(Call, StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }

        var rest = text[(at + Call.Length)..];
        var phase = rest.IndexOf(" while ", StringComparison.Ordinal);
        var queue = (phase < 0 ? rest : rest[..phase]).Trim(' ', '.', '\u2026', ':', '(', ')', ',');
        var context = phase < 0 ? "" : rest[phase..];
        if (!queue.Contains("error:", StringComparison.Ordinal) && !queue.Contains("SSL alert number", StringComparison.Ordinal))
        {
            return text;
        }

        queue = queue.StartsWith("SSL: ", StringComparison.Ordinal) ? queue : "SSL: " + queue;
        return context.Length > 0 || IsServers(queue) ? $"{Call} ({queue}){(context.Length > 0 ? context : " while SSL handshaking to upstream")}" : text;
    }

    private static bool IsServers(string queue)
        => TextScan.NumberAfter(queue, "SSL alert number ") is 40 or 70 or 71 or 86 or 112 or 116
            || queue.Contains("no protocols available", StringComparison.Ordinal) || (queue.Contains("unsupported protocol", StringComparison.Ordinal) && !queue.Contains("client_hello", StringComparison.Ordinal)) || queue.Contains("wrong version number", StringComparison.Ordinal) || queue.Contains("certificate verify failed", StringComparison.Ordinal);

    /// <summary>The message knows the plural alone, and the number of connections in front of it.</summary>
    private static string Several(string text)
        => text.StartsWith("no live upstream", StringComparison.OrdinalIgnoreCase) ? "no live upstreams while connecting to upstream"
            : text.StartsWith("worker_connections are not enough", StringComparison.Ordinal) ? $"{UnknownNumber} {text}"
            : text;

    private const string UnknownNumber = "0";

    /// <summary><c>connect() failed (111: Connection ref</c>: a terminal's or an editor's margin took the rest, the number is whole.</summary>
    private static string Unclosed(string text, string? next)
    {
        // "connect() failed (1" : ngx_http_upstream_test_connect() says nothing of the number before it.
        if (text.StartsWith("connect() failed (", StringComparison.Ordinal) && text.AsSpan("connect() failed (".Length).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            return "connect() failed while connecting to upstream";
        }

        var open = text.IndexOf(" failed (", StringComparison.Ordinal);
        var colon = open < 0 ? -1 : text.IndexOf(':', open);
        return open < 0 || colon < 0 || colon - open > 13 || TextScan.NumberAt(text, open + 9) is null || text.IndexOf(')', colon) >= 0
            ? text
            : Connecting(PastedRecord.Phase($"{text[..colon]}: cut off)", next));
    }

    /// <summary>nginx goes to a unix path only to an upstream.</summary>
    private static string Connecting(string text)
        => text.StartsWith("connect() to ", StringComparison.Ordinal) && text.EndsWith(')') && !text.Contains(" while ", StringComparison.Ordinal) ? text + " while connecting to upstream" : text;

    /// <summary><c>upstream prematurely closed connection at processing header while …</c>: builds that are patched say where in their code; the message and the phase are nginx's.</summary>
    private static string Abridged(string text)
    {
        const string Closed = "upstream prematurely closed connection";
        var phase = text.IndexOf(" while ", StringComparison.Ordinal);
        return phase > Closed.Length && phase < Closed.Length + DetailMax && text.StartsWith(Closed, StringComparison.Ordinal) ? Closed + text[phase..] : text;
    }

    /// <summary>A teller's quote that closes behind a message which has none of its own: <c>"512 worker_connections are not enough" is what we see</c>.</summary>
    private static string Quoted(string text)
        => text.IndexOf('"', StringComparison.Ordinal) is > 12 and var end && text.Count('"') == 1 ? text[..end] : text;

    /// <summary>
    /// <c>upstream time out (110: …) while …</c>, <c>nginx says 111: Connection refused</c>: in whatever words, number and phase are nginx's (ngx_strerror writes "N: text"). Of a
    /// number without a phase only ECONNREFUSED has one place: connect(2).
    /// </summary>
    private static string ByNumber(string text)
    {
        if (text.Length > ToldCharsMax || text.Contains("resolv", StringComparison.OrdinalIgnoreCase))
        {
            return text;
        }

        // ngx_ssl_verify_callback() and its callers write X509_verify_cert_error_string() behind its number; for whose certificate, the words before it say.
        if (Unverified().Match(text) is { Success: true } unverified && !text.Contains("client", StringComparison.OrdinalIgnoreCase))
        {
            return $"upstream SSL certificate verify error: {unverified.Value} while SSL handshaking to upstream";
        }

        if (Numbered().Match(text) is { Success: true } told)
        {
            var call = told.Groups[1].Value switch
            {
                "110" => "upstream timed out",
                "111" or "113" when told.Groups[3].Value == "connecting to upstream" => "connect() failed",
                "104" => "recv() failed",
                "32" => "writev() failed",
                _ => null,
            };
            return call is null ? text : $"{call} ({told.Groups[1].Value}: {told.Groups[2].Value}) while {told.Groups[3].Value}";
        }

        return text.Contains(" while ", StringComparison.Ordinal) || RefusedAlone().Match(text) is not { Success: true } ? text : "connect() failed (111: Connection refused) while connecting to upstream";
    }

    /// <summary>The second parenthesis may enclose the phase, too, or neither is there.</summary>
    [GeneratedRegex(@"(?<![\w.:])(\d{1,3}): ([^():]{1,64}?)\)? while (connecting to upstream|reading response header from upstream|sending request to upstream|reading upstream)")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"\(\d{1,2}:(?:unable to get local issuer certificate|self[ -]signed certificate(?: in certificate chain)?|certificate has expired)\)")]
    private static partial Regex Unverified();

    [GeneratedRegex(@"(?:^|[^\w.:])111: Connection refused(?:\W|$)")]
    private static partial Regex RefusedAlone();

    /// <summary>Markup closes what it opened: <c>`upstream sent too big header`) and the login fails</c>.</summary>
    private static string Cited(string text)
        => text.AsSpan(1).IndexOfAny("`”»") is var end and > 0 ? text[..(end + 1)] : text.IndexOf("** ", StringComparison.Ordinal) is var bold and > 0 ? text[..bold] : text;

    /// <summary><c>… while reading response header from upstream / 502 Bad Gateway</c>: nginx goes on behind a phase with a comma and its context, and with nothing else.</summary>
    private static string ToPhase(string text)
    {
        var start = text.IndexOf(" while ", StringComparison.Ordinal);
        if (start < 0)
        {
            return text;
        }

        var rest = text.AsSpan(start + " while ".Length);
        foreach (var phase in ErrorPhases.All.OrderByDescending(phase => phase.Length))
        {
            if (rest.StartsWith(phase) && rest.Length > phase.Length && rest[phase.Length] is not (',' or ':'))
            {
                return text[..(start + " while ".Length + phase.Length)];
            }
        }

        return Shortened(text, start + " while ".Length);
    }

    /// <summary><c>… while reading response header</c>: a teller leaves out whose it was; the beginning fits the upstream's phases only.</summary>
    private static string Shortened(string text, int at)
    {
        var told = text.AsSpan(at);
        var end = told.IndexOfAnyExcept(PhaseLetters);
        told = (end < 0 ? told : told[..end]).TrimEnd(' ');
        foreach (var phase in (string[])["reading response header from upstream", "sending request to upstream", "connecting to upstream"])
        {
            // At least two words of it.
            if (told.IndexOf(' ') > 0 && phase.Length > told.Length && phase.AsSpan().StartsWith(told) && phase[told.Length] == ' ')
            {
                return text[..at] + phase;
            }
        }

        return text;
    }

    private static readonly SearchValues<char> PhaseLetters = SearchValues.Create(" abcdefghijklmnopqrstuvwxyz");

    /// <summary>A header that is not of the PROXY protocol may be binary, hold line feeds and lose its end; nginx says so in one phase only (ngx_proxy_protocol.c).</summary>
    private static string OnlyPhase(string text)
        => text.IndexOf("broken header: \"", StringComparison.Ordinal) is >= 0 and var at && !text.Contains(" while ", StringComparison.Ordinal)
            ? text[at..(at + 16)] + "\" while reading PROXY protocol"
            : text;
}
