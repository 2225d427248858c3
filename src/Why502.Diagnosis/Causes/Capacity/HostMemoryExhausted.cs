using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>The machine, or the control group that nginx runs in, has no memory left.</summary>
public sealed class HostMemoryExhausted : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "host-memory-exhausted",
        Family = CauseFamily.Capacity,
        Title = "The machine has no memory left",
        Explanation = """
            malloc(), fork() and accept() of nginx fail with "12: Cannot allocate memory", or the kernel kills one process after the
            other ("Out of memory: Killed process"). The same errno comes from a limit: a control group's memory.max, RLIMIT_AS
            (ulimit -v), or vm.overcommit_memory=2 with its commit limit reached while memory is free. fork() with 11 is a limit on
            the number of processes.
            One app that is killed again and again in its own control group is worker-out-of-memory.
            """,
        LookAlikes = ["worker-out-of-memory", "host-overloaded", "nginx-worker-crashed", "file-descriptors-exhausted"],
        Remedy = "See who holds the memory and give that a limit; add memory or swap; lower the number of workers that can be in use at once.",
        DoNot = "Do not restart what was killed in a loop: it takes the memory again, and the kernel picks the next victim.",
        ProxyError = "proxy_internal_error",
        Statuses = ["500", "502"],
        Example = new(
            "malloc() of a worker fails, and one part in a hundred of the memory is left.",
            "malloc(16384) failed (12: Cannot allocate memory), client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Memory(available: 0.01)),
        NearMiss = new(
            "The worker may open no more files: another limit.",
            "accept4() failed (24: Too many open files)",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812),
            Expect: "file-descriptors-exhausted"),
    };

    public override bool Applies(Incident incident)
        => incident.Candidates.Contains(Id) && incident.Kind is SymptomKind.OutOfResource or SymptomKind.AppLogged or SymptomKind.OtherMessage
            || incident is { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset, Peer: not null };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident is { Kind: SymptomKind.OutOfResource, Resource: Resource.Memory })
        {
            // ENOMEM and ENOBUFS of malloc(3), fork(2), accept(2), mmap(2): nothing else answers so. EAGAIN of fork(2) is RLIMIT_NPROC or pids.max.
            scales.Weigh("errno", Sources.ErrorLog, incident.Errno == 11
                ? Weight.Moderate.For("fork() failed with 11: no further process is allowed")
                : Weight.Decisive.For($"a call of nginx failed with errno {incident.Errno}: no memory"));
            scales.Weigh(seen.Ask(LimitReading.Memory(incident)), fact => Short(fact) is { } why ? Weight.Strong.For(why) : Weight.None);
        }
        else if (incident.Event is { Kind: AppEventKind.OomKill } or { Kind: AppEventKind.MemoryExhausted, Log: AppLogKind.Kernel })
        {
            scales.Weigh("kernel", Sources.KernelLog, InGroup(incident.Event) ? Weight.Moderate.Against("the limit of one control group was reached, not the machine's")
                : incident.Event is { Process: { } victim } && NginxFamily.HasProgram(victim) && incident.Event.Text.Contains("CONSTRAINT_NONE", StringComparison.Ordinal) ? Weight.Moderate.For("the kernel ran out of memory as a whole, and took nginx") // mm/oom_kill.c: no control group's limit, and no node's
                : Weight.Weak.For("the kernel ran out of memory as a whole"));
        }
        else if (incident.Event is { Kind: AppEventKind.ForkFailed } refused)
        {
            // ENOMEM of fork(2).
            scales.Weigh("app log", Sources.AppLog, Weight.Strong.For(refused.Text).At(refused.Line.File, refused.Line.Line));
        }

        scales.Weigh(seen.Ask(AppLogReading.Kernel(seen)), log => Victims(log) switch
        {
            { Count: > 1 } several => Weight.Strong.For($"the kernel killed several processes for memory: {string.Join(", ", several.Take(4))}"),
            { Count: 1 } one => Weight.Weak.For($"the kernel killed {one[0]} for memory"),
            _ when incident.Kind is SymptomKind.ClosedEarly or SymptomKind.Reset or SymptomKind.OutOfResource && incident.Resource != Resource.Memory => Weight.Strong.Against("the kernel killed nothing for memory"),
            _ => Weight.None,
        });
        if (incident.Kind is SymptomKind.ClosedEarly or SymptomKind.Reset)
        {
            // What the machine as a whole lacks hits more than one server, and nginx's own calls, which say 12.
            scales.Weigh("scope", Sources.ErrorLog, Weight.Moderate.Against("no call of nginx itself failed for memory"));
        }
    }

    /// <summary>Different processes that the kernel killed for the whole machine's sake.</summary>
    private static IReadOnlyList<string> Victims(AppLogFact log)
        => [.. log.Events.Where(logged => logged.Kind == AppEventKind.OomKill && !InGroup(logged)).Select(logged => logged.Process).OfType<string>().Distinct()];

    /// <summary>"Memory cgroup out of memory" (mm/memcontrol.c), constraint=CONSTRAINT_MEMCG (mm/oom_kill.c).</summary>
    private static bool InGroup(AppLogEvent logged)
        => logged.Text.Contains("emory cgroup", StringComparison.Ordinal) || logged.Text.Contains("CONSTRAINT_MEMCG", StringComparison.Ordinal);

    private static string? Short(MemoryUseFact fact)
        => fact.Processes.FirstOrDefault(process => process.AddressSpaceLimit is { } limit && process.AddressSpace > limit / 2) is { } bound
            ? $"{bound.Name}[{bound.Pid}] has an address space of {MiB(bound.AddressSpace)} of {MiB(bound.AddressSpaceLimit!.Value)} allowed (RLIMIT_AS)"
            : fact.Groups.FirstOrDefault(group => group.Full || group.OomKills > 0) is { } group
                ? $"control group {group.Path} uses {MiB(group.Current)} of {MiB(group.Max)}{(group.OomKills > 0 ? $", {group.OomKills} kills" : "")}"
            : fact is { OvercommitMode: 2, Committed: { } committed, CommitLimit: { } limit2 } && committed > limit2 * 0.95
                ? $"vm.overcommit_memory is 2, and {MiB(committed)} of {MiB(limit2)} are committed"
            : fact.Exhausted ? $"{MiB(fact.Available)} of {MiB(fact.Total)} are available{(fact.SwapTotal > 0 ? $", and {MiB(fact.SwapFree)} of {MiB(fact.SwapTotal)} swap" : ", and there is no swap")}"
            : null;

    private static string MiB(long bytes) => $"{bytes / (1024 * 1024)} MiB";

    public override string Describe(Incident incident, Observations seen)
        => seen.Known(LimitReading.Memory(incident)) is { } fact && Short(fact) is { } why ? $"no memory is left: {why}" : "no memory is left for nginx and its neighbours";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var fact = seen.Known(LimitReading.Memory(incident));
        var limited = fact?.Processes.Any(process => process.AddressSpaceLimit is { } limit && process.AddressSpace > limit / 2) == true;
        return new Fix
        {
            Summary = limited ? "Take away nginx's limit on address space." : "Free memory, and give what takes it a limit.",
            Steps =
            [
                limited ? new("LimitAS of nginx's unit (or ulimit -v of who starts it) is below what nginx with its shared zones maps; remove it and restart nginx.")
                    : new("See who holds it, the largest first.", "ps -eo pid,rss,comm --sort=-rss | head -15"),
                new($"Lower what can be in use at once (workers × memory of one) below what there is{(fact is null ? "" : $": {MiB(fact.Total)} in all, {MiB(fact.Available)} available")}, or add memory."),
            ],
            Later = "MemoryMax= in the unit of the app that grows: then the kernel ends that app, and not its neighbours.",
        };
    }
}
