namespace Why502.Logs.Commands;

/// <summary>PHP-FPM pool settings, whole or a few lines of them.</summary>
public sealed record PoolText(string Text) : CommandRecord;

/// <summary>
/// A pool's file (www.conf), or the lines of it that somebody showed: known by <c>listen = ADDRESS</c>, which no other server writes that
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
            lines[line.Number - 1] = line.Text;
        }

        yield return new PoolText(string.Join('\n', lines)) { Line = first?.Number ?? 0 };
    }

    private static bool IsPools(string line)
    {
        var equals = line.IndexOf('=');
        var key = equals <= 0 ? "" : line[..equals].Trim();
        return key.StartsWith("pm.", StringComparison.Ordinal) || key.StartsWith("listen.", StringComparison.Ordinal) || key is "request_terminate_timeout" or "request_slowlog_timeout"
            || (key == "listen" && IsAddress(line[(equals + 1)..].Trim().Trim('"', '\'')));
    }

    private static bool IsAddress(string value)
        => value.StartsWith('/') || (value.LastIndexOf(':') is >= 0 and var colon && colon + 1 < value.Length && value.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0)
            || (value.Length is 4 or 5 && value.All(char.IsAsciiDigit));
}
