namespace Why502.Logs;

public sealed partial class ErrorLogReader
{
    /// <summary>
    /// nginx prints decoded URIs, so <c>GET /a%0a2026/…</c> writes a line of the client's choice into the log (open(), is not found, rewrite cycles, subrequest).
    /// All of that is one write of at most this many bytes, which begins with a genuine head and an open quote.
    /// </summary>
    private const int OneWriteMax = 4096;
    private long _openUntil = -1;

    private bool IsSuspect(ErrorLogRecord record, long offset, int length)
    {
        bool inside = offset < _openUntil;
        if (inside && record.RequestLine is { } request && HasEncodedLineFeed(request))
        {
            // The genuine end of the forger's own record: behind it the log is nginx's again.
            _openUntil = -1;
            return true;
        }

        if (inside)
        {
            return true;
        }

        if (record is { Connection: not null, OpenQuoteInMessage: true } && length is not (2047 or 4095))
        {
            _openUntil = offset + OneWriteMax;
            return true;
        }

        return record.RequestLine is { } line && HasEncodedLineFeed(line) && NamesLevel(line);
    }

    private bool _pendingIsForged;

    private static bool EncodesLineFeed(ReadOnlySpan<byte> line) =>
        line.IndexOf("%0a"u8) >= 0 || line.IndexOf("%0A"u8) >= 0 || line.IndexOf("%0d"u8) >= 0 || line.IndexOf("%0D"u8) >= 0;

    /// <summary>Most requests hold no such control at all, and that is seen at once.</summary>
    private static bool HasEncodedLineFeed(string request) =>
        request.Contains("%0", StringComparison.Ordinal) && (request.Contains("%0a", StringComparison.OrdinalIgnoreCase) || request.Contains("%0d", StringComparison.OrdinalIgnoreCase));

    /// <summary>A request that spells out a log level behind a line feed is made to be read as a log line, wherever its record was cut.</summary>
    private static bool NamesLevel(string request)
    {
        foreach (string level in (ReadOnlySpan<string>)["emerg", "alert", "crit", "error", "warn"])
        {
            foreach ((string open, string close) in (ReadOnlySpan<(string, string)>)[("[", "]"), ("%5b", "%5d")])
            {
                if (request.Contains(open + level + close, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
