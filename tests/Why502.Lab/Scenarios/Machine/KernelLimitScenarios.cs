using System.Globalization;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Limits of the kernel that hit every app: its table of connections, and a control group's processor time.</summary>
public sealed class KernelLimitScenarios
{
    private const string HeaderTimeout = "(110: Connection timed out) while reading response header from upstream";

    [SkippableFact]
    public void TrackingTableFull_IsConnectionTracking() => LabMachine.Run(nameof(TrackingTableFull_IsConnectionTracking), machine =>
    {
        Programs.Require("nft");
        var max = machine.Execute("cat", "/proc/sys/net/netfilter/nf_conntrack_max").Output.Trim();
        Skip.If(!int.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out var entries) || entries > 300_000, $"nf_conntrack_max is '{max}'");
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_connect_timeout 1s;"));
        new Client(machine).MustGet(200, "/", times: 10);

        // What clients do is not tracked, as on a machine that serves the web; the packets that fill the table end behind the tracker.
        machine.Shell("""
            nft -f - <<'RULES'
            table inet lab {
                chain before { type filter hook prerouting priority raw; tcp dport 8080 notrack; tcp sport 8080 notrack; }
                chain out { type filter hook output priority raw; tcp dport 8080 notrack; tcp sport 8080 notrack; }
                chain in { type filter hook input priority 0; ip saddr 127.9.0.0/16 drop; ct state new counter accept; }
            }
            RULES
            """);
        var program = machine.Write("conntrack.py", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Apps", "conntrack.py")));
        machine.Execute(TimeSpan.FromSeconds(120), Programs.Find("python3")!, program, max);
        new Client(machine).MustGet(504, "/", times: 2);
        Examination.Faulty(machine, nginx, new Expected("connection-tracking-full")
        {
            Symptom = "(110: Connection timed out) while connecting to upstream",
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
            UnprivilegedMay = ["connect-timeout", "firewall-blocked", "listen-queue-full", "worker-pool-exhausted"],
        });
    });

    /// <summary>Two apps that have nothing in common share a quota, and both are slow.</summary>
    [SkippableFact]
    public void AppsThrottledByTheirQuota_IsHostOverloaded() => LabMachine.Run(nameof(AppsThrottledByTheirQuota_IsHostOverloaded), machine =>
    {
        var shop = Burn(machine, 3000, "shop");
        var stock = Burn(machine, 3001, "stock");
        var nginx = NginxServer.Start(machine, TwoSites());
        using var quota = Quota.Of(machine, milliseconds: 4, shop, stock);
        using var load = new Client(machine).Keep("/", senders: 2);
        using var other = new Client(machine, host: "stock.example.com").Keep("/", senders: 2);
        nginx.WaitForLogged(HeaderTimeout);
        Thread.Sleep(1500);
        Examination.Faulty(machine, nginx, new Expected("host-overloaded")
        {
            Symptom = HeaderTimeout,
            Directive = "proxy_pass http://127.0.0.1:300",
            Also = ["host-overloaded"],
            UnprivilegedMay = ["worker-pool-exhausted", "upstream-slow", "timeout-too-short"],
        });
    });

    /// <summary>One app is slow by itself, and the other answers at once: however busy the machine is, it is not the machine.</summary>
    [SkippableFact]
    public void OneAppBusyTheOtherPrompt_IsNotTheHost() => LabMachine.Run(nameof(OneAppBusyTheOtherPrompt_IsNotTheHost), machine =>
    {
        TcpPeer.Start(machine, "hang", "127.0.0.1:3000", name: "shop");
        Node.Start(machine, 3001, name: "stock");
        var nginx = NginxServer.Start(machine, TwoSites());
        using var load = new Client(machine).Keep("/", senders: 2);
        using var other = new Client(machine, host: "stock.example.com").Keep("/", senders: 1);
        nginx.WaitForLogged(HeaderTimeout);
        Thread.Sleep(1500);
        var diagnosis = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.NotEmpty(diagnosis.Findings);
        Assert.DoesNotContain(diagnosis.Findings, finding => finding is { Cause: "host-overloaded", Confidence: >= 0.1 });
    });

    private static string TwoSites()
        => Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeout 1s;") + "\n" + Site.Proxy("http://127.0.0.1:3001", "proxy_read_timeout 1s;", name: "stock.example.com");

    private static LabProcess Burn(LabMachine machine, int port, string name)
    {
        var program = machine.Write($"{name}/burn.py", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Apps", "burn.py")));
        var process = machine.Start(name, "setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--", Programs.Find("python3")!, program, port.ToString(CultureInfo.InvariantCulture), "60000");
        machine.WaitForPort(port);
        return process;
    }

    /// <summary>A control group with a quota, of version 2 or 1, which goes with its processes.</summary>
    private sealed class Quota : IDisposable
    {
        private readonly string _group;
        private readonly LabProcess[] _processes;

        private Quota(string group, LabProcess[] processes)
        {
            _group = group;
            _processes = processes;
        }

        public static Quota Of(LabMachine machine, int milliseconds, params LabProcess[] processes)
        {
            var name = "why502-lab-" + Guid.NewGuid().ToString("N")[..8];
            var isVersion1 = Directory.Exists("/sys/fs/cgroup/cpu");
            var group = $"/sys/fs/cgroup/{(isVersion1 ? "cpu/" : "")}{name}";
            try
            {
                Directory.CreateDirectory(group);
                File.WriteAllText($"{group}/{(isVersion1 ? "cpu.cfs_quota_us" : "cpu.max")}", isVersion1 ? $"{milliseconds}000" : $"{milliseconds}000 100000");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Skip.If(true, $"control groups cannot be made here: {e.Message}");
            }

            foreach (var process in processes)
            {
                // The machine's own process numbers: the file takes those of whoever writes.
                machine.Shell($"echo {process.Pid} >{group}/cgroup.procs");
            }

            return new Quota(group, processes);
        }

        public void Dispose()
        {
            foreach (var process in _processes)
            {
                process.Kill();
            }

            Poll.Until(() => File.ReadAllText($"{_group}/cgroup.procs").Length == 0, "the control group to empty");
            Directory.Delete(_group);
        }
    }
}
