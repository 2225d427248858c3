using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>The configuration itself answers with the status.</summary>
public sealed class StatusFromConfig : Cause
{
    private const int BodyTooLarge = 413;

    public override CauseInfo Info { get; } = new()
    {
        Id = "status-from-config",
        Family = CauseFamily.Config,
        Title = "The configuration itself answers with that status",
        Explanation = """
            a return, a try_files =503 or an error_page … =503 makes the status: no upstream is asked, no error is logged, and
            $upstream_addr is "-" in the access log. Left over from a maintenance, meant for other requests than it catches, or an
            error_page that turns another status into this one.
            A request body above client_max_body_size (1m where none is set) is refused with 413 before anything is sent.
            Lua code that ends with an error makes 500 of the request and a line of the error log: that is an error of the code, and not this.
            A page that is marked as intended (its own error_page, Retry-After) is no fault. With limit_req in force: rate-limited.
            """,
        LookAlikes = ["rate-limited", "upstream-answered-error", "internal-redirect-cycle"],
        Remedy = "Take the return or the mapping out, or let its condition match only what it is meant for; then reload.",
        ProxyError = "proxy_internal_response",
        Statuses = ["502", "503", "413"],
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
        if (incident.Status == BodyTooLarge)
        {
            // ngx_http_core_find_config_phase(): Content-Length against clcf->client_max_body_size.
            scales.Weigh("message", Sources.ErrorLog, Weight.Decisive.For($"nginx refuses the body itself: {Limit(incident)}"));
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

    /// <summary>The size that nginx allows there, and where that is set.</summary>
    private static string Limit(Incident incident)
        => incident.Location?.Effective("client_max_body_size") is { IsSet: true, At: { } at } limit ? $"client_max_body_size {limit.Value} ({at})" : "client_max_body_size, 1m where it is not set";

    public override string Describe(Incident incident, Observations seen)
        => incident.Status == BodyTooLarge ? $"a request's body is larger than nginx takes ({Limit(incident)})"
            : Made(incident) is { } made ? $"the configuration says so: {made.Words} ({made.At})" : "the configuration itself answers so";

    public override SourceLine? PlaceOf(Incident incident, Observations seen) => Made(incident)?.At;

    public override Fix? Propose(Incident incident, Observations seen)
        => incident.Status == BodyTooLarge ? new()
        {
            Summary = "Set client_max_body_size where these uploads go to what they are meant to have, if such bodies are meant.",
            Steps =
            [
                new("The message names the size that was refused. The app behind must take as much, and so must each nginx in front of this one."),
                RetargetFix.Reload(incident, "Test and reload."),
            ],
        }
        : new()
        {
            Summary = Made(incident) is { } made ? $"Change {made.Words} at {made.At}, if it is not meant." : "Find the return or error_page that makes this status, and take it out if it is not meant.",
            Steps = [new("Somebody wrote it on purpose once (a maintenance page, a retired path): whether it is still meant nobody but you can know."), RetargetFix.Reload(incident, "Remove it or narrow its condition, test and reload.")],
        };
}
