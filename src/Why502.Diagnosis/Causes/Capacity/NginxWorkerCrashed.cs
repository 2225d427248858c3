using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>A worker process of nginx itself died, and every request it held with it.</summary>
public sealed class NginxWorkerCrashed : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "nginx-worker-crashed",
        Family = CauseFamily.Capacity,
        Title = "A worker process of nginx itself died",
        Explanation = """
            "worker process N exited on signal 11" means that nginx crashed: a third-party module, a module built for another
            version, a library that was replaced while nginx ran, a bug. The clients of that worker get an empty reply; the master
            starts another one. Signal 9 is somebody's kill, mostly the kernel's for memory; then the kernel's log has it.
            When the app dies, nginx lives and writes "upstream prematurely closed": worker-crashed.
            """,
        LookAlikes = ["worker-crashed", "host-memory-exhausted", "worker-out-of-memory"],
        Remedy = "Update nginx together with its modules, take out third-party modules one by one, and get a core dump.",
        DoNot = "Do not restart nginx in a loop: the same request crashes the next worker.",
        ProxyError = "proxy_internal_error",
        Statuses = ["empty reply"],
        Example = new(
            "A worker ends on SIGSEGV.",
            "worker process 821 exited on signal 11 (core dumped)",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "The app dies while it answers.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
    };

    public override bool Applies(Incident incident)
        => incident.Candidates.Contains(Id) || (incident.Event is { Kind: AppEventKind.Segfault, Process: { } process } && NginxFamily.HasProgram(process));

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var killed = Signals(incident) is 9;
        if (incident.Kind == SymptomKind.OutOfResource)
        {
            // ngx_process_get_status() writes this when waitpid(2) says WTERMSIG: the worker did not end by itself.
            scales.Weigh("message", Sources.ErrorLog, killed
                ? Weight.Moderate.For("a worker of nginx was killed by signal 9")
                : Weight.Decisive.For("a worker of nginx ended on a signal that only a crash sends"));
        }
        else if (incident.Event is { Kind: AppEventKind.Segfault } crash)
        {
            scales.Weigh("kernel", Sources.KernelLog, Weight.Decisive.For(crash.Text).At(crash.Line.File, crash.Line.Line));
        }

        scales.Weigh(seen.Ask(AppLogReading.Kernel(seen)), log =>
            log.Events.LastOrDefault(logged => logged.Kind == AppEventKind.Segfault && logged.Process is { } process && NginxFamily.HasProgram(process) && Mentions(incident, logged.Pid)) is { } fault
                ? Weight.Strong.For(fault.Text).At(fault.Line.File, fault.Line.Line).From(Sources.KernelLog)
            : killed && log.Events.LastOrDefault(logged => logged.Kind == AppEventKind.OomKill && logged.Process is { } process && NginxFamily.HasProgram(process)) is { } oom
                ? Weight.Strong.Against($"the kernel killed it for memory: {oom.Text}").From(Sources.KernelLog)
            : Weight.None);
    }

    /// <summary>Kernels of several containers share one log: the process number ties its line to this nginx's.</summary>
    private static bool Mentions(Incident incident, int? pid)
        => pid is { } number && incident.Samples.Any(line => line.Text.Contains($" {number} exited", StringComparison.Ordinal));

    private static int? Signals(Incident incident)
    {
        const string Before = "exited on signal ";
        var at = incident.Message.IndexOf(Before, StringComparison.Ordinal);
        return at >= 0 && int.TryParse(incident.Message[(at + Before.Length)..].Split(' ', '(')[0], out var signal) ? signal : null;
    }

    public override string Describe(Incident incident, Observations seen)
        => Signals(incident) is { } signal ? $"a worker process of nginx died on signal {signal}{(signal switch { 11 => " (SIGSEGV)", 6 => " (SIGABRT)", 7 => " (SIGBUS)", 9 => " (SIGKILL)", 4 => " (SIGILL)", _ => "" })}" : "a worker process of nginx crashed";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var modules = incident.Configuration?.Root.Where(directive => directive.Name == "load_module" && directive.Arguments.Count > 0).ToList() ?? [];
        var steps = new List<FixStep>();
        if (Signals(incident) == 9)
        {
            steps.Add(new("Somebody or the kernel killed it: look into the kernel's log for an OOM kill, and at who may send signals.", "journalctl -k --since -1h"));
        }
        else if (modules.Count > 0)
        {
            steps.Add(new($"{modules.Count} dynamic modules are loaded ({string.Join(", ", modules.Take(4).Select(module => $"{module.Arguments[0]} at {module.At}"))}): one built for another nginx than {incident.Instance.Release?.Version ?? "the installed one"} crashes it. Update them together, or take out those of third parties one by one."));
        }
        else
        {
            steps.Add(new($"Update nginx{(incident.Instance.Release?.Version is { } version ? $" ({version} runs)" : "")} and its libraries; if they were just updated, restart nginx once, so that it does not run on replaced files."));
        }

        steps.Add(new("A core dump names the function: worker_rlimit_core and working_directory in nginx.conf, or coredumpctl.", "coredumpctl list nginx"));
        return new Fix { Summary = "Find out which module or library crashes nginx.", Steps = steps };
    }
}
