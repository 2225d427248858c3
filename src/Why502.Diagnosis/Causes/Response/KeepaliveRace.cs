using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>nginx sends a request on an idle connection that the app closes at the same moment.</summary>
public sealed class KeepaliveRace : Cause
{
    /// <summary>Methods that nginx does not send again by itself once they were sent (ngx_http_upstream_next, non_idempotent).</summary>
    private static readonly string[] NotRepeated = ["POST", "LOCK", "PATCH"];

    public override CauseInfo Info { get; } = new()
    {
        Id = "keepalive-race",
        Family = CauseFamily.Response,
        Title = "nginx reuses an idle connection that the app has just closed",
        Explanation = """
            nginx keeps connections to this upstream for later requests, and the app closes idle ones sooner than nginx does. Now and then a
            request is on its way while the app closes: nginx reads a reset or a premature close at once. It repeats a GET by itself (the
            line stands in the log, the client sees 200); a POST becomes a 502. It is rare per request, comes after quiet moments, and no
            process dies of it. A worker that dies is worker-crashed; a connection that was opened for the request cannot race.
            """,
        LookAlikes = ["worker-crashed", "upstream-closed-early", "upstream-reset", "worker-killed-by-timeout", "reload-cut"],
        Remedy = "Let nginx close first: keepalive_timeout in the upstream block below the app's idle limit, or the app's idle limit above nginx's 60 s.",
        DoNot = "Do not retry POST requests (proxy_next_upstream non_idempotent): some of them would be executed twice.",
        ProxyError = "connection_terminated",
        Statuses = ["502"],
        Example = new(
            "Node closes idle connections after 5 s, nginx keeps them for 60 s.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"POST /cart HTTP/1.1\", upstream: \"http://127.0.0.1:3000/cart\", host: \"shop.example\"",
            "proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection \"\";",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).KeepsIdle("127.0.0.1:3000", "node", 5).Answered("/cart", 200, "127.0.0.1:3000", 0.02, 400),
            "upstream app { server 127.0.0.1:3000; keepalive 16; }"),
        NearMiss = new(
            "The same lines without keepalive: every request has a connection of its own.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"POST /cart HTTP/1.1\", upstream: \"http://127.0.0.1:3000/cart\", host: \"shop.example\"",
            "proxy_pass http://app;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).KeepsIdle("127.0.0.1:3000", "node", 5).Answered("/cart", 200, "127.0.0.1:3000", 0.02, 400),
            "upstream app { server 127.0.0.1:3000; }",
            Expect: "upstream-closed-early"),
    };

    public override bool Applies(Incident incident)
        => (incident is { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset, Phase: Phase.Header or Phase.Send } || incident is { Kind: SymptomKind.OtherMessage, Errno: 104 or 32 })
            || (incident.Kind is not (SymptomKind.ClosedEarly or SymptomKind.Reset) && incident.Candidates.Contains(Id));

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var kept = Reuse.Of(incident);
        if (kept == false)
        {
            // ngx_http_upstream_keepalive_module.c, ngx_http_upstream_get_keepalive_peer(): only a kept connection can have been closed before.
            scales.Weigh("keepalive", Sources.Config, Weight.Decisive.Against("nginx opens a new connection for each request here: none can have been idle").At(incident.Location?.At.File, incident.Location?.At.Line));
            return;
        }

        if (kept == true)
        {
            var group = incident.Location?.Group;
            scales.Weigh("keepalive", Sources.Config, Weight.Moderate.For($"nginx keeps idle connections to {group?.Name} and reuses them").At(group?.At.File, group?.At.Line));
        }

        if (incident.Location is { } location && kept != false && SettingsReading.Of(incident, seen) is { } settings)
        {
            scales.Weigh(settings, told => told.Idle is { } idle ? Compare(idle, SettingsReading.NginxIdle(location)) : Weight.None);
        }

        WeighCourse(incident, scales);
        var deaths = DeathReading.Of(incident, seen);
        if (deaths.Deaths.Count > 0 && deaths.Coverage >= 0.4)
        {
            var death = deaths.Deaths[^1];
            scales.Weigh("death", death.Source, Weight.Strong.Against(death.Text).At(death.File, death.Line));
        }

        var processes = SocketReading.ServingProcesses(incident, incident.Peer, seen);
        if (processes.Count > 0 && incident.First is { } first && processes.All(process => process.StartedAt < first))
        {
            scales.Weigh("processes", Sources.Machine, Weight.Weak.For($"{Words.Processes(processes)} runs on unharmed"));
        }
    }

    private static Weight Compare(AppSetting idle, TimeSpan nginx)
    {
        var keeps = Words.Seconds(nginx);
        return idle.Number <= 0 ? Weight.Strong.Against($"the app closes after every answer: {idle}").At(idle.File, idle.Line)
            : idle.Number < nginx.TotalSeconds ? Weight.Strong.For($"the app closes idle connections after {Words.Seconds(idle.Number)} ({idle}), nginx only after {keeps}").At(idle.File, idle.Line)
            : Weight.Strong.Against($"the app keeps idle connections longer than nginx ({keeps}): {idle}").At(idle.File, idle.Line);
    }

    private static void WeighCourse(Incident incident, Scales scales)
    {
        // The close is there, or crosses the request on the wire: it is read within a round trip.
        if (FailureTimes.Of(incident) is { } times)
        {
            scales.Weigh("duration", Sources.AccessLog, times.Longest < 0.25
                ? Weight.Weak.For($"the failed requests ended at once, within {Words.Seconds(times.Longest)}")
                : times.Median > 1 ? Weight.Strong.Against($"the failed requests ended only after {Words.Seconds(times.Median)}")
                : Weight.None);
        }

        // ngx_http_upstream_next(): an error on a cached connection gives one more try, except to what may not be repeated.
        if (incident.Methods.Count > 0 && incident.Methods.All(NotRepeated.Contains))
        {
            scales.Weigh("methods", Sources.ErrorLog, Weight.Weak.For($"only {string.Join(" and ", incident.Methods)} requests fail, which nginx does not repeat"));
        }

        var failed = incident.Traffic.Groups.Where(group => group.Status == 502 && incident.Routes.Contains(group.Path ?? "")).Sum(group => group.Count);
        var answered = incident.Traffic.Groups.Where(group => TrafficReading.IsSuccess(group) && incident.Routes.Contains(group.Path ?? "")).Sum(group => group.Count);
        if (failed >= 3 && answered == 0)
        {
            scales.Weigh("share", Sources.AccessLog, (failed >= 5 ? Weight.Decisive : Weight.Strong).Against($"every one of {failed} requests failed: a race loses only now and then"));
        }
        else if (answered > 3 * Math.Max(failed, 1))
        {
            scales.Weigh("share", Sources.AccessLog, Weight.Weak.For($"{answered} requests to the same route were answered meanwhile"));
        }
    }

    public override string Describe(Incident incident, Observations seen) => $"nginx reuses idle connections that {incident.UpstreamText} has just closed";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var idle = SettingsReading.Of(incident, seen)?.FactOrNull?.Idle;
        var group = incident.Location?.Group;
        var below = idle is { Number: > 2, IsUnlimited: false } ? $"{Math.Floor(idle.Number - 1).ToString(System.Globalization.CultureInfo.InvariantCulture)}s" : null;
        if (below is not null && group is not null && incident.Configuration is { } configuration && incident.Instance.Release?.Core >= HasTimeout)
        {
            return new Fix
            {
                Summary = $"Let nginx close idle connections to {group.Name} first: keepalive_timeout {below}, a second below the app's own limit ({idle}).",
                Edits = Nginx.ConfigurationEdit.Apply(configuration, new Nginx.Edit.Set(group.Block, "keepalive_timeout", [below])).Files,
                Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx. A connection that was idle for longer is opened anew, which costs one round trip.")],
                Later = $"Or raise the app's limit above nginx's: then more connections are reused. An app that closes after a number of requests needs keepalive_requests in upstream {group.Name} below that number.",
            };
        }

        return new Fix
        {
            Summary = "Let nginx close idle connections before the app does.",
            Steps =
            [
                new(below is not null && group is not null
                    ? $"Put keepalive_timeout {below}; into upstream {group.Name} ({group.At}): nginx then closes first. Or raise the app's limit ({idle}) above {Words.Seconds(incident.Location is { } location ? SettingsReading.NginxIdle(location) : TimeSpan.FromSeconds(60))}."
                    : "Find the app's idle limit (its keep-alive time-out) and set keepalive_timeout in the upstream block a second below it, or raise the app's limit above nginx's."),
                new("Between requests of one connection the app may also close after a number of them: keepalive_requests in the upstream block below the app's number."),
            ],
        };
    }

    /// <summary>keepalive_timeout of a group came with 1.15.3 (CHANGES).</summary>
    private static readonly Version HasTimeout = new(1, 15, 3);
}
