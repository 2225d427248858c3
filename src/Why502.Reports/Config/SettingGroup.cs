namespace Why502.Reports.Config;

/// <summary>What a setting is about; the order is that of the page.</summary>
internal enum SettingGroup
{
    Rewrites,
    Files,
    UpstreamConnection,
    TimeOuts,
    HeadersToUpstream,
    Buffers,
    Retries,
    Cache,
    HeadersToClient,
    Body,
    Limits,
    Access,
    Tls,
    Logs,
    Other,
}

internal static class SettingGroups
{
    private static readonly (SettingGroup Group, string Title, string[] Parts)[] Known =
    [
        (SettingGroup.Rewrites, "Rewrites", ["=rewrite", "=return", "=set", "=break", "=rewrite_log", "=recursive_error_pages", "=error_page", "=internal"]),
        (SettingGroup.Tls, "TLS", ["ssl_"]),
        (SettingGroup.Retries, "Next upstream", ["_next_upstream"]),
        (SettingGroup.Cache, "Cache", ["_cache", "open_file_cache", "_no_cache", "_store"]),
        (SettingGroup.HeadersToUpstream, "Sent to the upstream", ["_set_header", "_param", "_pass_request_", "_set_body", "_method", "_http_version"]),
        (SettingGroup.TimeOuts, "Time-outs", ["timeout", "keepalive_time", "lingering_time"]),
        (SettingGroup.Body, "Request body", ["client_body", "client_max_body_size", "_request_buffering", "=client_body_buffer_size"]),
        (SettingGroup.Limits, "Limits", ["limit_", "client_header", "large_client_header", "keepalive_requests", "max_ranges", "max_headers"]),
        (SettingGroup.Buffers, "Buffers", ["buffer", "_temp_"]),
        (SettingGroup.HeadersToClient, "Sent to the client", ["add_header", "add_trailer", "more_", "expires", "_hide_header", "_pass_header", "_ignore_headers", "_cookie_", "_redirect", "server_tokens", "etag", "gzip", "default_type", "types", "charset", "if_modified_since", "sub_filter"]),
        (SettingGroup.Access, "Access", ["=allow", "=deny", "auth_", "satisfy", "real_ip", "valid_referers", "secure_link"]),
        (SettingGroup.Logs, "Logs", ["_log", "=access_log", "=error_log", "log_"]),
        (SettingGroup.Files, "Files", ["=root", "=alias", "=index", "try_files", "autoindex", "sendfile", "aio", "directio"]),
        (SettingGroup.UpstreamConnection, "Connection to the upstream", ["proxy_", "fastcgi_", "uwsgi_", "scgi_", "grpc_", "memcached_", "resolver"]),
    ];

    public static SettingGroup Of(string name)
    {
        foreach (var (group, _, parts) in Known)
        {
            if (Array.Exists(parts, part => part[0] == '=' ? name == part[1..] : name.Contains(part, StringComparison.Ordinal)))
            {
                return group;
            }
        }

        return SettingGroup.Other;
    }

    public static string Title(SettingGroup group) => group == SettingGroup.Other ? "Other" : Known.First(known => known.Group == group).Title;
}
