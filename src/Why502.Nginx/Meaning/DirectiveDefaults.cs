using System.Collections.Frozen;

namespace Why502.Nginx;

/// <summary>What nginx takes when a directive is not there, and which directives add up instead of replacing each other.</summary>
internal static class DirectiveDefaults
{
    private static readonly string[] PassPrefixes = ["proxy_", "fastcgi_", "uwsgi_", "scgi_", "grpc_", "memcached_"];

    private static readonly FrozenSet<string> Additive = new[]
    {
        "add_header", "add_trailer", "error_page", "access_log", "error_log", "allow", "deny", "limit_req", "limit_conn",
        "proxy_set_header", "proxy_hide_header", "proxy_pass_header", "proxy_cookie_path", "proxy_cookie_domain", "proxy_cookie_flags",
        "proxy_redirect", "proxy_ssl_conf_command", "proxy_no_cache", "proxy_cache_bypass", "proxy_cache_valid",
        "fastcgi_param", "fastcgi_hide_header", "fastcgi_pass_header", "fastcgi_no_cache", "fastcgi_cache_bypass", "fastcgi_cache_valid", "fastcgi_catch_stderr",
        "uwsgi_param", "uwsgi_hide_header", "uwsgi_pass_header", "uwsgi_no_cache", "uwsgi_cache_bypass", "uwsgi_cache_valid", "uwsgi_ssl_conf_command",
        "scgi_param", "scgi_hide_header", "scgi_pass_header", "scgi_no_cache", "scgi_cache_bypass", "scgi_cache_valid",
        "grpc_set_header", "grpc_hide_header", "grpc_pass_header", "grpc_ssl_conf_command",
        "ssl_certificate", "ssl_certificate_key", "ssl_conf_command", "set_real_ip_from", "sub_filter", "mirror", "auth_request_set",
    }.ToFrozenSet(StringComparer.Ordinal);

    // ngx_http_*_merge_loc_conf of the six pass modules: they agree on all of these.
    private static readonly FrozenDictionary<string, string[]> OfPass = new Dictionary<string, string[]>
    {
        ["connect_timeout"] = ["60s"],
        ["send_timeout"] = ["60s"],
        ["read_timeout"] = ["60s"],
        ["buffer_size"] = ["4k"],
        ["buffers"] = ["8", "4k"],
        ["busy_buffers_size"] = ["8k"],
        ["temp_file_write_size"] = ["8k"],
        ["max_temp_file_size"] = ["1024m"],
        ["next_upstream"] = ["error", "timeout"],
        ["next_upstream_tries"] = ["0"],
        ["next_upstream_timeout"] = ["0"],
        ["buffering"] = ["on"],
        ["request_buffering"] = ["on"],
        ["ignore_client_abort"] = ["off"],
        ["intercept_errors"] = ["off"],
        ["pass_request_body"] = ["on"],
        ["pass_request_headers"] = ["on"],
        ["socket_keepalive"] = ["off"],
        ["limit_rate"] = ["0"],
        ["ssl_verify"] = ["off"],
        ["ssl_verify_depth"] = ["1"],
        ["ssl_server_name"] = ["off"],
        ["ssl_session_reuse"] = ["on"],
        ["ssl_protocols"] = ["TLSv1.2", "TLSv1.3"],
        ["ssl_ciphers"] = ["DEFAULT"],
        ["cache"] = ["off"],
        ["cache_use_stale"] = ["off"],
        ["store"] = ["off"],
        ["keep_conn"] = ["off"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string[]> OfOthers = new Dictionary<string, string[]>
    {
        ["proxy_http_version"] = ["1.0"],
        ["proxy_ssl_name"] = ["$proxy_host"],
        ["grpc_ssl_name"] = ["$proxy_host"],
        ["uwsgi_ssl_name"] = ["$proxy_host"],
        ["proxy_redirect"] = ["default"],
        ["resolver_timeout"] = ["30s"],
        ["client_max_body_size"] = ["1m"],
        ["client_body_timeout"] = ["60s"],
        ["client_header_timeout"] = ["60s"],
        ["client_body_buffer_size"] = ["16k"],
        ["client_header_buffer_size"] = ["1k"],
        ["large_client_header_buffers"] = ["4", "8k"],
        ["send_timeout"] = ["60s"],
        ["keepalive_timeout"] = ["75s"],
        ["keepalive_requests"] = ["1000"],
        ["merge_slashes"] = ["on"],
        ["server_tokens"] = ["on"],
        ["root"] = ["html"],
        ["index"] = ["index.html"],
        ["default_type"] = ["text/plain"],
        ["recursive_error_pages"] = ["off"],
        ["worker_connections"] = ["512"],
        ["worker_processes"] = ["1"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool AddsUp(string name) => Additive.Contains(name);

    /// <summary>nginx's default; empty when the directive has none.</summary>
    public static IReadOnlyList<string> Of(string name)
    {
        if (OfOthers.TryGetValue(name, out var value))
        {
            return value;
        }

        var prefix = Array.Find(PassPrefixes, p => name.StartsWith(p, StringComparison.Ordinal));
        return prefix is not null && OfPass.TryGetValue(name[prefix.Length..], out value) ? value : [];
    }
}
