namespace Why502.Logs;

/// <summary>The variables of a log format that this room understands; all others are passed over.</summary>
internal enum AccessVariable
{
    Skip,
    TimeLocal,
    TimeIso,
    Msec,
    Request,
    Method,
    Uri,
    Status,
    BodyBytes,
    RequestTime,
    Host,
    ServerName,
    RemoteAddr,
    Scheme,
    UpstreamAddr,
    UpstreamStatus,
    UpstreamResponseTime,
    UpstreamHeaderTime,
    UpstreamConnectTime,
    UpstreamBytesReceived,

    /// <summary>A list of the same kind that nobody asks for; its joints hold blanks all the same.</summary>
    UpstreamOther,
}

internal static class AccessVariables
{
    /// <summary>nginx's names; $http_host before $host when both are there is the compiler's business.</summary>
    public static AccessVariable Of(string name) => name switch
    {
        "time_local" => AccessVariable.TimeLocal,
        "time_iso8601" => AccessVariable.TimeIso,
        "msec" => AccessVariable.Msec,
        "request" => AccessVariable.Request,
        "request_method" => AccessVariable.Method,
        "request_uri" or "uri" or "document_uri" => AccessVariable.Uri,
        "status" => AccessVariable.Status,
        "body_bytes_sent" or "bytes_sent" => AccessVariable.BodyBytes,
        "request_time" or "session_time" => AccessVariable.RequestTime,
        "host" or "http_host" => AccessVariable.Host,
        "server_name" => AccessVariable.ServerName,
        "remote_addr" => AccessVariable.RemoteAddr,
        "scheme" => AccessVariable.Scheme,
        "upstream_addr" => AccessVariable.UpstreamAddr,
        "upstream_status" => AccessVariable.UpstreamStatus,
        "upstream_response_time" or "upstream_session_time" => AccessVariable.UpstreamResponseTime,
        "upstream_header_time" or "upstream_first_byte_time" => AccessVariable.UpstreamHeaderTime,
        "upstream_connect_time" => AccessVariable.UpstreamConnectTime,
        "upstream_bytes_received" => AccessVariable.UpstreamBytesReceived,
        "upstream_response_length" or "upstream_bytes_sent" => AccessVariable.UpstreamOther,
        _ => AccessVariable.Skip,
    };

    public static bool IsList(AccessVariable variable) => variable >= AccessVariable.UpstreamAddr;

    /// <summary>Lists that hold numbers and dashes only.</summary>
    public static bool IsNumbers(AccessVariable variable) => variable is > AccessVariable.UpstreamAddr and < AccessVariable.UpstreamOther;

    public static AccessFields Field(AccessVariable variable) => variable switch
    {
        AccessVariable.TimeLocal or AccessVariable.TimeIso or AccessVariable.Msec => AccessFields.Time,
        AccessVariable.Request or AccessVariable.Uri or AccessVariable.Method => AccessFields.Request,
        AccessVariable.Status => AccessFields.Status,
        AccessVariable.BodyBytes => AccessFields.BodyBytes,
        AccessVariable.RequestTime => AccessFields.RequestTime,
        AccessVariable.Host => AccessFields.Host,
        AccessVariable.ServerName => AccessFields.ServerName,
        AccessVariable.RemoteAddr => AccessFields.Client,
        AccessVariable.UpstreamAddr => AccessFields.UpstreamAddr,
        AccessVariable.UpstreamStatus => AccessFields.UpstreamStatus,
        AccessVariable.UpstreamResponseTime => AccessFields.UpstreamResponseTime,
        AccessVariable.UpstreamHeaderTime => AccessFields.UpstreamHeaderTime,
        AccessVariable.UpstreamConnectTime => AccessFields.UpstreamConnectTime,
        AccessVariable.UpstreamBytesReceived => AccessFields.UpstreamBytesReceived,
        _ => AccessFields.None,
    };

    /// <summary>As <see cref="ByAlias(string)"/>, with a look at the value: "ua" is the upstream's address to some, and the user agent to others.</summary>
    public static string? ByAlias(string key, ReadOnlySpan<char> value) => ByAlias(key) is { } variable && (variable != "upstream_addr" || key.Length > 2 || ValueForms.AreAddresses(value)) ? variable : null;

    /// <summary>Names that people give to these variables in JSON and key=value formats.</summary>
    public static string? ByAlias(string key) => Snake(key).Replace('-', '_').TrimStart('@', '_').ToLowerInvariant() switch
    {
        "time" or "timestamp" or "time_iso8601" or "ts" or "date" or "datetime" or "iso8601" => "time_iso8601",
        "time_local" or "local_time" => "time_local",
        "msec" or "epoch" => "msec",
        "request" or "req" or "request_line" => "request",
        "request_method" or "method" or "http_method" or "verb" => "request_method",
        "request_uri" or "uri" or "path" or "url" or "request_path" or "request_url" => "request_uri",
        "status" or "status_code" or "response_code" or "code" or "http_status" or "response_status" or "st" or "sc" or "sc_status" => "status",
        "body_bytes_sent" or "bytes" or "size" or "bytes_sent" or "body_bytes" or "response_size" => "body_bytes_sent",
        "request_time" or "rt" or "req_time" or "request_rt" or "duration" or "reqtime" or "response_time" or "request_duration" or "elapsed" or "latency" => "request_time",
        "host" or "http_host" or "vhost" or "domain" => "host",
        "server_name" or "server" or "sn" => "server_name",
        "remote_addr" or "client" or "clientip" or "client_ip" or "remote_ip" or "ip" or "remote" or "client_addr" or "cip" or "c_ip" or "src_ip" => "remote_addr",
        "scheme" or "proto_scheme" => "scheme",
        "upstream_addr" or "upstream" or "ua" or "upaddr" or "upstream_host" or "backend" or "upstreamaddr" or "uaddr" or "up_addr" or "upstream_ip" or "upstream_address" or "upstream_server" => "upstream_addr",
        "upstream_status" or "us" or "ustatus" or "upstream_code" or "upstatus" or "up_status" or "ust" => "upstream_status",
        "upstream_response_time" or "urt" or "upstream_time" or "upstream_rt" or "upstream_duration" or "uprt" or "ut" or "apptime" or "upstream_resp_time" or "up_time" or "up_resp_time" => "upstream_response_time",
        "upstream_header_time" or "uht" or "ht" or "up_head_time" or "upstream_header" => "upstream_header_time",
        "upstream_connect_time" or "uct" or "up_conn_time" or "upstream_connect" => "upstream_connect_time",
        "upstream_bytes_received" or "ubr" or "ub" => "upstream_bytes_received",
        _ => null,
    };

    /// <summary>upstreamStatus is upstream_status.</summary>
    private static string Snake(string key)
    {
        if (!key.Any(char.IsAsciiLetterUpper) || !key.Any(char.IsAsciiLetterLower))
        {
            return key;
        }

        System.Text.StringBuilder snake = new(key.Length + 4);
        for (int i = 0; i < key.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(key[i]) && char.IsAsciiLetterLower(key[i - 1]))
            {
                snake.Append('_');
            }

            snake.Append(key[i]);
        }

        return snake.ToString();
    }
}
