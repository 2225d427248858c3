namespace Why502.Logs;

/// <summary>The kernel's words (mm/oom_kill.c, arch/x86/mm/fault.c, net/netfilter/nf_conntrack_core.c, net/ipv4/tcp_input.c, net/netfilter/xt_LOG).</summary>
internal static class KernelRules
{
    public static AppRule[] All { get; } =
    [
        new("oom-kill:constraint=", AppEventKind.OomKill, static (t, at, e) => e with
        {
            Pid = (int?)TextScan.NumberAfter(t, ",pid=", at),
            Process = TextScan.Between(t, ",task=", ",", at),
            Source = TextScan.Between(t, ",task_memcg=", ",", at),
        }),
        new("Killed process ", AppEventKind.OomKill, Killed),
        new("Kill process ", AppEventKind.OomKill, Killed),

        // mm/memcontrol.c, before Linux 5.0: the group whose limit it was is the victim's or one above it. mm/oom_kill.c names who asked for memory, and that may be another.
        new(" killed as a result of limit of ", AppEventKind.OomKill, static (t, at, e) => t.LastIndexOf("Task in /", at, StringComparison.Ordinal) >= 0 ? e with { Source = TextScan.WordAfter(t, "Task in ") } : null),
        new(" invoked oom-killer: ", AppEventKind.OomInvoked, static (t, at, e) => e with { Process = t[..at].Trim().Split(' ')[^1] }),

        // mm/oom_kill.c, dump_tasks(): the head of the table that is written each time before one of its processes is chosen.
        new("oom_score_adj name", AppEventKind.OomInvoked, static (t, at, e) => t.Contains("total_vm", StringComparison.Ordinal) ? e : null),
        new(": segfault at ", AppEventKind.Segfault, Crashed),
        new("] general protection", AppEventKind.Segfault, static (t, at, e) => Crashed(t, at + 1, e)),
        new("] trap ", AppEventKind.Segfault, static (t, at, e) => Crashed(t, at + 1, e)),
        new(": unhandled signal 11", AppEventKind.Segfault, Crashed),
        new(": potentially unexpected fatal signal ", AppEventKind.Segfault, static (t, at, e) =>
            TextScan.NumberAfter(t, "fatal signal ", at) is { } signal ? Crashed(t, at, e) is { } crashed ? crashed with { Signal = (int)signal } : null : null),
        new("nf_conntrack: table full", AppEventKind.ConntrackFull),
        new("ip_conntrack: table full", AppEventKind.ConntrackFull),
        new("Possible SYN flooding on port ", AppEventKind.SynFlood, Flooded),
        new(" SRC=", AppEventKind.PacketLogged, Packet),
        new("VFS: file-max limit ", AppEventKind.FilesExhausted, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "limit ", at) }),
        new("TCP: out of memory -- consider tuning tcp_mem", AppEventKind.MemoryExhausted),
        new("blocked for more than ", AppEventKind.HungTask, static (t, at, e) => e with { Seconds = TextScan.NumberAfter(t, "more than ", at), Process = TextScan.WordAfter(t, "task ") }),
    ];

    /// <summary>
    /// <c>Out of memory: Killed process 812 (node) total-vm:…kB, anon-rss:…kB</c> (also "Memory cgroup out of memory"), and before Linux 5.1
    /// <c>Out of memory: Kill process 812 (node) score 900 or sacrifice child</c> followed by a bare <c>Killed process 812 (node) total-vm:…</c>.
    /// </summary>
    private static AppLogEvent? Killed(string text, int at, AppLogEvent e)
    {
        bool kernel = text.Contains("ut of memory", StringComparison.Ordinal) || text.IndexOf("total-vm:", at, StringComparison.Ordinal) > 0;
        return kernel
            ? e with { Pid = (int?)TextScan.NumberAfter(text, " process ", at), Process = TextScan.Between(text, "(", ")", at), Value = TextScan.NumberAfter(text, "anon-rss:", at) }
            : null;
    }

    /// <summary><c>php-fpm[812]: segfault at …</c>, <c>traps: node[812] trap invalid opcode …</c></summary>
    private static AppLogEvent? Crashed(string text, int at, AppLogEvent e)
    {
        int open = text.LastIndexOf('[', at);
        if (open <= 0 || TextScan.NumberAt(text, open + 1) is not { } pid)
        {
            return null;
        }

        int start = text.LastIndexOf(' ', open) + 1;
        return e with { Process = text[start..open], Pid = (int)pid, Signal = 11 };
    }

    /// <summary><c>port 8080.</c>, since Linux 6.1 <c>port 0.0.0.0:8080.</c> or <c>port [::]:8080.</c></summary>
    private static AppLogEvent? Flooded(string text, int at, AppLogEvent e)
    {
        string? word = TextScan.WordAfter(text, "on port ", at);
        int colon = word?.LastIndexOf(':') ?? -1;
        return e with { Port = word is null ? null : (int?)TextScan.NumberAt(word, colon + 1), Address = colon > 0 ? word : null };
    }

    private static AppLogEvent? Packet(string text, int at, AppLogEvent e) =>
        text.IndexOf(" DST=", at, StringComparison.Ordinal) < 0 || text.LastIndexOf("IN=", at, StringComparison.Ordinal) < 0 ? null
            : e with { Address = TextScan.WordAfter(text, " DST=", at), Port = (int?)TextScan.NumberAfter(text, " DPT=", at) };
}
