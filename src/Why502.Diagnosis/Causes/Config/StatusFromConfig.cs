using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>The configuration itself answers with the status.</summary>
public sealed class StatusFromConfig : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "status-from-config",
        Family = CauseFamily.Config,
        Title = "The configuration itself answers with that status",
        Explanation = """
            a return, a try_files =503 or an error_page … =503 makes the status: no upstream is asked, no error is logged, and
            $upstream_addr is "-" in the access log. Left over from a maintenance, meant for other requests than it catches, or an
            error_page that turns another status into this one.
            Lua code in the configuration (content_by_lua, access_by_lua, balancer_by_lua) that ends with an error makes 500 of the request.
            A page that is marked as intended (its own error_page, Retry-After) is no fault. With limit_req in force: rate-limited.
            """,
        LookAlikes = ["rate-limited", "upstream-answered-error", "internal-redirect-cycle"],
        Remedy = "Take the return or the mapping out, or let its condition match only what it is meant for; then reload.",
        ProxyError = "proxy_internal_response",
        Statuses = ["502", "503"],
        Example = new(
            "A return that was left over.",
            "",
            "return 503;",
            scene => scene.Gets("/", 503, StatusOrigin.Nginx, 40)),
        NearMiss = new(
            "The same with a page of its own: a maintenance that is announced.",
            "",
            "error_page 503 /maintenance.html; return 503;",
            scene => scene.Gets("/", 503, StatusOrigin.Nginx, 40)),
    };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.MessageId is not null)
        {
            // ngx_http_lua_run_thread, ngx_http_lua_cache_loadfile and the chunks of each phase return NGX_HTTP_INTERNAL_SERVER_ERROR (or NGX_ERROR) after it.
            scales.Weigh("message", Sources.ErrorLog, Weight.Strong.For("Lua code of the configuration ended with an error, and nginx answers 500 for it"));
            return;
        }

        if (incident.Configuration is null)
        {
            return;
        }

        // ngx_http_rewrite_module, ngx_http_core_try_files_phase and ngx_http_special_response_handler: by the routing engine.
        scales.Weigh("configuration", Sources.Config, Made(incident) is { } made
            ? Weight.Decisive.For($"the configuration makes {incident.Status} of these requests: {made.Words}").At(made.At.File, made.At.Line)
            : Weight.Strong.Against($"nothing in the configuration makes {incident.Status} of these requests"));
    }

    private static IntendedStatus? Made(Incident incident) => IntendedStatus.Of(incident);

    public override string Describe(Incident incident, Observations seen)
        => incident.MessageId is not null ? "Lua code of the configuration ends with an error"
            : Made(incident) is { } made ? $"the configuration says so: {made.Words} ({made.At})" : "the configuration itself answers so";

    public override SourceLine? PlaceOf(Incident incident, Observations seen) => Made(incident)?.At;

    public override Fix? Propose(Incident incident, Observations seen)
        => incident.MessageId is not null ? new() { Summary = "Mend the Lua code at the file and line that the message names, then reload." } : new()
        {
            Summary = Made(incident) is { } made ? $"Change {made.Words} at {made.At}, if it is not meant." : "Find the return or error_page that makes this status, and take it out if it is not meant.",
            Steps = [new("Somebody wrote it on purpose once (a maintenance page, a retired path): whether it is still meant nobody but you can know."), RetargetFix.Reload(incident, "Remove it or narrow its condition, test and reload.")],
        };
}
