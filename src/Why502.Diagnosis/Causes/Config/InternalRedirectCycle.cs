using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>Internal redirects lead back to where they came from.</summary>
public sealed class InternalRedirectCycle : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "internal-redirect-cycle",
        Family = CauseFamily.Config,
        Title = "Internal redirects of the configuration go round in circles",
        Explanation = """
            a rewrite, the last parameter of try_files, index or error_page sends the request to a URI that is sent back to it. nginx
            allows ten such changes of one request's URI and answers 500 then. The usual way into it: the file that try_files falls
            back on does not exist itself, so that the fallback falls back on itself; or an error page that fails with the same error.
            The upstream was never asked. A loop through proxy_pass is redirect-or-loop: there every turn is a request of its own.
            """,
        LookAlikes = ["redirect-or-loop", "status-from-config", "auth-subrequest-failed"],
        Remedy = "End the circle: make the fallback's file exist below root, or let try_files end in =404, or let the rewrite match only what it has not rewritten yet.",
        DoNot = "Do not raise a limit: ten changes of the URI is a constant of nginx, and a circle reaches any number.",
        ProxyError = "proxy_internal_error",
        Statuses = ["500"],
        Example = new(
            "The page that try_files falls back on does not exist.",
            "rewrite or internal redirection cycle while internally redirecting to \"/index.html\", client: 192.0.2.7, server: shop.example, request: \"GET /cart HTTP/1.1\", host: \"shop.example\"",
            "root /srv/missing; try_files $uri /index.html;"),
        NearMiss = new(
            "The app asked answers 500 by itself.",
            "",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/cart", 500, Logs.StatusOrigin.Upstream, 40, "127.0.0.1:3000")),
    };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_http_core_post_rewrite_phase, ngx_http_internal_redirect and ngx_http_named_location write it when r->uri_changes is used up, ngx_http_subrequest when its subrequests are.
        if (incident.MessageId is not null)
        {
            scales.Weigh("message", Sources.ErrorLog, Weight.Decisive.For("nginx gave up after ten internal redirects of one request"));
        }

        // The routing engine counts as nginx does.
        if (Turn(incident) is { } turn)
        {
            scales.Weigh("route", Sources.Config, Weight.Strong.For($"by the configuration the request goes round: {turn.Text}").At(turn.At?.File, turn.At?.Line));
        }
        else if (incident.MessageId is null)
        {
            scales.Weigh("route", Sources.Config, Weight.Moderate.Against("no circle of rewrites is found in the configuration"));
        }
    }

    public override string Describe(Incident incident, Observations seen)
        => Turn(incident)?.At is { } at ? $"internal redirects go round in circles at {at}" : "internal redirects of the configuration go round in circles";

    public override SourceLine? PlaceOf(Incident incident, Observations seen) => Turn(incident)?.At;

    /// <summary>The last step of the circle that has a place in the configuration.</summary>
    private static Nginx.Routing.RouteStep? Turn(Incident incident)
        => RequestRoute.Of(incident) is { Status: 500 } answer && answer.Steps.Any(step => step.Text.Contains("cycle", StringComparison.Ordinal))
            ? answer.Steps.LastOrDefault(step => step.At is not null && step.Kind is "try_files" or "rewrite" or "error" or "index")
            : null;

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (RewriteFix.Of(incident) is { } ended)
        {
            return ended;
        }

        var turn = Turn(incident);
        return new Fix
        {
            Summary = turn?.At is { } at ? $"End the circle at {at}." : "End the circle of internal redirects.",
            Steps =
            [
                new(turn?.Kind == "try_files"
                    ? "The file that try_files falls back on is missing below this location's root: put it there (it mostly comes with the app's build, so look at the last deployment). Where there is to be none, let try_files end in =404: clients then get 404 instead of 500."
                    : "Follow the redirects of one request: why502 config route shows each step. The step that comes back needs a condition that excludes what was redirected already."),
                RetargetFix.Reload(incident, "Test and reload."),
            ],
        };
    }
}
