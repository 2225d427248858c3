namespace Why502.Nginx.Checks;

/// <summary>Which of nginx's own modules an nginx has, by the arguments of its configure (auto/options, auto/modules).</summary>
internal static class BuiltInModules
{
    /// <summary>Modules that are there only when asked for, and the argument that asks.</summary>
    private static readonly Dictionary<string, string> OnDemand = new(StringComparer.Ordinal)
    {
        ["ngx_http_ssl_module"] = "with-http_ssl_module",
        ["ngx_http_v2_module"] = "with-http_v2_module",
        ["ngx_http_v3_module"] = "with-http_v3_module",
        ["ngx_event_quic_bpf"] = "with-http_v3_module",
        ["ngx_http_realip_module"] = "with-http_realip_module",
        ["ngx_http_addition_filter_module"] = "with-http_addition_module",
        ["ngx_http_xslt_filter_module"] = "with-http_xslt_module",
        ["ngx_http_image_filter_module"] = "with-http_image_filter_module",
        ["ngx_http_geoip_module"] = "with-http_geoip_module",
        ["ngx_http_sub_filter_module"] = "with-http_sub_module",
        ["ngx_http_dav_module"] = "with-http_dav_module",
        ["ngx_http_flv_module"] = "with-http_flv_module",
        ["ngx_http_mp4_module"] = "with-http_mp4_module",
        ["ngx_http_gunzip_filter_module"] = "with-http_gunzip_module",
        ["ngx_http_gzip_static_module"] = "with-http_gzip_static_module",
        ["ngx_http_auth_request_module"] = "with-http_auth_request_module",
        ["ngx_http_random_index_module"] = "with-http_random_index_module",
        ["ngx_http_secure_link_module"] = "with-http_secure_link_module",
        ["ngx_http_degradation_module"] = "with-http_degradation_module",
        ["ngx_http_slice_module"] = "with-http_slice_module",
        ["ngx_http_slice_filter_module"] = "with-http_slice_module",
        ["ngx_http_stub_status_module"] = "with-http_stub_status_module",
        ["ngx_http_perl_module"] = "with-http_perl_module",
        ["ngx_google_perftools_module"] = "with-google_perftools_module",
        ["ngx_mail_ssl_module"] = "with-mail_ssl_module",
        ["ngx_stream_ssl_module"] = "with-stream_ssl_module",
        ["ngx_stream_realip_module"] = "with-stream_realip_module",
        ["ngx_stream_geoip_module"] = "with-stream_geoip_module",
        ["ngx_stream_ssl_preread_module"] = "with-stream_ssl_preread_module",
        ["ngx_thread_pool"] = "with-threads",
    };

    /// <summary>The methods of other systems' kernels (auto/os).</summary>
    private static readonly HashSet<string> NotOnLinux = new(StringComparer.Ordinal)
    {
        "ngx_devpoll_module", "ngx_eventport_module", "ngx_iocp_module", "ngx_kqueue_module", "ngx_win32_poll_module", "ngx_win32_select_module",
    };

    /// <summary>Null when the module is there; else what has to be done to have it.</summary>
    public static string? WhyMissing(string module, NginxFacts facts, IReadOnlySet<string> loaded)
    {
        if (NotOnLinux.Contains(module))
        {
            return "it is for another operating system";
        }

        if (Family(module) is { } family && Missing(family, facts, loaded) is { } withoutFamily)
        {
            return withoutFamily;
        }

        if (OnDemand.TryGetValue(module, out var argument))
        {
            return Missing(argument, facts, loaded, module);
        }

        return facts.Option(Without(module)) is null ? null : $"this nginx was built --{Without(module)}";
    }

    private static string? Family(string module) =>
        module.StartsWith("ngx_stream", StringComparison.Ordinal) ? "with-stream"
        : module.StartsWith("ngx_mail", StringComparison.Ordinal) ? "with-mail"
        : null;

    private static string? Missing(string argument, NginxFacts facts, IReadOnlySet<string> loaded, string? module = null)
    {
        // A module of its own file, or the file of its whole family.
        module ??= argument == "with-stream" ? "ngx_stream_module" : "ngx_mail_module";
        return facts.Option(argument) switch
        {
            null => $"this nginx was built without --{argument}",
            "dynamic" when !loaded.Contains(module) => $"its module is not loaded: load_module modules/{FileOf(module)}.so;",
            _ => null,
        };
    }

    /// <summary>The file of a dynamic module is named after the module (auto/module), filters included.</summary>
    private static string FileOf(string module) => module;

    /// <summary><c>ngx_http_gzip_filter_module</c> is left out by <c>--without-http_gzip_module</c>.</summary>
    private static string Without(string module) => "without-" + module[4..].Replace("_filter_module", "_module", StringComparison.Ordinal);
}
