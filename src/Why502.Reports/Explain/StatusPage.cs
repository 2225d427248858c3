using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>What a status says, who makes it, and which causes lead to it.</summary>
public static class StatusPage
{
    public static IReadOnlyList<string> Known { get; } = ["499", "500", "502", "503", "504"];

    public static Page? Render(string status, int width = Page.WidthDefault)
    {
        if (Meaning(status) is not { } meaning)
        {
            return null;
        }

        var page = new Page(width);
        page.Line(meaning.Title, Ink.Strong);
        page.Blank();
        page.Prose(meaning.Text);
        var causes = CauseRegistry.All.Where(cause => cause.Info.Statuses.Contains(status)).ToList();
        foreach (var family in causes.GroupBy(cause => cause.Info.Family).OrderBy(group => group.Key))
        {
            page.Blank();
            page.Line(Name(family.Key), Ink.Strong);
            var width1 = family.Max(cause => cause.Id.Length);
            foreach (var cause in family.OrderBy(cause => cause.Id, StringComparer.Ordinal))
            {
                page.Wrapped($"  {cause.Id.PadRight(width1)}   ", Sentences.Clause(cause.Info.Title));
            }
        }

        page.Blank();
        page.Line("Look next:  why502     and   why502 explain CAUSE");
        return page;
    }

    // ngx_http_upstream_next and ngx_http_upstream_finalize_request decide between 502 and 504; ngx_http_special_response.c names them.
    private static (string Title, string Text)? Meaning(string status) => status switch
    {
        "502" => ("502 Bad Gateway: nginx asked the upstream and got no usable answer",
            """
            nginx makes it when the connection is refused, cannot be opened, is closed or reset before a complete response header, when the TLS handshake fails, or when what comes back is not a valid response.
            An upstream that is a gateway itself can also answer 502: then the access log has $upstream_header_time, and the error log has no line. $upstream_status alone proves nothing, because nginx writes its own 502 there too.
            """),
        "504" => ("504 Gateway Timeout: the upstream was too slow for one of nginx's limits",
            """
            nginx makes it when proxy_connect_timeout, proxy_send_timeout or proxy_read_timeout (or their fastcgi_, uwsgi_, scgi_ and grpc_ relatives) runs out before the response header is complete. The error log says which: "while connecting", "while sending request" or "while reading response header".
            After the header the same time-out cuts the body, and the access log keeps the upstream's status.
            """),
        "503" => ("503 Service Unavailable: something refuses on purpose",
            """
            nginx makes it when limit_req or limit_conn refuses a request, or when the configuration says so (return 503, error_page). It never makes it because an upstream fails. Most often the upstream itself answers 503: then the error log has no line for it.
            """),
        "500" => ("500 Internal Server Error: nginx itself, or the app, went wrong",
            """
            nginx makes it when it runs out of worker_connections, file descriptors, memory or disk, when rewrites go round in circles, or when an auth_request answers neither 2xx nor 401 or 403. An app's own 500 is passed on without an error line: that is the app's business, and its own log explains it.
            """),
        "499" => ("499: the client closed the connection before nginx had an answer",
            """
            No response carries it; only the access log has it. A few are people who move on. Many of them on one route mean that the upstream is slow and clients, or a proxy in front, give up before nginx's own limit is reached.
            """),
        _ => null,
    };

    private static string Name(CauseFamily family) => family switch
    {
        CauseFamily.Reach => "The upstream cannot be reached",
        CauseFamily.Dns => "Names",
        CauseFamily.UnixSocket => "Unix sockets",
        CauseFamily.Timeout => "Time limits",
        CauseFamily.Response => "The response",
        CauseFamily.Tls => "TLS to the upstream",
        CauseFamily.Capacity => "Capacity",
        _ => "The configuration",
    };
}
