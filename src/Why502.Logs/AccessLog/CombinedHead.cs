namespace Why502.Logs;

/// <summary>The common log format or combined at the beginning of a row, with a virtual host in front or not.</summary>
/// <param name="Length">Where it ends.</param>
/// <param name="HasAgent">Referrer and user agent belong to it: it is combined.</param>
internal readonly record struct CombinedHead(int Length, bool HasHost, bool HasPort, bool HasAgent)
{
    /// <summary>What a time in brackets takes, in the forms that servers write.</summary>
    private const int TimeMin = 20;
    private const int TimeMax = 32;

    private const int StatusDigits = 3;

    /// <summary>Reads <c>[host[:port] ]client - user [time] "request" status size[ "referrer" "agent"]</c>.</summary>
    public static bool TryRead(string row, out CombinedHead head)
    {
        int behindHost = BehindHost(row, out bool hasPort);
        if (behindHost > 0 && TryEnd(row, behindHost, out int end))
        {
            head = WithAgent(row, end, hasHost: true, hasPort);
            return true;
        }

        bool isRead = TryEnd(row, 0, out end);
        head = isRead ? WithAgent(row, end, hasHost: false, hasPort: false) : default;
        return isRead;
    }

    /// <summary>Where the client would begin if a host stands in front of it; 0 when none can.</summary>
    private static int BehindHost(string row, out bool hasPort)
    {
        int at = 0;
        while (at < row.Length && row[at] != ':' && !char.IsWhiteSpace(row[at]))
        {
            at++;
        }

        int host = at;
        hasPort = at < row.Length && row[at] == ':';
        if (hasPort)
        {
            at = BehindDigits(row, at + 1);
        }

        return host > 0 && at > host + (hasPort ? 1 : -1) && Stands(row, at, " ") ? at + 1 : 0;
    }

    private static bool TryEnd(string row, int at, out int end)
    {
        end = 0;
        int client = at;
        while (at < row.Length && !char.IsWhiteSpace(row[at]))
        {
            at++;
        }

        if (at == client || !Stands(row, at, " - "))
        {
            return false;
        }

        int user = at + " - ".Length;
        int open = row.IndexOf('[', user);
        int close = open < 0 ? -1 : row.IndexOf(']', open);
        if (open <= user || row[open - 1] != ' ' || close - open - 1 is < TimeMin or > TimeMax || !Stands(row, close, "] \""))
        {
            return false;
        }

        int quote = row.IndexOf('"', close + "] \"".Length);
        int status = quote + "\" ".Length;
        if (quote < 0 || !Stands(row, quote, "\" ") || BehindDigits(row, status) < status + StatusDigits || !Stands(row, status + StatusDigits, " "))
        {
            return false;
        }

        int size = status + StatusDigits + 1;
        end = Stands(row, size, "-") ? size + 1 : BehindDigits(row, size);
        return end > size;
    }

    private static CombinedHead WithAgent(string row, int end, bool hasHost, bool hasPort)
    {
        int behind = BehindQuoted(row, BehindQuoted(row, end));
        return behind < 0 ? new(end, hasHost, hasPort, HasAgent: false) : new(behind, hasHost, hasPort, HasAgent: true);
    }

    /// <summary>Behind a blank and a text in quotes, or -1.</summary>
    private static int BehindQuoted(string row, int at)
    {
        if (at < 0 || !Stands(row, at, " \""))
        {
            return -1;
        }

        int close = row.IndexOf('"', at + " \"".Length);
        return close < 0 ? -1 : close + 1;
    }

    private static int BehindDigits(string row, int at)
    {
        while (at < row.Length && char.IsAsciiDigit(row[at]))
        {
            at++;
        }

        return at;
    }

    private static bool Stands(string row, int at, string text) => at <= row.Length && row.AsSpan(at).StartsWith(text, StringComparison.Ordinal);
}
