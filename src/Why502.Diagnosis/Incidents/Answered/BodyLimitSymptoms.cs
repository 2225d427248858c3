using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// Bodies that nginx refused by its own client_max_body_size. On a machine that is the limit at its work, and scanners meet it every day; a line that somebody
/// hands over with nothing that failed beside it is what it is about.
/// </summary>
public sealed class BodyLimitSymptoms(NginxView view, Observations seen)
{
    /// <summary>What nginx answers a request whose body it will not read (ngx_http_core_find_config_phase, ngx_http_read_client_request_body).</summary>
    private const int TooLarge = 413;

    /// <summary>How nginx's message begins, of HTTP/1 and HTTP/2 as of HTTP/3.</summary>
    private const string Refused = "client intended to send too large ";

    /// <summary>The incident, or null where no such line was handed over.</summary>
    public Incident? Find()
    {
        var groups = LoneLines.In(view, group => group.Known?.Format.StartsWith(Refused, StringComparison.Ordinal) == true);
        if (groups.Count == 0)
        {
            return null;
        }

        var main = groups.MaxBy(group => group.Count)!;
        return LoneLines.Incident(view, seen, groups, main, SymptomKind.OtherMessage, Phase.Send, How.Limit) with
        {
            Status = TooLarge,
            Candidates = ["status-from-config"],
            Location = view.Configuration?.LocationFor(main.Server, main.Host, main.Path ?? main.Route ?? "/", null),
            Server = main.Server,
            Host = main.Host,
            Methods = [.. groups.Select(group => group.Method).OfType<string>().Distinct()],
            Routes = [.. groups.OrderByDescending(group => group.Count).Select(group => group.Path ?? group.Route).OfType<string>().Distinct()],
            Requests = groups.Sum(group => group.Count),
        };
    }
}
