using System.Globalization;

namespace Why502.Logs.Commands;

/// <summary>A gateway error that somebody met as a client of nginx's.</summary>
/// <param name="Row">What nginx's access log has for such a request.</param>
public abstract record ToldStatus(int Status, string Row) : CommandRecord;

/// <summary>A gateway error that nginx answered somebody who asked by hand.</summary>
/// <param name="Host">The name that was asked for, without a port; null where it is not shown.</param>
public sealed record AnsweredByNginx(int Status, string Row, string? Host = null) : ToldStatus(Status, Row);

/// <summary>
/// The head of an answer, as <c>curl -i</c>, <c>-I</c> and <c>-v</c>, browsers and HTTPie show it, with a gateway status and nginx's name in the header or on
/// its error page (ngx_http_special_response.c). A 404 or 421 is told of nginx's own page alone: the header names nginx over an app's page too. Where nobody's name is shown, an answer on a web server's own port, or one that stands alone, is nginx's.
/// </summary>
public sealed class AnswerListing : ICommandReader
{

    public string Command => "curl -i";

    /// <summary>ngx_http_special_response.c: nginx alone writes 504 with this hyphen.</summary>
    /// <summary>Statuses that say that a request went where it was not meant to go.</summary>
    private const int NotFound = 404, Misdirected = 421;

    private static readonly (string Title, int Status)[] Pages = [("502 Bad Gateway", 502), ("504 Gateway Time-out", 504), ("503 Service Temporarily Unavailable", 503), ("500 Internal Server Error", 500), ("404 Not Found", NotFound), ("421 Misdirected Request", Misdirected)];

    public bool Looks(PastedText text) => text.Any(line => IsTold(StatusOf(line)) || PageOf(line) is not null);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var (method, path, version) = ("GET", PathIn(text.Command) ?? "/", "1.1");
        if (text.Command?.Contains(" -I", StringComparison.Ordinal) == true)
        {
            method = "HEAD";
        }

        var (host, ownPage) = (Url(text.Command)?.Host, false);
        string? server = null;
        PastedLine? answered = null;
        foreach (var line in text.Lines)
        {
            var shown = line.Text.Trim();
            if (shown.StartsWith("> ", StringComparison.Ordinal) && shown.Split(' ') is [_, var verb, var target, ['H', 'T', 'T', 'P', '/', .. var spoken], ..] && verb.All(char.IsAsciiLetterUpper))
            {
                (method, path, version) = (verb, target, spoken);
            }
            else if (answered is null && PageOf(shown) is not null)
            {
                answered = line;
            }
            else if (StatusOf(shown) is { } status)
            {
                answered = IsTold(status) ? line : null;
                (server, ownPage) = (null, false);
            }
            else if (shown.StartsWith("> Host: ", StringComparison.OrdinalIgnoreCase))
            {
                host = shown["> Host: ".Length..].Split(':')[0].Trim();
            }
            else if (Headless(shown) is var head && head.StartsWith("server:", StringComparison.OrdinalIgnoreCase))
            {
                server ??= head[7..].Trim();
            }
            else if ((shown.Contains("<center>", StringComparison.Ordinal) && IsNginx(TextScan.Between(shown, "<center>", "</center>"))) || (answered is not null && shown.Length < 40 && IsNginx(shown)))
            {
                (server, ownPage) = ("nginx", true);
            }
        }

        if (answered is { } found && (StatusOf(found.Text) ?? PageOf(found.Text)) is { } code && (code is NotFound or Misdirected ? ownPage && host is not null : server is null ? IsOwnPort(text.Command) : IsNginx(server)))
        {
            yield return new AnsweredByNginx(code, string.Create(CultureInfo.InvariantCulture, $"\"{method} {path.Replace("\"", "%22", StringComparison.Ordinal)} HTTP/{version}\" {code} 0"), host) { Line = found.Number };
        }
    }

    /// <summary>The title of nginx's error page, as a browser shows it or with its tags; prose that mentions it is none.</summary>
    private static int? PageOf(string line)
    {
        var text = line.Trim();
        foreach (var (title, status) in Pages)
        {
            if (text == title || text.Contains($"<title>{title}</title>", StringComparison.Ordinal) || text.Contains($"<h1>{title}</h1>", StringComparison.Ordinal))
            {
                return status;
            }
        }

        return null;
    }

    private static bool IsTold(int? status) => status is 500 or 502 or 503 or 504 or NotFound or Misdirected;

    private static string Headless(string line) => line.StartsWith("< ", StringComparison.Ordinal) ? line[2..] : line;

    /// <summary><c>HTTP/1.1 502 Bad Gateway</c>, <c>&lt; HTTP/2 504</c></summary>
    private static int? StatusOf(string line)
    {
        var text = Headless(line.Trim());
        return text.StartsWith("HTTP/", StringComparison.Ordinal) && text.Split(' ') is [{ Length: >= 6 and <= 8 }, var code, ..] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and < 600 ? status : null;
    }

    private static bool IsNginx(string? server) => server is not null && NginxFamily.Begins(server);

    private static bool IsOwnPort(string? command) => Url(command) is not { } url || url.IsDefaultPort;

    private static string? PathIn(string? command) => Url(command)?.AbsolutePath;

    private static Uri? Url(string? command)
        => command?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(word => word.Trim('"', '\'')).LastOrDefault(word => word.Contains("://", StringComparison.Ordinal)) is { } shown
            && Uri.TryCreate(shown, UriKind.Absolute, out var url) ? url : null;
}
