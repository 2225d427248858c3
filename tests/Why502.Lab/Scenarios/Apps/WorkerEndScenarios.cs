using System.Globalization;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>The worker that has the request ends: of a signal, of an exception, for memory, by its own server's clock.</summary>
public sealed class WorkerEndScenarios
{
    private const string Crashed = "worker-crashed";
    private const string TimedOut = "worker-killed-by-timeout";
    private const string Starved = "worker-out-of-memory";

    [SkippableTheory]
    [InlineData("127.0.0.1:9000", "127.0.0.1:9000")]
    [InlineData("/run/php.sock", "unix:/run/php.sock")]
    public void PhpChildDiesOfSignal11_IsCrashed(string listen, string pass) => LabMachine.Run(nameof(PhpChildDiesOfSignal11_IsCrashed), machine =>
    {
        var php = PhpFpm.Start(machine, listen, routes: new Route("/pdf") { Signal = 11 });
        var nginx = NginxServer.Start(machine, Site.FastCgi(pass, php.Folder + "/index.php"));
        Fail(machine, "/pdf", 4);
        Examination.Faulty(machine, nginx, Expect(nginx, Crashed, "fastcgi_pass"));
    });

    [SkippableTheory]
    [InlineData("timed")]
    [InlineData("combined")]
    public void PhpOverItsTerminateTimeout_IsKilledByTimeout(string accessLog) => LabMachine.Run(nameof(PhpOverItsTerminateTimeout_IsKilledByTimeout), machine =>
    {
        var php = PhpFpm.Start(machine, "/run/php.sock", "request_terminate_timeout = 1s", routes: new Route("/report") { Sleep = [20] });
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php.sock", php.Folder + "/index.php"), accessLog);
        Fail(machine, "/report", 3);
        Examination.Faulty(machine, nginx, Expect(nginx, TimedOut, "fastcgi_pass"));
    });

    /// <summary>A server without workers ends itself, says nothing, and a loop starts it again: the same route fails each time.</summary>
    [SkippableFact]
    public void ServerThatEndsItself_IsCrashed() => LabMachine.Run(nameof(ServerThatEndsItself_IsCrashed), machine =>
    {
        Programs.Require("python3");
        var script = machine.Write("app.py", "import http.server, os\nclass H(http.server.BaseHTTPRequestHandler):\n    def do_GET(self):\n        if self.path == '/exit': os._exit(3)\n        self.send_response(200); self.send_header('Content-Length', '2'); self.end_headers(); self.wfile.write(b'ok')\n    def log_message(self, *a): pass\nhttp.server.ThreadingHTTPServer(('127.0.0.1', 8000), H).serve_forever()\n");
        machine.Start("loop", "sh", "-c", $"while :; do python3 {script}; done");
        machine.WaitForPort(8000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        var client = new Client(machine);
        for (var i = 0; i < 4; i++)
        {
            client.MustGet(200, "/", times: 5);
            client.MustGet(502, "/exit");
            Thread.Sleep(TimeSpan.FromSeconds(1));
            machine.WaitForPort(8000);
        }

        Examination.Faulty(machine, nginx, new Expected(Crashed) { Symptom = "while reading response header from upstream", Directive = "proxy_pass", UnprivilegedMay = ["upstream-closed-early"] });
    });

    [SkippableFact]
    public void PhpOverItsMemoryLimit_IsOutOfMemory() => LabMachine.Run(nameof(PhpOverItsMemoryLimit_IsOutOfMemory), machine =>
    {
        var php = PhpFpm.Start(machine, "127.0.0.1:9000", "php_admin_value[memory_limit] = 24M\nphp_admin_flag[log_errors] = on\nphp_admin_value[error_log] =", routes: new Route("/import") { Memory = 64 });
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", php.Folder + "/index.php"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        client.MustGet(500, "/import", times: 4);
        Examination.Faulty(machine, nginx, new Expected(Starved)
        {
            Symptom = "Allowed memory size of",
            Directive = "fastcgi_pass",
            Confidence = 0.8,
        });
    });

    [SkippableFact]
    public void PhpExceptions_AreTheAppsOwn() => LabMachine.Run(nameof(PhpExceptions_AreTheAppsOwn), machine =>
    {
        var php = PhpFpm.Start(machine, "127.0.0.1:9000", "php_admin_flag[log_errors] = on\nphp_admin_value[error_log] =", routes: new Route("/bug") { Throw = true });
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", php.Folder + "/index.php"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 20);
        client.MustGet(500, "/bug", times: 4);
        nginx.WaitForLogged("PHP Fatal error");
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void GunicornWorkerOverItsTimeout_IsKilledByTimeout() => LabMachine.Run(nameof(GunicornWorkerOverItsTimeout_IsKilledByTimeout), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8000", options: ["--timeout", "2"], routes: new Route("/report") { Sleep = [30] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        Fail(machine, "/report", 3);
        Examination.Faulty(machine, nginx, Expect(nginx, TimedOut, "proxy_pass"));
    });

    [SkippableFact]
    public void GunicornWorkerExits_IsCrashed() => LabMachine.Run(nameof(GunicornWorkerExits_IsCrashed), machine =>
    {
        Gunicorn.Start(machine, "unix:/run/app.sock", routes: new Route("/pdf") { Crash = true });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://unix:/run/app.sock"));

        // gunicorn's log has whole seconds, and the workers of its own start are no news within one of them.
        LogClock.Pass(2);
        Fail(machine, "/pdf", 4);
        Examination.Faulty(machine, nginx, Expect(nginx, Crashed, "proxy_pass") with { Confidence = 0.6 });
    });

    [SkippableFact]
    public void GunicornWorkerDiesOfSignal11_IsCrashed() => LabMachine.Run(nameof(GunicornWorkerDiesOfSignal11_IsCrashed), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8000", routes: new Route("/pdf") { Signal = 11 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        Fail(machine, "/pdf", 4);
        Examination.Faulty(machine, nginx, Expect(nginx, Crashed, "proxy_pass"));
    });

    [SkippableFact]
    public void Signal9WithoutTheKernelsRecord_IsCrashed() => LabMachine.Run(nameof(Signal9WithoutTheKernelsRecord_IsCrashed), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8000", routes: new Route("/pdf") { Signal = 9 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        Fail(machine, "/pdf", 4);

        // Who may not read the kernel's log cannot know that it has no record, and signal 9 is what the OOM killer sends.
        Examination.Faulty(machine, nginx, Expect(nginx, Crashed, "proxy_pass") with { Confidence = 0.6, UnprivilegedMay = [Starved] });
    });

    [SkippableFact]
    public void WorkerOverItsCgroupsMemory_IsOutOfMemory() => LabMachine.Run(nameof(WorkerOverItsCgroupsMemory_IsOutOfMemory), machine =>
    {
        using var group = MemoryGroup.Create(megabytes: 160);
        Gunicorn.Start(machine, "127.0.0.1:8000", routes: new Route("/import") { Memory = 600 });
        group.Add(machine, "gunicorn");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        Fail(machine, "/import", 2);
        Examination.Faulty(machine, nginx, Expect(nginx, Starved, "proxy_pass"));
    });

    [SkippableFact]
    public void UwsgiHarakiri_IsKilledByTimeout() => LabMachine.Run(nameof(UwsgiHarakiri_IsKilledByTimeout), machine =>
    {
        Uwsgi.StartWithFile(machine, 3031, "harakiri = 2", routes: new Route("/report") { Sleep = [30] });
        var nginx = NginxServer.Start(machine, Site.Uwsgi("127.0.0.1:3031"));
        Fail(machine, "/report", 3);
        Examination.Faulty(machine, nginx, Expect(nginx, TimedOut, "uwsgi_pass"));
    });

    [SkippableFact]
    public void UwsgiWorkerDiesOfSignal6_IsCrashed() => LabMachine.Run(nameof(UwsgiWorkerDiesOfSignal6_IsCrashed), machine =>
    {
        Uwsgi.StartWithFile(machine, 3031, "harakiri = 30", routes: new Route("/pdf") { Signal = 6 });
        var nginx = NginxServer.Start(machine, Site.Uwsgi("127.0.0.1:3031"));
        Fail(machine, "/pdf", 4);
        Examination.Faulty(machine, nginx, Expect(nginx, Crashed, "uwsgi_pass"));
    });

    [SkippableFact]
    public void UwsgiHeaderOverItsBuffer_IsTooLarge() => LabMachine.Run(nameof(UwsgiHeaderOverItsBuffer_IsTooLarge), machine =>
    {
        Uwsgi.StartWithFile(machine, 3031);
        var nginx = NginxServer.Start(machine, Site.Uwsgi("127.0.0.1:3031"));
        var client = new Client(machine);
        client.MustGet(200, "/fast", times: 10);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(502, client.Get("/fast", "Cookie: cart=" + new string('c', 6000)));
        }

        LogClock.Pass();
        client.MustGet(200, "/fast", times: 2);
        Examination.Faulty(machine, nginx, Expect(nginx, "request-too-large-for-upstream", "uwsgi_pass") with { State = "intermittent" });
    });

    [SkippableFact]
    public void NodeUnderPm2Throws_IsCrashed() => LabMachine.Run(nameof(NodeUnderPm2Throws_IsCrashed), machine =>
    {
        Pm2.Start(machine, 3000, routes: new Route("/pdf") { Throw = true });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        for (var i = 0; i < 2; i++)
        {
            client.MustGet(502, "/pdf");
            machine.WaitForPort(3000);
            Poll.Until(() => client.Get("/") == 200, "PM2 to start the app again");
        }

        Examination.Faulty(machine, nginx, Expect(nginx, Crashed, "proxy_pass") with { Confidence = 0.6, Alongside = ["upstream-down"] });
    });

    [SkippableFact]
    public void WorkersThatAreRecycled_AreHealthy() => LabMachine.Run(nameof(WorkersThatAreRecycled_AreHealthy), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8000", options: ["--max-requests", "5"]);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        new Client(machine).MustGet(200, "/", times: 40);
        nginx.WaitForLogged("Autorestarting worker", machine.PathOf("app.log"));
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    /// <summary>Ordinary requests around the ones whose worker ends.</summary>
    private static void Fail(LabMachine machine, string route, int times)
    {
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        for (var i = 0; i < times; i++)
        {
            client.MustGet(502, route);
            Poll.Until(() => client.Get("/") == 200, "the next worker");
        }
    }

    /// <summary>Whether a dying process's kernel closes or resets depends on what it had read: the line that was logged most is the symptom.</summary>
    internal static Expected Expect(NginxServer nginx, string cause, string directive)
    {
        string[] symptoms = ["upstream prematurely closed connection while reading response header from upstream", "(104: Connection reset by peer) while reading response header from upstream", "(104: Connection reset by peer) while sending request to upstream", "(32: Broken pipe) while sending request to upstream"];
        Poll.Until(() => symptoms.Any(symptom => nginx.CountLogged(symptom) > 0), "the symptom in the error log");
        return new(cause)
        {
            Symptom = symptoms.MaxBy(nginx.CountLogged)!,
            Directive = directive,
            Confidence = 0.8,
            Alongside = ["upstream-closed-early", "upstream-reset"],
            UnprivilegedMay = ["upstream-closed-early", "upstream-reset"],
        };
    }

    /// <summary>A memory cgroup (version 1, as this host has it) for the processes of one scenario; the kernel's own OOM killer acts in it.</summary>
    private sealed class MemoryGroup : IDisposable
    {
        private const string Root = "/sys/fs/cgroup/memory";
        private readonly string _path;

        private MemoryGroup(string path) => _path = path;

        public static MemoryGroup Create(int megabytes)
        {
            Skip.If(!File.Exists(Root + "/memory.limit_in_bytes"), "no memory cgroup of version 1 on this host");
            var path = $"{Root}/why502-{Guid.NewGuid().ToString("N")[..8]}";
            Directory.CreateDirectory(path);
            File.WriteAllText(path + "/memory.limit_in_bytes", (megabytes * 1048576L).ToString(CultureInfo.InvariantCulture));
            return new MemoryGroup(path);
        }

        /// <summary>Moves every process of the name in the machine's process namespace.</summary>
        public void Add(LabMachine machine, string name)
        {
            foreach (var pid in machine.Shell($"pgrep -f {name}").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                // A namespace's own number means nothing to the host's file: NSpid of the host's table does.
                var host = Directory.EnumerateDirectories("/proc").FirstOrDefault(folder => IsThat(folder, machine, pid));
                if (host is not null)
                {
                    File.WriteAllText(_path + "/cgroup.procs", Path.GetFileName(host));
                }
            }
        }

        public void Dispose()
        {
            // The processes end with their machine, which is disposed of later: the group is left empty by then or is taken by the next reboot.
            try
            {
                foreach (var pid in File.ReadAllLines(_path + "/cgroup.procs"))
                {
                    File.WriteAllText(Root + "/cgroup.procs", pid);
                }

                Directory.Delete(_path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A process that just ended.
            }
        }

        private static bool IsThat(string folder, LabMachine machine, string pid)
        {
            try
            {
                return char.IsAsciiDigit(Path.GetFileName(folder)[0])
                    && new FileInfo(folder + "/ns/pid").LinkTarget == new FileInfo($"{machine.FileSystem.Replace("/root", "", StringComparison.Ordinal)}/ns/pid_for_children").LinkTarget
                    && File.ReadLines(folder + "/status").First(line => line.StartsWith("NSpid:", StringComparison.Ordinal)).Split('\t')[^1] == pid;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                return false;
            }
        }
    }
}
