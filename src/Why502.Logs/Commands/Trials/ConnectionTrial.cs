using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>How one connection by hand ended.</summary>
public enum TrialEnd
{
    Connected,
    Refused,
    TimedOut,
    Unreachable,
    Reset,
    Empty,
    NameUnknown,
}

/// <summary>What <c>curl</c>, <c>wget</c>, <c>telnet</c> or <c>nc</c> met at an address.</summary>
/// <param name="Host">Name or IP literal.</param>
/// <param name="Path">Of an HTTP request; null where none was made.</param>
/// <param name="Status">Of the answer.</param>
public sealed record Trial(string Host, int Port, TrialEnd End, string? Path, int? Status) : CommandRecord
{
    public string? UnixPath { get; init; }

    /// <summary>It was asked for by https.</summary>
    public bool OverTls { get; init; }

    public string? Server { get; init; }

    public string? HttpVersion { get; init; }
}

/// <summary>
/// <c>curl -v</c> and <c>-I</c> (its texts are those of lib/connect.c and strerror(3)), <c>telnet</c>, <c>nc</c> of OpenBSD, ncat, <c>wget</c>. An answer without an address is that of the command
/// line's URL; without a command line it belongs to nobody.
/// </summary>
public sealed class ConnectionTrial : ICommandReader
{
    public string Command => "curl -v";

    public bool Looks(PastedText text) => text.Program is "curl" or "wget" or "telnet" or "nc" or "ncat" || text.Any(line => EndOf(line) is not null && IsTool(line));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var (host, port, path, unix) = Target(text.Command);
        TrialEnd? end = null;
        int? status = null;
        string? server = null, version = null;
        var number = text.Lines.Count > 0 ? text.Lines[0].Number : 0;
        foreach (var line in text.Lines)
        {
            var trimmed = line.Text.Trim();
            if (PeerOf(trimmed) is { } peer)
            {
                (host, port) = (peer.Host, peer.Port > 0 ? peer.Port : port);
            }

            if (EndOf(trimmed) is { } found && (text.Command is not null || IsTool(trimmed)))
            {
                (end, number) = (found, line.Number);
            }

            var answer = trimmed.StartsWith("< ", StringComparison.Ordinal) ? trimmed[2..] : trimmed;
            if (answer.StartsWith("HTTP/", StringComparison.Ordinal) && answer.Split(' ') is [var protocol, var code, ..] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed is >= 100 and < 600)
            {
                (status, version, end, number) = (parsed, protocol[5..], TrialEnd.Connected, line.Number);
            }
            else if (answer.StartsWith("Server: ", StringComparison.OrdinalIgnoreCase))
            {
                server = answer[8..].Trim();
            }
            else if (trimmed.StartsWith("> ", StringComparison.Ordinal) && trimmed.Split(' ') is [_, var method, var target, var spoken, ..] && spoken.StartsWith("HTTP/", StringComparison.Ordinal) && method.All(char.IsAsciiLetterUpper))
            {
                path = target;
            }
        }

        if (end is { } ended && ((host is not null && port > 0) || unix is not null))
        {
            yield return new Trial(host ?? "", port, ended, path, status) { Line = number, UnixPath = unix, Server = server, HttpVersion = version, OverTls = text.Command?.Contains("https://", StringComparison.Ordinal) == true };
        }
    }

    private static bool IsTool(string line)
        => line.StartsWith("curl: (", StringComparison.Ordinal) || line.StartsWith("* ", StringComparison.Ordinal) || line.StartsWith("telnet: ", StringComparison.Ordinal) || line.StartsWith("nc: ", StringComparison.Ordinal)
            || line.StartsWith("Ncat: ", StringComparison.Ordinal) || line.StartsWith("Connection to ", StringComparison.Ordinal);

    private static TrialEnd? EndOf(string line) => line switch
    {
        _ when line.Contains("onnection refused", StringComparison.Ordinal) => TrialEnd.Refused,
        _ when line.Contains("onnection timed out", StringComparison.Ordinal) || line.Contains("curl: (28)", StringComparison.Ordinal) || line.Contains("Operation timed out", StringComparison.Ordinal) => TrialEnd.TimedOut,
        _ when line.Contains("No route to host", StringComparison.Ordinal) || line.Contains("etwork is unreachable", StringComparison.Ordinal) || line.Contains("Host is unreachable", StringComparison.Ordinal) => TrialEnd.Unreachable,
        _ when line.Contains("curl: (52)", StringComparison.Ordinal) || line.Contains("Empty reply from server", StringComparison.Ordinal) => TrialEnd.Empty,
        _ when line.Contains("curl: (56)", StringComparison.Ordinal) || line.Contains("onnection reset by peer", StringComparison.Ordinal) => TrialEnd.Reset,
        _ when line.Contains("curl: (6)", StringComparison.Ordinal) || line.Contains("Could not resolve host", StringComparison.Ordinal) => TrialEnd.NameUnknown,
        _ when line.StartsWith("* Connected to ", StringComparison.Ordinal) || line.StartsWith("Connected to ", StringComparison.Ordinal) || line.Contains(" port [tcp/", StringComparison.Ordinal) && line.EndsWith("succeeded!", StringComparison.Ordinal) => TrialEnd.Connected,
        _ => null,
    };

    /// <summary><c>* Connected to app (10.0.0.5) port 3000</c>, <c>* connect to 10.0.0.5 port 3000 failed: …</c>, <c>Failed to connect to app port 3000 after …</c>, <c>*   Trying 10.0.0.5:3000...</c></summary>
    private static (string Host, int Port)? PeerOf(string line)
    {
        if (line.StartsWith('*') && TextScan.WordAfter(line, "Trying ") is { } tried)
        {
            var peer = tried.TrimEnd('.');
            var colon = peer.LastIndexOf(':');
            return colon > 0 && int.TryParse(peer[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && (peer.StartsWith('[') || peer.IndexOf(':') == colon)
                ? (peer[..colon].Trim('[', ']'), port)
                : null;
        }

        foreach (var marker in (string[])["Connected to ", "onnect to ", "Connection to "])
        {
            if (TextScan.WordAfter(line, marker) is { } host && (TextScan.NumberAfter(line, " port ") ?? NumberBefore(line, " port ")) is > 0 and < 65536 and var port)
            {
                return (TextScan.Between(line, " (", ")") is { } literal && literal.Contains('.') && !literal.Contains(' ') ? literal : host.Trim('[', ']'), (int)port);
            }
        }

        return null;
    }

    private static long? NumberBefore(string line, string marker)
    {
        var at = line.IndexOf(marker, StringComparison.Ordinal);
        var from = at < 0 ? -1 : line.LastIndexOf(' ', Math.Max(0, at - 1));
        return from < 0 ? null : TextScan.NumberAt(line, from + 1);
    }

    private static (string? Host, int Port, string? Path, string? Unix) Target(string? command)
    {
        var words = command?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('"', '\'')).ToArray() ?? [];
        if (words is ["telnet" or "nc" or "ncat", ..])
        {
            var plain = words.Skip(1).Where(word => !word.StartsWith('-')).ToList();
            return plain is [var name, var port, ..] && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (name, number, null, null) : (null, 0, null, null);
        }

        if (words is not ["curl" or "wget", ..])
        {
            return (null, 0, null, null);
        }

        var socket = Array.IndexOf(words, "--unix-socket") is >= 0 and var option && option + 1 < words.Length ? words[option + 1] : null;
        var url = words.Skip(1).LastOrDefault(word => word.Contains("://", StringComparison.Ordinal) || (word.Contains(':') && word[0] != '-' && word.Split(':')[1].Split('/')[0].All(char.IsAsciiDigit)) || word.StartsWith("localhost", StringComparison.Ordinal));
        return url is not null && Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : "http://" + url, UriKind.Absolute, out var uri)
            ? (uri.Host.Trim('[', ']'), uri.Port, uri.AbsolutePath, socket)
            : (null, 0, null, socket);
    }
}
