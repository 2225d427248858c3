using Why502.Diagnosis;
using Why502.Diagnosis.Readings;

namespace Why502.Reports;

/// <summary>What happened, told from the incident alone: whom it met, what the client got, what the upstream did.</summary>
internal static class IncidentWords
{
    private const int RoutesShown = 2;

    /// <summary>"shop.example.com answers 502 on /api", in the tense of the incident's state.</summary>
    public static string Outcome(Incident incident, Finding? finding)
    {
        var who = Who(incident);
        var verb = incident.FromProbe ? "would answer" : incident.State == IncidentState.Recovered ? "answered" : incident.State == IncidentState.Intermittent ? "sometimes answers" : "answers";
        var where = Where(incident);
        if (HiddenFailureReading.HidesAll(incident))
        {
            return $"{who} {verb}{(where.Length > 0 ? " " + where : "")} only by other servers of {incident.Group!.Name}";
        }

        return $"{who} {verb} {Status(incident, finding)}{(where.Length > 0 ? " on " + where : "")}";
    }

    /// <summary>The name that people know the site by; nginx itself when there is none.</summary>
    public static string Who(Incident incident)
        => Named(incident.Host) ?? Named(incident.Server) ?? Named(incident.Location?.Server.FirstName) ?? "nginx";

    /// <summary>Routes of the failing requests, else the location's path; empty when it is the whole site.</summary>
    public static string Where(Incident incident)
    {
        var routes = incident.Routes.Where(route => route.Length > 0).Distinct().ToList();
        if (routes.Count == 0)
        {
            var path = incident.Location?.Location?.ToString() ?? "";
            return path == "/" ? "" : path;
        }

        return routes.Count <= RoutesShown && !incident.HasMoreRoutes
            ? Words.List(routes)
            : $"{string.Join(", ", routes.Take(RoutesShown))} and {(incident.HasMoreRoutes ? "many" : Words.Count(routes.Count - RoutesShown))} more routes";
    }

    /// <summary>The status that clients got: what the access log shows, else what nginx makes of this failure.</summary>
    public static string Status(Incident incident, Finding? finding)
    {
        if (incident.Status is { } symptom)
        {
            return symptom.ToString("000", System.Globalization.CultureInfo.InvariantCulture);
        }

        // The header had been sent: other requests of the same server may have got another status.
        if (incident.Phase is Phase.Body or Phase.Upgraded)
        {
            return "with cut responses";
        }

        var logged = incident.Traffic.Groups
            .Where(group => group.Status >= 500 || (group.Status == 499 && incident.Kind == SymptomKind.TimedOut))
            .GroupBy(group => group.Status)
            .MaxBy(statuses => statuses.Sum(group => group.Count));
        if (logged is not null)
        {
            return logged.Key.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        // What nginx's sources give after this message, where it is one status.
        if (incident.MessageId is { } id && Why502.Logs.ErrorMessages.Find(id) is { Status: ['5', _, _] only })
        {
            return only;
        }

        // ngx_http_upstream_next: a time-out before the header becomes 504, everything else 502.
        // What ends a PHP script at its own limit is PHP's 500 (php_error_cb).
        return incident.Kind == SymptomKind.TimedOut ? "504"
            : incident.MessageId == "fastcgi-sent-in-stderr" ? "500"
            : finding?.Cause.Info.Statuses is { Count: > 0 } statuses && !statuses.Contains("502") ? statuses[0]
            : "502";
    }

    /// <summary>The symptom as a sentence without a cause: "The app on unix:/run/gunicorn.sock closed 31 connections before it answered".</summary>
    public static string Symptom(Incident incident)
    {
        var upstream = incident.UpstreamText;
        var app = incident.Peer is not null ? $"The app on {upstream}" : incident.Group is { } group ? $"The app behind upstream {group.Name}" : "The upstream";
        if (incident.FromProbe)
        {
            return $"A probe of {upstream} failed, and no request has yet";
        }

        var times = Words.Count(incident.Requests, "time");
        var requests = Words.Count(incident.Requests, "request");
        var connections = Words.Count(incident.Requests, "connection");
        return incident.Kind switch
        {
            SymptomKind.ConnectFailed => ConnectFailure(incident, upstream, times, connections),
            SymptomKind.TimedOut => TimeOut(incident.Phase, upstream, app, requests),
            SymptomKind.ClosedEarly when incident.Unlogged => $"nginx answered {incident.Status ?? 502} {times}, and no line of its error log says how that came about",
            SymptomKind.ClosedEarly => incident.Phase == Phase.Body
                ? $"{app} closed {connections} in the middle of its answer"
                : $"{app} closed {connections} before it answered",
            SymptomKind.Reset => incident.Phase == Phase.Body
                ? $"{app} reset {connections} in the middle of its answer"
                : $"{app} reset {connections} before it answered",
            SymptomKind.HeaderTooBig => $"{app} sent a response header that does not fit nginx's buffer, {times}",
            SymptomKind.Answered => incident.Message,
            SymptomKind.AppLogged => $"\"{incident.Message.Trim()}\"",
            SymptomKind.NoLiveUpstreams => $"nginx had no server left to try in {upstream}, {times}",
            _ => $"nginx logged \"{incident.Message}\" {times}",
        };
    }

    private static string ConnectFailure(Incident incident, string upstream, string times, string connections) => incident.Errno switch
    {
        2 => $"nginx did not find {upstream}, {times}",
        11 => $"{upstream} had no room in its queue, {times}",
        1 or 13 => $"nginx was not allowed to connect to {upstream}, {times}",
        111 => $"{upstream} refused {connections}",
        22 or 97 or 100 or 101 or 112 or 113 => $"nginx had no way to {upstream}, {times}",
        _ => $"nginx could not connect to {upstream}, {times}",
    };

    private static string TimeOut(Phase phase, string upstream, string app, string requests) => phase switch
    {
        Phase.Connect => $"{upstream} did not accept the connection of {requests} in time",
        Phase.Tls => $"The TLS handshake with {upstream} was not done in time for {requests}",
        Phase.Send => $"{app} did not take {requests} in time",
        Phase.Body or Phase.Upgraded => $"{app} stopped in the middle of its answer to {requests}",
        _ => $"{app} did not answer {requests} in time",
    };

    /// <summary>"now, since 09:14:07 (6 min)".</summary>
    public static string When(Incident incident, DateTimeOffset now)
    {
        if (incident.First is not { } first || incident.Last is not { } last)
        {
            return incident.State switch
            {
                IncidentState.Current => "now",
                IncidentState.Intermittent => "now and then",
                _ => "over",
            };
        }

        return incident.State switch
        {
            IncidentState.Current when now - first < TimeSpan.FromSeconds(1) => "now",
            IncidentState.Current => $"now, since {Words.Clock(first, now)} ({Words.Span(now - first)})",
            IncidentState.Intermittent => $"now and then since {Words.Clock(first, now)}, last {Words.Ago(last, now)}",
            _ when (last - first) < TimeSpan.FromMinutes(1) => $"over, at {Words.Clock(first, now)}",
            _ => $"over, {Words.Clock(first, now, seconds: false)} to {Words.Clock(last, now, seconds: false)}",
        };
    }

    /// <summary>"214 of 951 requests"; empty for a fault that only a probe met.</summary>
    public static string Impact(Incident incident)
    {
        if (incident.FromProbe)
        {
            return "no request failed yet";
        }

        var impact = ImpactReading.Of(incident);
        var requests = impact.Total is { } total ? $"{Words.Count(incident.Requests)} of {Words.Count(total, "request")}" : Words.Count(incident.Requests, "request");
        return impact.Clients > 1 ? $"{requests}, {Words.Count(impact.Clients.Value, "client")}" : requests;
    }

    /// <summary>The message in nginx's words, its errno behind it, as the log has it.</summary>
    public static string MessageText(Incident incident)
        => incident.Errno is { } errno && !NamesErrno(incident.Message)
            ? $"{incident.Message} ({errno}{ErrnoText(errno)})"
            : incident.Message;

    /// <summary>"… failed (111: Connection refused)"; on another system the number is another one.</summary>
    private static bool NamesErrno(string message)
    {
        var open = message.LastIndexOf('(');
        var digits = open < 0 ? 0 : message.AsSpan(open + 1).IndexOfAnyExceptInRange('0', '9');
        return digits > 0 && message[open + 1 + digits] == ':';
    }

    private static string ErrnoText(int errno) => errno switch
    {
        2 => ": No such file or directory",
        11 => ": Resource temporarily unavailable",
        13 => ": Permission denied",
        32 => ": Broken pipe",
        101 => ": Network is unreachable",
        104 => ": Connection reset by peer",
        110 => ": Connection timed out",
        111 => ": Connection refused",
        113 => ": No route to host",
        _ => "",
    };

    private static string? Named(string? name)
        => name is null or "" or "_" or "localhost" || name.StartsWith('~') || name.StartsWith('*') ? null : name;
}
