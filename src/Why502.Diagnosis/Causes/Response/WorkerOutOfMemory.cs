using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>The kernel, the cgroup or the runtime's own limit ended the request for memory.</summary>
public sealed class WorkerOutOfMemory : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "worker-out-of-memory",
        Family = CauseFamily.Response,
        Title = "The app's worker is ended for memory",
        Explanation = """
            the request needed more memory than it may have. The kernel's OOM killer (of the machine or of the container's or unit's
            cgroup) sends signal 9 and writes a record; a runtime's own limit ends the request or the process: PHP's memory_limit answers
            500, Node's heap limit and the JVM's end the process. Signal 9 with a readable kernel log and no record is somebody else's
            kill: worker-crashed. Several different processes killed at once is host-memory-exhausted.
            """,
        LookAlikes = ["worker-crashed", "worker-killed-by-timeout", "host-memory-exhausted", "upstream-closed-early", "upstream-reset"],
        Remedy = "Let the request need less (stream, page, batch); raise the limit only as far as all workers together fit into the memory.",
        DoNot = "Do not switch the limit off (memory_limit = -1): the kernel kills then, and perhaps another process.",
        ProxyError = "connection_terminated",
        Statuses = ["502", "500"],
        Example = new(
            "The kernel's OOM killer took the Node process in that second.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"POST /import HTTP/1.1\", upstream: \"http://127.0.0.1:3000/import\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Kernel("Memory cgroup out of memory: Killed process 790 (node) total-vm:1400000kB, anon-rss:512000kB, file-rss:0kB")),
        NearMiss = new(
            "The worker was ended by signal 9, and the kernel's log, which can be read, has no record of it.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"POST /import HTTP/1.1\", upstream: \"http://127.0.0.1:8000/import\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Says("[2026-01-15 11:59:00 +0000] [812] [WARNING] Worker with pid 813 was terminated due to signal 9"),
            Expect: "worker-crashed"),
    };

    private const double NearlyFull = 0.97;

    public override bool Applies(Incident incident)
        => DeathScales.IsStandardError(incident) ? AppSaid.Kind(incident) == AppEventKind.MemoryExhausted : DeathScales.Applies(incident, Id);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (DeathScales.IsStandardError(incident))
        {
            // zend_alloc.c, zend_mm_safe_error(): PHP writes this when the script's memory_limit is reached, and for no other reason.
            scales.Weigh("stderr", Sources.ErrorLog, Weight.Decisive.For(incident.Message));
            return;
        }

        var deaths = DeathReading.Of(incident, seen);
        if (deaths.Last(DeathKind.Memory) is { } starved)
        {
            scales.Weigh("death", starved.Source, deaths.Weigh(starved));
        }
        else if (deaths.Last(DeathKind.Killed) is { } killed)
        {
            scales.Weigh("death", killed.Source, deaths.KernelSilent == true
                ? Weight.Strong.Against($"{killed.Text}, but the kernel's log has no record of a kill for memory").At(killed.File, killed.Line)
                : Weight.Moderate.For($"{killed.Text}: signal 9 is what the OOM killer sends").At(killed.File, killed.Line));
        }

        if (incident.Peer is { } peer && ServiceReading.For(peer, seen) is { Result: "oom-kill" } unit)
        {
            scales.Weigh("unit", Sources.Machine, Weight.Decisive.For(ServiceReading.Ended(unit)));
        }

        if (incident.Kind is SymptomKind.ClosedEarly or SymptomKind.Reset && incident.Instance.FromFiles)
        {
            // The kernel ends a process of a control group whose next page does not fit (mm/memcontrol.c): a listing a moment before shows it nearly full.
            scales.Weigh(seen.Ask(new Containers()), fact => fact.All.FirstOrDefault(container => container.MemoryShare is >= NearlyFull && !container.Name.Contains("nginx", StringComparison.OrdinalIgnoreCase)) is { } full
                ? Weight.Strong.For($"container {full.Name} uses {Math.Round(full.MemoryShare!.Value * 100)} % of its limit on memory")
                : Weight.None);
        }

        scales.Weigh(seen.Ask(AppLogReading.Kernel(seen)), _ => deaths.KernelSilent == true && deaths.Last(DeathKind.Memory) is null
            ? Weight.Moderate.Against("the kernel killed nothing for memory")
            : Weight.None);
        DeathScales.WeighRival(deaths, scales, DeathKind.Memory, DeathKind.Killed);
        DeathScales.MissLog(incident, seen, scales);
        DeathScales.WeighPhase(incident, deaths, scales);
        DeathScales.WeighStarts(incident, seen, deaths, scales);
    }

    public override string Describe(Incident incident, Observations seen)
        => DeathScales.IsStandardError(incident) ? $"a PHP script behind {incident.UpstreamText} needs more memory than memory_limit" : $"a worker behind {incident.UpstreamText} is ended because memory ran out";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var limit = SettingsReading.Of(incident, seen)?.FactOrNull?.Memory;
        var free = seen.Known(new MachineState())?.MemoryAvailable;
        var unit = SocketReading.ServingProcesses(incident, incident.Peer, seen).Select(process => process.Unit).FirstOrDefault(name => name?.EndsWith(".service", StringComparison.Ordinal) == true);
        var more = !DeathScales.IsStandardError(incident) && LimitReading.AppMemory(incident, seen) is { } question ? MemoryLimitFix.More(unit, seen.Ask(question).FactOrNull) : [];
        return DeathScales.Repair(
            incident,
            seen,
            "Let the request need less memory, or give it more where there is more.",
            [
                new FixStep($"See what {(incident.Routes.Count > 0 ? incident.Routes[0] : "the request")} loads at once (a whole file, table or image) and have it done in parts."),
                .. more.Count > 0 ? more
                    : [new FixStep($"{(limit is { IsUnlimited: false } ? $"The limit is {limit}. " : "")}Raise it only as far as every worker may use it at the same time{(free is { } bytes ? $"; {bytes / (1024 * 1024)} MiB are available now" : "")}.")],
            ]);
    }
}
