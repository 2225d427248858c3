using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>The machine is short of processor, memory or disk, and every app on it is slow.</summary>
public sealed class HostOverloaded : Cause
{
    /// <summary>An answer that takes so long is slow, whatever the app: its usual time is not known here.</summary>
    private const double SlowSeconds = 1;

    private const double PromptSeconds = 0.5;

    /// <summary>Percent of the processors' time; half of it is far beyond what a backup causes.</summary>
    private const double IoWaitMax = 50;

    public override CauseInfo Info { get; } = new()
    {
        Id = "host-overloaded",
        Family = CauseFamily.Capacity,
        Title = "The machine itself is overloaded",
        Explanation = """
            the app waits for a processor, for memory that is swapped, or for a disk, and so does everything else: apps that have
            nothing to do with each other become slow together. The kernel's pressure (PSI) says what is waited for; a control
            group's quota (CPUQuota=, a container's limit) does the same to the apps in it while the machine is idle.
            One slow app on a machine with room is its own fault: worker-pool-exhausted, upstream-slow. A busy machine that answers
            in time has no fault.
            """,
        LookAlikes = ["worker-pool-exhausted", "upstream-slow", "host-memory-exhausted", "timeout-too-short"],
        Remedy = "Find what takes the processor, memory or disk and end or limit it; raise the quota that throttles; else more machine.",
        DoNot = "Do not add workers: more of them share the same processors.",
        ProxyError = "http_response_timeout",
        Statuses = ["504", "502"],
        Prior = Prior.Rare,
        Example = new(
            "Two apps that have nothing in common are slow, and tasks wait for a processor.",
            "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /fast HTTP/1.1\", upstream: \"http://127.0.0.1:8000/fast\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Listens("127.0.0.1:9100", "node", 813).Load("127.0.0.1:8000", queue: 3, backlog: 2048, workers: 2, busy: 2).Answered("/other", 200, "127.0.0.1:9100", 4.2, 30).Pressed(cpu: 88, load: 9)),
        NearMiss = new(
            "The machine is busy, and the other app answers at once.",
            "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /fast HTTP/1.1\", upstream: \"http://127.0.0.1:8000/fast\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Listens("127.0.0.1:9100", "node", 813).Load("127.0.0.1:8000", queue: 3, backlog: 2048, workers: 2, busy: 2).Answered("/other", 200, "127.0.0.1:9100", 0.02, 30).Pressed(cpu: 40, load: 1.5),
            Expect: "worker-pool-exhausted"),
    };

    public override bool Applies(Incident incident)
        => incident is { Kind: SymptomKind.TimedOut, Phase: Phase.Header or Phase.Send or Phase.Connect or Phase.Body } && incident.Peer is not null;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var machine = seen.Ask(new MachineState()).FactOrNull;
        if (Addresses.IsLocal(incident.Peer!, machine) == false)
        {
            scales.Weigh("elsewhere", Sources.Config, Weight.Strong.Against($"{incident.Peer} is another machine: what this one lacks does not slow it down"));
            return;
        }

        var slow = incident.Neighbours.Where(neighbour => IsHere(neighbour, machine) && (neighbour.TimedOut > 0 || neighbour.Seconds >= SlowSeconds)).ToList();
        var prompt = incident.Neighbours.Where(neighbour => IsHere(neighbour, machine) && neighbour is { TimedOut: 0, Answered: > 2, Seconds: < PromptSeconds }).ToList();
        if (prompt.Count > 0 && slow.Count == 0)
        {
            scales.Weigh("neighbours", Sources.AccessLog, Weight.Strong.Against($"{prompt[0].Upstream} on this machine answers meanwhile, 95 % within {Words.Seconds(prompt[0].Seconds!.Value)}"));
        }
        else if (slow.Count > 0)
        {
            // Apps that fail together may as well wait for one database: what the machine lacks is for its pressure to say.
            scales.Weigh("neighbours", Sources.AccessLog, (slow.Count > prompt.Count ? Weight.Moderate : Weight.Weak).For(slow[0].TimedOut > 0
                ? $"{slow[0].Upstream}, another app of this machine, times out too"
                : $"{slow[0].Upstream}, another app of this machine, takes {Words.Seconds(slow[0].Seconds!.Value)} too"));
        }

        scales.Weigh(seen.Ask(LimitReading.PressureOf(incident, seen)), pressure =>
            OverloadReading.Throttled(pressure) is { } throttled
                ? Weight.Decisive.For($"control group {throttled.Path} may use {throttled.Quota:0.##} processors and was stopped in {throttled.Throttled} of {throttled.Periods} periods just now")

            // Both together are what the cause is: its workers are busy then as well, because they wait for the machine.
            : Shortage(pressure) is { } why ? (slow.Count > prompt.Count ? Weight.Decisive : incident.Instance.FromFiles && prompt.Count == 0 ? Weight.Strong : Weight.Weak).For(why)

            // Pasted output is of a moment that nobody knows.
            : (incident.Instance.FromFiles ? Weight.Moderate : Weight.Strong).Against($"the machine has room: {Room(pressure)}"));
    }

    private static bool IsHere(Neighbour neighbour, MachineStateFact? machine)
        => Nginx.Endpoint.TryParse(neighbour.Upstream, 0, out var peer) && Addresses.IsLocal(peer, machine) == true;

    /// <summary>
    /// PSI counts the part of time in which somebody waited; a machine may be used to the full and serve well, so only far beyond
    /// that it is a shortage (Documentation/accounting/psi.rst; systemd-oomd acts from 60 % on).
    /// </summary>
    private static string? Shortage(MachinePressureFact pressure) => pressure switch
    {
        { Memory.Full10: > 10 } => $"every task waited for memory in {pressure.Memory.Full10:0} % of the last 10 s{(pressure.SwapPages > 0 ? $", {pressure.SwapPages} pages swapped in a second" : "")}",
        { SwapPages: > 2000 } => $"{pressure.SwapPages} pages are swapped in a second",
        { Io.Full10: > 40 } => $"every task waited for a disk in {pressure.Io.Full10:0} % of the last 10 s",
        { Steal: > 30 } => $"the hypervisor keeps {pressure.Steal:0} % of the processors for others",
        { Cpu.Some10: > 60 } => $"tasks waited for a processor in {pressure.Cpu.Some10:0} % of the last 10 s (load {pressure.Load1:0.0} on {pressure.Cores} cores)",
        { Io: null, IoWait: { } waited } when waited > IoWaitMax => $"the processors wait for a disk in {waited:0} % of their time{(pressure.Load1 is { } tasks ? $", load {tasks:0.0}" : "")}",
        { Cpu: null, Cores: > 0, Load1: { } load } when load > pressure.Cores * 3 => $"the load is {load:0.0} on {pressure.Cores} cores",
        _ => null,
    };

    private static string Room(MachinePressureFact pressure)
        => pressure.Cores == 0 ? $"{(pressure.Busy is { } busy ? $"its processors are used to {busy:0} %" : "nothing is waited for")}{(pressure.Load1 is { } load ? $", load {load:0.0}" : "")}"
            : pressure.Cpu is { } cpu ? $"tasks waited for a processor in {cpu.Some10:0} % of the last 10 s, load {pressure.Load1:0.0} on {pressure.Cores} cores" : $"load {pressure.Load1:0.0} on {pressure.Cores} cores";

    public override string Describe(Incident incident, Observations seen)
        => seen.Known(LimitReading.PressureOf(incident, seen)) is { } pressure
            ? OverloadReading.Throttled(pressure) is { } group ? $"{group.Unit ?? group.Path} is throttled to {group.Quota:0.##} processors"
                : $"the machine is overloaded{(Shortage(pressure) is { } why ? $": {why}" : "")}"
            : "the machine itself is overloaded";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var pressure = seen.Known(LimitReading.PressureOf(incident, seen));
        if (pressure is not null && OverloadReading.Throttled(pressure) is { } group)
        {
            return new Fix
            {
                Summary = $"Raise the processor quota of {group.Unit ?? group.Path}.",
                Steps =
                [
                    new($"It may use {group.Quota:0.##} of {pressure.Cores} processors and was stopped in {100 * group.ThrottledEver:0} % of all its periods. {(group.Unit is { } unit ? $"CPUQuota={Math.Max(100, (int)(group.Quota * 200))}% in a drop-in of {unit}" : "Raise its processor quota (cpu.max, in version 1 cpu.cfs_quota_us; a container's --cpus)")}, or fewer workers than processors."),
                ],
            };
        }

        return new Fix
        {
            Summary = "Find what takes the processor, memory or disk, and end or limit it.",
            Steps =
            [
                new("Who uses the processors, the most first.", "ps -eo pid,pcpu,rss,comm --sort=-pcpu | head -15"),
                new("What is waited for.", "cat /proc/pressure/cpu /proc/pressure/memory /proc/pressure/io"),
            ],
            Later = "CPUQuota=, MemoryMax= or Nice= for what is not urgent (backups, builds), so that the apps keep their share.",
        };
    }
}
