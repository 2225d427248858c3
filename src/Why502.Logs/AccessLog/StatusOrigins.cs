namespace Why502.Logs;

/// <summary>Decides from one row who made the status.</summary>
internal static class StatusOrigins
{
    /// <summary>
    /// nginx writes its own 502 and 504 into $upstream_status (ngx_http_upstream_next), so that variable proves nothing for these two.
    /// $upstream_header_time is a number only when a header was accepted; $upstream_bytes_received is 0 when nothing came at all.
    /// </summary>
    public static StatusOrigin Of(ReadOnlySpan<byte> line, in AccessRow row, AccessFields fields)
    {
        StatusOrigin origin = Told(line, row, fields);
        return origin == StatusOrigin.Unknown && IsGroup(UpstreamList.Last(row.UpstreamAddr.Of(line))) ? StatusOrigin.Nginx : origin;
    }

    /// <summary>Without a live server $upstream_addr is the group's name (ngx_http_upstream_connect: peer.name); an address has a port or begins with unix:.</summary>
    private static bool IsGroup(ReadOnlySpan<byte> upstream) => upstream.Length > 1 && !upstream.Contains((byte)':');

    private static StatusOrigin Told(ReadOnlySpan<byte> line, in AccessRow row, AccessFields fields)
    {
        int status = row.StatusCode(line);
        if (status == 499)
        {
            return StatusOrigin.Client;
        }

        ReadOnlySpan<byte> addr = AccessRow.Plain(row.UpstreamAddr.Of(line));
        if ((fields & AccessFields.UpstreamAddr) != 0 && addr.Length == 0)
        {
            return StatusOrigin.Nginx;
        }

        if ((fields & AccessFields.UpstreamHeaderTime) != 0)
        {
            ReadOnlySpan<byte> last = UpstreamList.Last(row.UpstreamHeaderTime.Of(line));
            return last.Length == 0 || last[0] == '-' ? StatusOrigin.Nginx : SameStatus(line, row, status) ? StatusOrigin.Upstream : StatusOrigin.Nginx;
        }

        ReadOnlySpan<byte> received = UpstreamList.Last(row.UpstreamBytesReceived.Of(line));
        if (received.Length > 0 && (received[0] == '-' || received is [(byte)'0']))
        {
            return StatusOrigin.Nginx;
        }

        if ((fields & AccessFields.UpstreamStatus) == 0)
        {
            return StatusOrigin.Unknown;
        }

        ReadOnlySpan<byte> upstream = UpstreamList.Last(row.UpstreamStatus.Of(line));
        if (upstream.Length == 0 || upstream[0] == '-')
        {
            return StatusOrigin.Nginx;
        }

        if (!SameStatus(line, row, status))
        {
            // error_page, proxy_intercept_errors or a rewrite chose another one.
            return StatusOrigin.Nginx;
        }

        return status is 502 or 504 ? StatusOrigin.Unknown : StatusOrigin.Upstream;
    }

    private static bool SameStatus(ReadOnlySpan<byte> line, in AccessRow row, int status) =>
        !row.UpstreamStatus.Present || UpstreamList.Number(UpstreamList.Last(row.UpstreamStatus.Of(line))) == status;
}
