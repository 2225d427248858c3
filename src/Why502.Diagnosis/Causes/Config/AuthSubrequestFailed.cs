using System.Globalization;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>auth_request asked, and the answer was no answer to its question.</summary>
public sealed class AuthSubrequestFailed : Cause
{
    private const string Error = "auth request unexpected status: 404 while sending to client, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", host: \"shop.example\"";

    public override CauseInfo Info { get; } = new()
    {
        Id = "auth-subrequest-failed",
        Family = CauseFamily.Config,
        Title = "The service that auth_request asks answers neither yes nor no",
        Explanation = """
            auth_request asks another location before each request: 2xx lets it pass, 401 and 403 refuse it, and anything else is a
            failure of the question itself, for which the client gets 500. Mostly the service answers another path than it is asked for
            (404), wants a method or a header that the subrequest does not carry (400, 405, a redirect to a login page: 302), or fails
            itself (500). The app behind the location was never asked.
            Where the service is not reached at all, its own line says why, and that comes first: upstream-down, upstream-slow.
            """,
        LookAlikes = ["upstream-down", "upstream-slow", "internal-redirect-cycle", "upstream-answered-error"],
        Remedy = "Make the location of auth_request ask the service for a path and with headers to which it answers 2xx, 401 or 403.",
        DoNot = "Do not take auth_request out to get the site back: it is what keeps others out.",
        ProxyError = "proxy_internal_error",
        Statuses = ["500"],
        AboveItsCauses = true,
        Example = new(
            "The service knows no /auth.",
            Error,
            "auth_request /auth; proxy_pass http://127.0.0.1:3000; } location = /auth { internal; proxy_pass http://127.0.0.1:9001;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Listens("127.0.0.1:9001", "node", 813)),
        NearMiss = new(
            "Nothing listens where the service should.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", subrequest: \"/auth\", upstream: \"http://127.0.0.1:9001/auth\", host: \"shop.example\"\n" + Error,
            "auth_request /auth; proxy_pass http://127.0.0.1:3000; } location = /auth { internal; proxy_pass http://127.0.0.1:9001;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812),
            Expect: "upstream-down"),
    };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.AuthFailures > 0)
        {
            scales.Weigh("beneath", Sources.ErrorLog, Weight.Moderate.Against($"a consequence: the service that auth_request asks fails first ({incident.Message})"));
            return;
        }

        // ngx_http_auth_request_handler writes it for every status of the subrequest but 2xx, 401 and 403.
        if (incident.MessageId == AuthFolding.MessageId)
        {
            scales.Weigh("message", Sources.ErrorLog, Weight.Decisive.For(StatusOf(incident) is { } status
                ? $"the subrequest of auth_request ended with {status}, which is neither 2xx nor 401 or 403"
                : "the subrequest of auth_request ended with neither 2xx nor 401 or 403"));
        }

        if (incident.Configuration is null)
        {
            return;
        }

        scales.Weigh("configuration", Sources.Config, Asked(incident) is { } asked
            ? Weight.Moderate.For($"{asked} is in force for these requests").At(asked.At.File, asked.At.Line)
            : incident.MessageId is null ? Weight.Strong.Against("no auth_request is in force for these requests") : Weight.None);
    }

    private static int? StatusOf(Incident incident)
        => int.TryParse(incident.Message[(incident.Message.LastIndexOf(' ') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;

    private static Directive? Asked(Incident incident)
    {
        var (block, server) = incident.Location is { } location ? (location.Block, location.Server) : RequestRoute.BlockOf(incident.Configuration!, incident.Server, incident.Host, RequestRoute.PathOf(incident));
        return server?.Effective(block, "auth_request") is { Directive: { } directive, Value: not "off" } ? directive : null;
    }

    /// <summary>The location that auth_request asks.</summary>
    private static ProxiedLocation? Service(Incident incident)
        => incident.Configuration is { } configuration && Asked(incident) is { Arguments: [var uri, ..] } && uri.StartsWith('/') && incident.Location?.Server is { } server
            ? configuration.ProxiedLocations.FirstOrDefault(location => location.Server == server && location.Location?.Path == uri)
            : null;

    public override SourceLine? PlaceOf(Incident incident, Observations seen)
        => incident.AuthFailures > 0 || incident.Configuration is null ? null : Service(incident)?.At ?? Asked(incident)?.At;

    public override string Describe(Incident incident, Observations seen)
        => $"the service that auth_request asks{(incident.Configuration is not null && Service(incident) is { } service ? $" ({service.Target})" : "")} {(StatusOf(incident) is { } status ? $"answers {status}, neither yes nor no" : "answers neither yes nor no")}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var edits = WithoutBody(incident);
        return new()
        {
            Summary = incident.AuthFailures > 0 ? "Mend the service that auth_request asks."
                : edits.Count > 0 ? "Ask the service without the body that the request has: its length must not be sent along, either."
                : "Make the service of auth_request answer 2xx, 401 or 403.",
            Edits = edits,
            Steps =
            [
                new(StatusOf(incident) switch
                {
                    404 or 405 => "The service does not know the path or the method it is asked: a proxy_pass without a URI part passes the subrequest's own path on, one with a URI part replaces it. Which path it answers its own documentation says.",
                    301 or 302 or 303 or 307 => "The service redirects to a login page, which a subrequest cannot follow: let it answer 401, and send the user to the login with error_page 401. That is a change in the service.",
                    400 or 411 or 413 => "The subrequest carries the request's Content-Length without its body (ngx_http_auth_request_module): proxy_pass_request_body off; proxy_set_header Content-Length \"\"; in the location of auth_request.",
                    _ => "Read the log of the service: its own failure is the cause, and the repair is there.",
                }),
                RetargetFix.Reload(incident, "Test and reload."),
            ],
        };
    }

    /// <summary>As the module's documentation has it; nothing where the failing requests have no body, or where it is set so already.</summary>
    private static IReadOnlyList<FileEdit> WithoutBody(Incident incident)
        => incident.AuthFailures == 0 && StatusOf(incident) is 400 or 411 or 413 && incident.Methods.Any(method => method is "POST" or "PUT" or "PATCH") && incident.Configuration is { } configuration
            && Service(incident) is { Kind: PassKind.Proxy } service && service.Effective("proxy_pass_request_body") is { Value: not "off" }
            ? ConfigurationEdit.Apply(configuration, [new Edit.Set(service.Block, "proxy_pass_request_body", ["off"]), .. HeaderFix.Set(service, ["Content-Length", ""])]).Files
            : [];
}
