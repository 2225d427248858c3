using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>A stop, restart or reload took requests along that were under way.</summary>
public sealed class ReloadCut : Cause
{
    /// <summary>One restart cuts what was under way at that moment; failures over a longer time have another reason.</summary>
    private static readonly TimeSpan OneMoment = TimeSpan.FromSeconds(20);

    /// <summary>Log lines have whole seconds, and a reload takes one or two.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(3);

    /// <summary>Workers are started within the second in which the master is; later ones are those of a reload.</summary>
    private static readonly TimeSpan SameStart = TimeSpan.FromSeconds(2);

    public override CauseInfo Info { get; } = new()
    {
        Id = "reload-cut",
        Family = CauseFamily.Config,
        Title = "A restart cuts requests that are under way",
        Explanation = """
            the app server (or nginx) was stopped, restarted or reloaded while requests were under way, and did not wait for them: the app's
            stop time-out ran out or it ends at once on SIGTERM, PHP-FPM's process_control_timeout is 0, nginx's worker_shutdown_timeout
            closed them. All failures fall into the seconds of the restart, and it ends by itself. A process that ends without being asked
            is worker-crashed.
            """,
        LookAlikes = ["worker-crashed", "upstream-closed-early", "upstream-reset", "keepalive-race", "upstream-down"],
        Remedy = "Let the server finish its requests before it ends: a graceful reload, and a stop time-out longer than the slowest request.",
        DoNot = "Do not look for a bug in the app: it was told to end.",
        ProxyError = "connection_terminated",
        Statuses = ["502", "200 cut"],
        Prior = Prior.Rare,
        Example = new(
            "gunicorn was told to end in the second of the failures.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /export HTTP/1.1\", upstream: \"http://127.0.0.1:8000/export\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Says("[2026-01-15 11:58:59 +0000] [700] [INFO] Handling signal: term", "[2026-01-15 11:59:00 +0000] [700] [INFO] Shutting down: Master")),
        NearMiss = new(
            "The worker ended by a signal of its own making.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /export HTTP/1.1\", upstream: \"http://127.0.0.1:8000/export\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Says("[2026-01-15 11:59:00 +0000] [700] [WARNING] Worker with pid 813 was terminated due to signal 11"),
            Expect: "worker-crashed"),
    };

    public override bool Applies(Incident incident)
        => incident is { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset, Phase: Phase.Send or Phase.Header or Phase.Body or Phase.Upgraded }
            || incident is { Kind: SymptomKind.OtherMessage, Errno: 104 or 32 }
            || incident.Candidates.Contains(Id);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Kind == SymptomKind.Answered)
        {
            WeighUnanswered(incident, scales);
            return;
        }

        var deaths = DeathReading.Of(incident, seen);
        var lasted = incident is { First: { } first, Last: { } last } ? last - first : TimeSpan.Zero;
        if (deaths.Last(DeathKind.Asked) is { } asked)
        {
            // Each server logs the signal or command that it was given before it acts on it.
            scales.Weigh("stop", asked.Source, (lasted <= OneMoment ? Weight.Decisive : deaths.Coverage >= 0.8 ? Weight.Strong : Weight.Weak).For(asked.Text).At(asked.File, asked.Line));
        }
        else
        {
            WeighRestart(incident, seen, scales, lasted);
        }

        if (lasted > OneMoment && (deaths.Last(DeathKind.Asked) is null || deaths.Coverage < 0.8))
        {
            scales.Weigh("course", Sources.ErrorLog, Weight.Strong.Against($"the failures are spread over {Words.Seconds(lasted)}; a restart cuts at one moment"));
        }

        DeathScales.WeighRival(deaths, scales, DeathKind.Asked);
        WeighNginx(incident, scales);
    }

    /// <summary>The oldest process behind the address is as young as the failures, and nobody tells of a crash: then the whole server was started anew.</summary>
    private static void WeighRestart(Incident incident, Observations seen, Scales scales, TimeSpan lasted)
    {
        var processes = SocketReading.ServingProcesses(incident, incident.Peer, seen);
        if (processes.Count == 0 || incident is not { First: { } first, Last: { } last } || processes.Min(process => process.StartedAt) is not { } started)
        {
            return;
        }

        if (started < first.AddSeconds(-0.5))
        {
            scales.Weigh("processes", Sources.Machine, Weight.Strong.Against($"{Words.Processes(processes)} has run since before the failures: nobody restarted it"));
            return;
        }

        if (started < first + DeathScales.LogSecond)
        {
            // Within the second of the first failure: it may as well have come before.
            return;
        }

        var unit = incident.Peer is { } peer ? ServiceReading.For(peer, seen) : null;
        if (lasted <= OneMoment && started <= last.AddSeconds(30))
        {
            // systemd's NRestarts counts what it restarted by itself after a failure (core/service.c); 0 leaves somebody's hand.
            scales.Weigh("processes", Sources.Machine, (unit is { RestartCount: 0 or null, ActiveState: "active", Result: "success" } ? Weight.Strong : Weight.Moderate)
                .For($"the whole server was started anew at {Words.Clock(started)}, when the failures happened{(unit is { RestartCount: 0 } ? $", and not by systemd itself ({unit.Name})" : "")}"));
        }
    }

    private static void WeighNginx(Incident incident, Scales scales)
    {
        if (Limit(incident) is { } setting && ReloadedBefore(incident, setting.AsTime!.Value))
        {
            // ngx_shutdown_timer_handler() closes what an old worker still holds.
            scales.Weigh("worker_shutdown_timeout", Sources.Config, Weight.Strong.For($"nginx was reloaded {Words.Seconds(setting.AsTime.Value)} before, and worker_shutdown_timeout is {setting.Value}").At(setting.At?.File, setting.At?.Line));
        }
    }

    /// <summary>Requests that nginx ended itself without a byte: its own limit for old workers does that, and then only after a reload.</summary>
    private static void WeighUnanswered(Incident incident, Scales scales)
    {
        if (Limit(incident) is not { } setting || incident.First is not { } first)
        {
            return;
        }

        var limit = setting.AsTime!.Value;
        var instance = incident.Instance;
        scales.Weigh("worker_shutdown_timeout", Sources.Config, ReloadedBefore(incident, limit)
            ? Weight.Decisive.For($"nginx was reloaded {Words.Seconds(limit)} before, and worker_shutdown_timeout {setting.Value} closes what old workers still serve").At(setting.At?.File, setting.At?.Line)
            : instance.WorkersStartedAt < first - limit - Around ? Weight.Strong.Against("nginx was not reloaded before these requests ended")
            : Weight.Moderate.For($"worker_shutdown_timeout {setting.Value} closes what old workers still serve after a reload").At(setting.At?.File, setting.At?.Line));
    }

    private static EffectiveValue? Limit(Incident incident)
        => incident.Configuration?.AtTop("worker_shutdown_timeout") is { IsDefault: false, AsTime: not null } setting ? setting : null;

    private static bool ReloadedBefore(Incident incident, TimeSpan limit)
        => (incident.Instance.WorkersStartedAt - incident.Instance.StartedAt > SameStart && (incident.Last - incident.Instance.WorkersStartedAt - limit)?.Duration() < Around)
            || incident.First is { } first && incident.Timeline is { } timeline
            && timeline.Before.Any(change => change.What.Contains("nginx was reloaded", StringComparison.Ordinal) && (first - change.At - limit).Duration() < Around);

    public override string Describe(Incident incident, Observations seen)
        => incident.Kind == SymptomKind.Answered
            ? $"a reload of nginx cut requests to {incident.UpstreamText} that were under way"
            : $"{incident.UpstreamText} was restarted while requests were under way";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (incident.Kind == SymptomKind.Answered && Limit(incident) is { } setting)
        {
            return RaiseLimit(incident, setting);
        }

        var stack = SettingsReading.Of(incident, seen)?.FactOrNull?.Stack;
        return DeathScales.Repair(
            incident,
            seen,
            "Let the server finish what is under way before it ends.",
            new FixStep(stack switch
            {
                "php-fpm" => "Set process_control_timeout = 30s in php-fpm.conf: without it PHP-FPM ends its children at once. Deploy with reload, not restart.",
                "gunicorn" => "Reload with HUP instead of a restart, and keep --graceful-timeout above the slowest request.",
                "node" => "Catch SIGTERM in the app, call server.close() and end when the last request is answered; under PM2 use reload in cluster mode and kill_timeout.",
                _ => "Use the server's graceful reload for deployments, and give it a stop time-out (TimeoutStopSec in its unit) above the slowest request.",
            }),
            new FixStep("With two instances behind nginx, restart one after the other: nginx takes the other one meanwhile."));
    }

    /// <summary>The slowest request that was answered, doubled: so long an old worker may have to wait for one that has just begun.</summary>
    private static Fix RaiseLimit(Incident incident, EffectiveValue setting)
    {
        const string Summary = "Let old workers finish their requests after a reload.";
        var slowest = incident.Traffic.Groups.Where(TrafficReading.IsSuccess).Max(group => group.RequestTime?.Max);
        if (slowest is not { } took || incident.Configuration is not { } configuration || setting.Directive is not { } directive || took * 2 <= setting.AsTime!.Value.TotalSeconds)
        {
            return new() { Summary = Summary, Steps = [new($"Raise worker_shutdown_timeout ({setting.Value}, {setting.At}) above the slowest request, or take it out: without it an old worker stays until its last request is answered.")] };
        }

        var wanted = $"{Math.Ceiling(took * 2):F0}s";
        return new()
        {
            Summary = $"{Summary} worker_shutdown_timeout {wanted} is twice the slowest answer of the log ({Words.Seconds(took)}).",
            Edits = [ConfigurationEdit.SetArguments(configuration, directive, wanted)],
            Steps = [RetargetFix.Reload(incident, "Test and reload.")],
        };
    }
}
