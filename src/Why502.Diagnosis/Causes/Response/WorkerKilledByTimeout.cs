using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>The app server's own time limit ended the worker that had the request.</summary>
public sealed class WorkerKilledByTimeout : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "worker-killed-by-timeout",
        Family = CauseFamily.Response,
        Title = "The app server kills its own worker for taking too long",
        Explanation = """
            app servers guard themselves: PHP-FPM's request_terminate_timeout, gunicorn's --timeout, uWSGI's harakiri, Unicorn's timeout end
            the worker of a request that takes too long. nginx sees its connection closed, always after the same time, and answers 502
            before its own limit would make it 504. The server's log names the worker. The same line with a signal of its own making is
            worker-crashed, with the kernel's record worker-out-of-memory.
            """,
        LookAlikes = ["worker-crashed", "worker-out-of-memory", "upstream-slow", "upstream-closed-early", "upstream-reset", "keepalive-race"],
        Remedy = "Make the route faster, or move the work to a queue; raise the server's limit together with nginx's only for a route that must be slow.",
        DoNot = "Do not raise nginx's time-outs: the app server's own limit strikes first.",
        ProxyError = "connection_terminated",
        Statuses = ["502"],
        Example = new(
            "gunicorn logged WORKER TIMEOUT for the worker in that second.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /report HTTP/1.1\", upstream: \"http://127.0.0.1:8000/report\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Says("[2026-01-15 11:58:59 +0000] [812] [CRITICAL] WORKER TIMEOUT (pid:813)", "[2026-01-15 11:59:00 +0000] [812] [WARNING] Worker with pid 813 was terminated due to signal 9")),
        NearMiss = new(
            "gunicorn's worker was killed with the kernel's record and no time-out.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /report HTTP/1.1\", upstream: \"http://127.0.0.1:8000/report\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Says("[2026-01-15 11:59:00 +0000] [812] [WARNING] Worker with pid 813 was terminated due to signal 9")
                .Kernel("Out of memory: Killed process 813 (gunicorn) total-vm:900000kB, anon-rss:812000kB"),
            Expect: "worker-out-of-memory"),
    };

    public override bool Applies(Incident incident) => DeathScales.Applies(incident, Id);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var deaths = DeathReading.Of(incident, seen);
        if (deaths.Last(DeathKind.TimeLimit) is { } struck)
        {
            // arbiter.py murder_workers(), fpm_request.c fpm_request_check_timed_out(), uWSGI's trigger_harakiri(): written for this reason only.
            scales.Weigh("death", struck.Source, deaths.Weigh(struck));
        }

        // What never understands its request works on none: the limit ends its wait for the end of a line that does not come.
        if (ProtocolReading.Other(incident, seen) is { } other)
        {
            scales.Weigh("protocol", other.Source, Weight.Decisive.Against($"the worker cannot have read a request: {other.Because}"));
        }

        DeathScales.WeighRival(deaths, scales, DeathKind.TimeLimit);
        DeathScales.MissLog(incident, seen, scales);
        DeathScales.WeighPhase(incident, deaths, scales);
        DeathScales.WeighStarts(incident, seen, deaths, scales, byMaster: true);
        var times = FailureTimes.Of(incident);
        if (SettingsReading.Of(incident, seen) is { } settings)
        {
            scales.Weigh(settings, told => told.RequestTime is { } limit ? Compare(limit, times, incident) : Weight.None);
        }

        if (times is { Regular: true, Median: >= 3 } regular && scales.Total < Weight.Strong.Size)
        {
            // Crashes and kills for memory come when they come; a clock comes on time.
            scales.Weigh("duration", Sources.AccessLog, Weight.Moderate.For($"the failed requests all ended after {Words.Seconds(regular.Median)}"));
        }
        else if (times is { Longest: < 1 })
        {
            // The smallest limit that any of these servers takes is one second.
            scales.Weigh("duration", Sources.AccessLog, Weight.Strong.Against($"the failed requests ended within {Words.Seconds(times.Longest)}"));
        }
    }

    private static Weight Compare(AppSetting limit, FailureTimes? times, Incident incident)
    {
        if (limit.IsUnlimited)
        {
            return Weight.Strong.Against($"the server has no limit for a request: {limit}").At(limit.File, limit.Line);
        }

        // PHP-FPM looks every third of its limit (fpm_pctl_heartbeat), gunicorn and uWSGI every second.
        if (times is not null)
        {
            return times.Median >= limit.Number * 0.9 && times.Median <= (limit.Number * 1.4) + 2
                ? Weight.Strong.For($"the failed requests ended after {Words.Seconds(times.Median)}, the server's own limit: {limit}").At(limit.File, limit.Line)
                : Weight.Strong.Against($"the failed requests ended after {Words.Seconds(times.Median)}, not at the server's limit: {limit}").At(limit.File, limit.Line);
        }

        return incident.Location is { } location && limit.Number > location.ReadTimeout.TotalSeconds
            ? Weight.Moderate.Against($"nginx would give up first, after {Words.Seconds(location.ReadTimeout)}: {limit}").At(limit.File, limit.Line)
            : limit.IsDefault ? Weight.None : Weight.Moderate.For($"the server ends requests by itself: {limit}").At(limit.File, limit.Line);
    }

    public override string Describe(Incident incident, Observations seen)
        => SettingsReading.Of(incident, seen)?.FactOrNull?.RequestTime is { IsUnlimited: false } limit
            ? $"the app server behind {incident.UpstreamText} kills workers that take longer than {Words.Seconds(limit.Number)}"
            : $"the app server behind {incident.UpstreamText} kills workers that take too long";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var limit = SettingsReading.Of(incident, seen)?.FactOrNull?.RequestTime;
        var route = incident.Routes.Count > 0 ? incident.Routes[0] : "this route";
        var pool = incident.Peer is { } peer ? ServiceReading.PoolFor(peer, seen) : null;
        return DeathScales.Repair(
            incident,
            seen,
            "Make the route faster than the server's limit, or give that route more time.",
            [
                new FixStep($"Find what {route} waits for: the server's log names the worker, and its stack where it was killed (gunicorn) or in the slow log (PHP-FPM)."),
                .. pool is not null && PoolFix.LongerRequests(pool, RouteReading.Of(incident).Limit ?? NginxDefault).ToList() is { Count: > 0 } longer ? longer
                    : LongerServer(incident, seen) is { Count: > 0 } changed ? changed : [Longer(limit)],
            ]);
    }

    /// <summary>fastcgi_read_timeout's default.</summary>
    private static readonly TimeSpan NginxDefault = TimeSpan.FromSeconds(60);

    /// <summary>The server's own limit was below nginx's: nginx's is the one that a client knows.</summary>
    private static IReadOnlyList<FixStep> LongerServer(Incident incident, Observations seen)
    {
        var allowed = RouteReading.Of(incident).Limit ?? NginxDefault;
        return SettingsReading.Of(incident, seen)?.FactOrNull is { RequestTime: { IsUnlimited: false } limit } told && limit.Number < allowed.TotalSeconds
            ? AppServerFix.Set(incident, seen, told, limit, (long)Math.Ceiling(allowed.TotalSeconds), $"A stop-gap until the route is faster: nginx waits {Words.Seconds(allowed)} for an answer, and the server ends its worker after {Words.Seconds(limit.Number)}. Then nginx's time-out decides, and a worker that hangs is taken for so long.")
            : [];
    }

    private static FixStep Longer(AppSetting? limit)
        => new(limit is null
                ? "If it must take long: raise the server's own limit and nginx's read time-out for this location together."
                : $"If it must take long: raise {limit} and nginx's read time-out for this location together.");
}
