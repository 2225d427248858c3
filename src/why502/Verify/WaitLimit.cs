using Why502.Nginx;

namespace Why502.Cli.Verify;

/// <summary>How a server of a group takes connections, as a first look tells.</summary>
internal enum NodeDial
{
    Unknown,
    Accepts,

    /// <summary>It says no at once: nothing is waited for.</summary>
    Refuses,

    /// <summary>No answer to the connection: nginx waits for its connect time-out.</summary>
    Silent,
}

/// <summary>How long nginx itself waits for the answer to one GET before it gives up, by the directives in force at a location.</summary>
/// <param name="Longest">Over all servers that it may try for one request.</param>
/// <param name="Directive">The one that this time comes from.</param>
/// <param name="Value">Its value.</param>
/// <param name="Servers">How many servers may be waited for, one after another.</param>
internal sealed record WaitLimit(TimeSpan Longest, string Directive, TimeSpan Value, int Servers)
{
    /// <summary>nginx's timers may be late by NGX_TIMER_LAZY_DELAY (300 ms), and a busy worker by some more.</summary>
    public static readonly TimeSpan Lateness = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    /// <summary>The patience with which nginx's own end is seen.</summary>
    public TimeSpan Proof => Longest + Lateness;

    /// <summary>
    /// ngx_http_upstream_connect, _ssl_init_connection, _send_request and _next: a connection and a handshake each wait for the connect time-out, a header for the
    /// read time-out. The send time-out never runs for a GET: its few bytes fit into a fresh socket's buffer. After a time-out the next server is
    /// tried where next_upstream has "timeout", up to next_upstream_tries servers, and none after next_upstream_timeout.
    /// </summary>
    public static WaitLimit Of(ProxiedLocation location, IReadOnlyList<NodeDial> servers)
    {
        var prefix = location.DirectivePrefix;
        var waits = servers.DefaultIfEmpty(NodeDial.Unknown).Select(dial => One(location, dial)).OrderByDescending(wait => wait.Time).ToList();
        var (time, directive) = waits[0];
        var tried = Tries(location, waits.Count);
        var longest = waits.Take(tried).Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait.Time);
        if (location.Effective($"{prefix}_next_upstream_timeout").AsTime is { } end && end > TimeSpan.Zero && end + time < longest)
        {
            longest = end + time;
        }

        if (location.HasVariables && location.Effective("resolver_timeout").AsTime is { } resolver && resolver > longest)
        {
            return new(resolver, "resolver_timeout", resolver, 1);
        }

        return new(longest, directive, time, Math.Min(tried, waits.Count(wait => wait.Time > TimeSpan.Zero)));
    }

    /// <summary>What is waited for one server by itself.</summary>
    public static WaitLimit OfOne(ProxiedLocation location)
    {
        var (time, directive) = One(location, NodeDial.Accepts);
        return new(time, directive, time, 1);
    }

    /// <summary>The --timeout that proves it, when so much was spent before: a round number of seconds.</summary>
    public TimeSpan ProvenBy(TimeSpan before)
        => TimeSpan.FromSeconds(Math.Ceiling((before + Proof) / Step) * Step.TotalSeconds);

    private static (TimeSpan Time, string Directive) One(ProxiedLocation location, NodeDial dial)
    {
        var prefix = location.DirectivePrefix;
        var (connect, read) = (location.ConnectTimeout, location.ReadTimeout);
        var isTls = location.Scheme is "https" or "grpcs" or "suwsgi";
        return dial switch
        {
            NodeDial.Refuses => (TimeSpan.Zero, $"{prefix}_connect_timeout"),
            NodeDial.Silent => (connect, $"{prefix}_connect_timeout"),
            NodeDial.Accepts when !isTls || read >= connect => (read, $"{prefix}_read_timeout"),
            NodeDial.Accepts => (connect, $"{prefix}_connect_timeout"),
            _ => read >= connect ? (read, $"{prefix}_read_timeout") : (connect, $"{prefix}_connect_timeout"),
        };
    }

    private static int Tries(ProxiedLocation location, int servers)
    {
        var conditions = location.NextUpstream.Arguments;
        if (conditions.Contains("off") || !conditions.Contains("timeout"))
        {
            return 1;
        }

        var tries = location.Effective($"{location.DirectivePrefix}_next_upstream_tries").AsNumber ?? 0;
        return tries > 0 ? Math.Min(tries, servers) : servers;
    }
}
