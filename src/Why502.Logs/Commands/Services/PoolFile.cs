namespace Why502.Logs.Commands;

/// <summary>PHP-FPM pool settings, whole or a few lines of them.</summary>
public sealed record PoolText(string Text) : CommandRecord;

/// <summary>
/// A pool's file (www.conf), what <c>php-fpm -tt</c> prints of it (fpm_conf.c, fpm_conf_dump), or the lines of it that somebody showed: known by <c>listen = ADDRESS</c>, which no other server writes that
/// way (uWSGI's <c>listen</c> is a number of connections), and by the pool's own keys.
/// </summary>
public sealed class PoolFile : ICommandReader
{
    public string Command => "www.conf";

    public bool Looks(PastedText text) => !text.Any(line => line.Trim() == "[uwsgi]") && text.Any(IsPools);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var first = text.First(IsPools);

        // Lines keep their numbers, so that evidence points at the right one.
        var lines = new string[text.Lines.Count == 0 ? 0 : text.Lines[^1].Number];
        foreach (var line in text.Lines)
        {
            lines[line.Number - 1] = Dumped(line.Text) ?? line.Text;
        }

        yield return new PoolText(string.Join('\n', lines)) { Line = first?.Number ?? 0 };
    }

    private static bool IsPools(string line)
    {
        line = Dumped(line) ?? line;
        var equals = line.IndexOf('=');
        var key = equals <= 0 ? "" : line[..equals].Trim();
        return key.StartsWith("pm.", StringComparison.Ordinal) || key.StartsWith("listen.", StringComparison.Ordinal) || key is "request_terminate_timeout" or "request_slowlog_timeout"
            || (key == "listen" && IsAddress(line[(equals + 1)..].Trim().Trim('"', '\'')));
    }

    /// <summary><c>[22-Nov-2026 05:12:59] NOTICE: 	listen = /run/php/php8.2-fpm.sock</c>: the line as a file would have it, and empty where nothing is set; null for any other line.</summary>
    private static string? Dumped(string line)
    {
        var notice = line.IndexOf("] NOTICE: ", StringComparison.Ordinal);
        var text = notice > 0 ? line.AsSpan(notice + "] NOTICE: ".Length) : default;
        return text.Length < 2 || (text[0] is not ('\t' or '[') && !text.StartsWith("    ")) ? null
            : text.EndsWith("= undefined") || text.EndsWith("= unknown value") ? ""
            : text.Trim().ToString();
    }

    private static bool IsAddress(string value)
        => value.StartsWith('/') || (value.LastIndexOf(':') is >= 0 and var colon && colon + 1 < value.Length && value.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0)
            || (value.Length is 4 or 5 && value.All(char.IsAsciiDigit));
}
