using Why502.Diagnosis;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Reports;

/// <summary>A recognised error-log line in words.</summary>
internal static class LineWords
{
    /// <summary>What nginx was doing and how it ended, with the addresses of the line.</summary>
    public static string What(ErrorLogRecord record, Symptom symptom)
    {
        var nginx = record.Pid is { } pid ? $"nginx {LinePage.Number(pid)}" : "nginx";
        var upstream = Upstream(record);
        return symptom.Kind switch
        {
            SymptomKind.ConnectFailed => $"{nginx} tried to connect to {upstream}, and {Refusal(record)}.",
            SymptomKind.TimedOut => $"{nginx} {Waited(record, symptom.Phase, upstream)}.",
            SymptomKind.ClosedEarly when symptom.Phase == Phase.Body => $"{nginx} was reading the answer of {upstream} when the upstream closed the connection: the body is cut.",
            SymptomKind.ClosedEarly => $"{nginx} waited for the response header of {upstream}, and the upstream closed the connection before it was complete.",
            SymptomKind.Reset => $"{nginx} was {LinePage.Safe(record.Phase ?? "talking to the upstream")} ({upstream}) when the connection was reset or already closed at the other end.",
            SymptomKind.HeaderTooBig => $"{nginx} read the response header of {upstream}, and it does not fit into {Directive(record)}_buffer_size.",
            SymptomKind.NoLiveUpstreams => $"{nginx} had no server left to try in the group {upstream}: each is marked failed (max_fails within fail_timeout), down, or at its limit.",
            _ => $"{nginx} logged \"{LinePage.Safe(record.Message)}\"{(record.Phase is { } phase ? $" while {LinePage.Safe(phase)}" : "")}{(record.Upstream is null ? "" : $", upstream {upstream}")}.",
        };
    }

    /// <summary>What the client got, from nginx's own rule for this message.</summary>
    public static string Outcome(ErrorMessage known, Symptom? symptom, ErrorLogRecord record)
    {
        if (symptom is null)
        {
            return known.Status is "" or "-" ? "It is about nginx itself, and no request got an error by it." : $"What the client gets: {known.Status}.";
        }

        var extra = symptom switch
        {
            { Kind: SymptomKind.TimedOut, Phase: Phase.Header } => " The kernel had accepted the connection; whether the app did, its Recv-Q tells.",
            { Kind: SymptomKind.ConnectFailed } when record.Errno is 111 => " The refusal came at once: the address was reached, and a kernel or a filter there said no.",
            _ => "",
        };
        return symptom.Phase switch
        {
            Phase.Body => $"The status line had already been sent; the client got a cut answer, and the access log keeps the upstream's status.{extra}",
            Phase.Upgraded => $"The connection had been upgraded (101); it was cut.{extra}",
            _ when symptom.Kind == SymptomKind.TimedOut || record.Errno == 110 => $"The client got 504, unless another server of the group answered.{extra}",
            _ => $"The client got {(known.Status.StartsWith('5') ? known.Status[..3] : "502")}, unless another server of the group answered.{extra}",
        };
    }

    public static string LookNext(ErrorLogRecord record, Symptom? symptom)
    {
        if (symptom is null)
        {
            return "why502 diagnose --since 1h";
        }

        // Text from a log never becomes part of a command: the port is used as the number it was parsed to.
        if (record.UpstreamPeer is { } peer && Endpoint.TryParse(peer, 0, out var endpoint))
        {
            if (endpoint.IsUnix)
            {
                return "why502 diagnose --since 1h     or  ss -lx";
            }

            if (endpoint.Port > 0)
            {
                return $"why502 diagnose --since 1h     or  ss -ltn 'sport = :{LinePage.Number(endpoint.Port)}'";
            }
        }

        return "why502 diagnose --since 1h";
    }

    private static string Refusal(ErrorLogRecord record) => record.Errno switch
    {
        111 => "the connection was refused: on TCP nothing listens there or a filter rejects it, on a unix socket nobody listens",
        2 => "there is no such socket file",
        13 or 1 => "was not allowed to: the file's mode, a directory above it, or a security policy forbids it",
        11 => "the listen queue of the socket was full",
        110 => "nobody answered in time",
        113 => "there is no route to it, or a filter says so",
        100 or 101 => "the network cannot be reached",
        22 => "the address cannot be connected to: a blackhole route, or an address that lacks its scope",
        97 => "this machine has no such address family",
        99 => "there was no local address or no local port for it",
        24 => "no file descriptor was left",
        _ => "it failed",
    };

    private static string Waited(ErrorLogRecord record, Phase phase, string upstream) => phase switch
    {
        Phase.Connect => $"waited for {upstream} to accept a connection and gave up after {Directive(record)}_connect_timeout",
        Phase.Tls => $"waited for the TLS handshake with {upstream} and gave up after {Directive(record)}_connect_timeout",
        Phase.Send => $"tried to send the request to {upstream} and gave up after {Directive(record)}_send_timeout",
        Phase.Body => $"read the answer of {upstream}, which stopped in the middle, and gave up after {Directive(record)}_read_timeout",
        Phase.Upgraded => $"saw no traffic in the upgraded connection to {upstream} and closed it after {Directive(record)}_read_timeout",
        _ => $"waited for the response header of {upstream} and gave up after {Directive(record)}_read_timeout",
    };

    private static string Upstream(ErrorLogRecord record) => record.Upstream is { Length: > 0 } upstream ? LinePage.Safe(WithoutQuery(upstream)) : "the upstream";

    private static string WithoutQuery(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? url : url[..query];
    }

    private static string Directive(ErrorLogRecord record) => record.UpstreamScheme switch
    {
        "fastcgi" => "fastcgi",
        "uwsgi" or "suwsgi" => "uwsgi",
        "scgi" => "scgi",
        "grpc" or "grpcs" => "grpc",
        "memcached" => "memcached",
        _ => "proxy",
    };
}
