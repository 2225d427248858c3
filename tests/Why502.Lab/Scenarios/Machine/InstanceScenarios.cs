using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Several nginxes on one machine, and those whose files are others than ours.</summary>
public sealed class InstanceScenarios
{
    /// <summary>Two masters, of which one is broken: the finding is of that one, and the other alone is healthy.</summary>
    [SkippableFact]
    public void OneOfTwoNginxesIsBroken_IsNamed() => LabMachine.Run(nameof(OneOfTwoNginxesIsBroken_IsNamed), machine =>
    {
        Node.Start(machine, 4000);
        var healthy = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:4000"));
        var broken = Second(machine);
        new Client(machine).MustGet(200, "/", times: 3);
        new Client(machine, port: 8081).MustGet(502, "/", times: 3);
        var both = Diagnose(machine);
        Assert.Equal("upstream-down", both.Findings[0].Cause);
        Assert.Equal(broken, both.Findings[0].Scope.Config?.File);
        Assert.Contains(both.Notes ?? [], note => note.ToString().Contains(broken, StringComparison.Ordinal));
        Assert.Empty(Diagnose(machine, "--config", healthy.Config).Findings);
        Assert.Equal("upstream-down", Diagnose(machine, "--config", broken).Findings[0].Cause);
    });

    /// <summary>nginx in a root directory and mount namespace of its own, as in a container: configuration and log lie behind absolute links of that root.</summary>
    [SkippableFact]
    public void NginxWithItsOwnRoot_IsReadThere() => LabMachine.Run(nameof(NginxWithItsOwnRoot_IsReadThere), machine =>
    {
        var root = Root(machine, "http://127.0.0.1:3000");
        machine.Start("container", "unshare", "--mount", "sh", "-c", $"mount --bind /dev {root}/dev; exec chroot {root} nginx -c /etc/nginx/nginx.conf -g 'daemon off;'");
        machine.WaitForPort(8080);
        new Client(machine).MustGet(502, "/", times: 3);
        var answer = Diagnose(machine);
        Assert.Equal(("upstream-down", "/etc/nginx/sites/shop.conf"), (answer.Findings[0].Cause, answer.Findings[0].Scope.Config?.File));
        Assert.Contains(answer.Findings[0].Evidence, evidence => evidence.Source == "error-log" && evidence.File == "/data/logs/error.log");
    });

    [SkippableFact]
    public void NginxWithItsOwnRootThatServes_IsHealthy() => LabMachine.Run(nameof(NginxWithItsOwnRootThatServes_IsHealthy), machine =>
    {
        Node.Start(machine, 3000);
        var root = Root(machine, "http://127.0.0.1:3000");
        machine.Start("container", "unshare", "--mount", "sh", "-c", $"mount --bind /dev {root}/dev; exec chroot {root} nginx -c /etc/nginx/nginx.conf -g 'daemon off;'");
        machine.WaitForPort(8080);
        new Client(machine).MustGet(200, "/", times: 3);
        Assert.Equal("healthy", Diagnose(machine).Verdict);
    });

    /// <summary>PrivateTmp=: the socket is in everybody's /tmp, and nginx has a /tmp of its own.</summary>
    [SkippableFact]
    public void SocketInATmpThatNginxDoesNotSee_IsPathMismatch() => LabMachine.Run(nameof(SocketInATmpThatNginxDoesNotSee_IsPathMismatch), machine =>
    {
        machine.Shell("mkdir -p /run/shared && chmod 1777 /run/shared");
        Node.StartOnSocket(machine, "/run/shared/app.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://unix:/run/shared/app.sock"), within: ["unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /run/shared && exec \"$@\"", "sh"]);
        new Client(machine).MustGet(502, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("socket-path-mismatch")
        {
            Symptom = "(2: No such file or directory) while connecting to upstream",
            Directive = "proxy_pass http://unix:/run/shared/app.sock",
            Confidence = 0.8,
            Unprivileged = false,
        });
    });

    /// <summary>The other way round: nginx sees everybody's directory, and the app has one of its own. The look-alike, that nobody listens anywhere, is socket-missing.</summary>
    [SkippableTheory]
    [InlineData(true, "socket-path-mismatch")]
    [InlineData(false, "socket-missing")]
    public void SocketInATmpOfTheAppsOwn_IsPathMismatch(bool runs, string cause) => LabMachine.Run(nameof(SocketInATmpOfTheAppsOwn_IsPathMismatch), machine =>
    {
        machine.Shell("mkdir -p /run/shared && chmod 1777 /run/shared");
        if (runs)
        {
            machine.Start("app", "unshare", "--mount", "sh", "-ec", "mount -t tmpfs tmpfs /run/shared; exec python3 -c 'import socket, time; s = socket.socket(socket.AF_UNIX); s.bind(\"/run/shared/app.sock\"); s.listen(64); time.sleep(600)'");
            Poll.Until(() => machine.Shell("cat /proc/net/unix").Contains("/run/shared/app.sock", StringComparison.Ordinal), "the app's socket");
        }

        var nginx = NginxServer.Start(machine, Site.Proxy("http://unix:/run/shared/app.sock"));
        new Client(machine).MustGet(502, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected(cause)
        {
            Symptom = "(2: No such file or directory) while connecting to upstream",
            Directive = "proxy_pass http://unix:/run/shared/app.sock",
            Confidence = 0.8,
            Unprivileged = false,
        });
    });

    /// <summary>The machine between two containers refuses to forward: Docker's DOCKER-USER chain is such a place.</summary>
    [SkippableFact]
    public void ForwardingBetweenContainersIsRejected_IsFirewall() => LabMachine.Run(nameof(ForwardingBetweenContainersIsRejected_IsFirewall), machine =>
    {
        Programs.Require("nft");
        var web = NetworkSpace.Create(machine, "web", "172.19.0.2", gateway: "172.19.0.1");
        var app = NetworkSpace.Create(machine, "app", "172.20.0.3", gateway: "172.20.0.1");
        app.Node(3000, "0.0.0.0");
        machine.Shell("echo 1 >/proc/sys/net/ipv4/ip_forward");
        machine.Must("nft", "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; }; add chain ip filter DOCKER-USER; add rule ip filter FORWARD jump DOCKER-USER; add rule ip filter DOCKER-USER tcp dport 3000 counter reject with tcp reset");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://172.20.0.3:3000", listen: "172.19.0.2:8080"), within: web.Enter);
        new Client(machine, address: web.Address).MustGet(502, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("firewall-blocked")
        {
            Symptom = "(111: Connection refused) while connecting to upstream",
            Directive = "proxy_pass http://172.20.0.3:3000",
            Confidence = 0.8,
            Unprivileged = false,
        });
    });

    /// <summary>nginx and its app in a network namespace of their own; on the same address outside another server idles.</summary>
    [SkippableFact]
    public void EveryWorkerInNginxsOwnNamespaceIsBusy_IsPoolExhausted() => LabMachine.Run(nameof(EveryWorkerInNginxsOwnNamespaceIsBusy_IsPoolExhausted), machine =>
    {
        var web = NetworkSpace.Create(machine, "web");
        Node.Start(machine, 8000, name: "outside");
        Gunicorn.Start(machine, "127.0.0.1:8000", workers: 2, within: web.Enter, routes: new Route("/report") { Sleep = [40] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000", "proxy_read_timeout 700ms;", listen: "172.18.0.3:8080"), within: web.Enter);
        var client = new Client(machine, address: web.Address);
        client.MustGet(200, "/", times: 5);
        client.GetTogether(4, "/report");
        client.MustGet(504, "/", times: 3);
        var answer = Examination.Faulty(machine, nginx, new Expected("worker-pool-exhausted") { Symptom = TimedOut, Directive = "proxy_pass", Unprivileged = false, Alongside = ["listen-queue-full"] });
        Assert.Contains(answer.Findings[0].Evidence, evidence => evidence.Source == "machine" && evidence.Text.Contains("workers are busy", StringComparison.Ordinal));
    });

    /// <summary>The look-alike: inside one route is slow, and it is the server outside whose queue is full.</summary>
    [SkippableFact]
    public void TheFullServerIsOutsideNginxsNamespace_IsSlow() => LabMachine.Run(nameof(TheFullServerIsOutsideNginxsNamespace_IsSlow), machine =>
    {
        var web = NetworkSpace.Create(machine, "web");
        TcpPeer.Start(machine, "never-accept", "127.0.0.1:8000", amount: 1);
        var waiting = Enumerable.Range(0, 2).Select(_ => machine.Connect(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 8000))).ToList();
        Gunicorn.Start(machine, "127.0.0.1:8000", workers: 6, within: web.Enter, routes: new Route("/report") { Sleep = [40] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000", "proxy_read_timeout 700ms;", listen: "172.18.0.3:8080"), within: web.Enter);
        var client = new Client(machine, address: web.Address);
        client.MustGet(200, "/", times: 10);
        client.GetTogether(2, "/report");
        LogClock.Pass();
        client.MustGet(200, "/fast", times: 5);
        Examination.Faulty(machine, nginx, new Expected("upstream-slow") { Symptom = TimedOut, Directive = "proxy_pass", Unprivileged = false });
        waiting.ForEach(socket => socket.Dispose());
    });

    /// <summary>The port speaks TLS inside; what answers HTTP on the same address outside is somebody else.</summary>
    [SkippableFact]
    public void PlainHttpToATlsPortInNginxsOwnNamespace_IsMismatch() => LabMachine.Run(nameof(PlainHttpToATlsPortInNginxsOwnNamespace_IsMismatch), machine =>
    {
        var web = NetworkSpace.Create(machine, "web");
        Node.Start(machine, 3000, name: "outside");
        machine.Shell("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out certificate.pem 2>/dev/null");
        machine.Start("inside", [.. web.Enter, "openssl", "s_server", "-accept", "127.0.0.1:3000", "-cert", machine.PathOf("certificate.pem"), "-key", machine.PathOf("key.pem"), "-www", "-quiet"]);
        Poll.Until(() => machine.Must([.. web.Enter, "cat", "/proc/net/tcp"]).Contains(":0BB8 0000", StringComparison.Ordinal), "the port inside");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", listen: "172.18.0.3:8080"), within: web.Enter);
        LogClock.Pass();
        new Client(machine, address: web.Address).MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "protocol-mismatch", "proxy_pass") with { Unprivileged = false });
    });

    /// <summary>Both servers answer again inside, and nobody listens on their addresses outside: the group is tried from where nginx is.</summary>
    [SkippableFact]
    public void GroupInNginxsOwnNamespaceAnswersAgain_IsGroupExhausted() => LabMachine.Run(nameof(GroupInNginxsOwnNamespaceAnswersAgain_IsGroupExhausted), machine =>
    {
        var web = NetworkSpace.Create(machine, "web");
        web.Occupy();
        var group = "upstream backend { server 127.0.0.1:3001 fail_timeout=120s; server 127.0.0.1:3002 fail_timeout=120s; }\n" + Site.Proxy("http://backend", listen: "172.18.0.3:8080");
        var nginx = NginxServer.Start(machine, group, within: web.Enter);
        var client = new Client(machine, address: web.Address);
        client.MustGet(502, "/", times: 2);
        web.Node(3001, "127.0.0.1");
        web.Node(3002, "127.0.0.1");
        client.MustGet(502, "/", times: 6);
        Examination.Faulty(machine, nginx, new Expected("upstream-group-exhausted") { Symptom = "no live upstreams while connecting to upstream", Directive = "proxy_pass http://backend", Unprivileged = false, Alongside = ["upstream-down"] });
        var fix = Tool.On(machine).Run("fix", "--config", nginx.Config, "--cause", "upstream-group-exhausted");
        Assert.Contains("every server of the group answers again", fix.Output, StringComparison.Ordinal);
    });

    private const string TimedOut = "upstream timed out (110: Connection timed out) while reading response header from upstream";

    private static string Second(LabMachine machine)
    {
        var folder = machine.PathOf("second");
        Directory.CreateDirectory(folder + "/logs");
        var config = machine.Write("second/nginx.conf", $$"""
            user www-data;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/logs/error.log;
            events { worker_connections 64; }
            http {
                access_log {{folder}}/logs/access.log;
                client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi; uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
                server { listen 127.0.0.1:8081; location / { proxy_pass http://127.0.0.1:3000; } }
            }
            """);

        // The relatives are not in the distribution: nginx's own binary under the name of one.
        machine.Must("cp", "/usr/sbin/nginx", folder + "/openresty");
        machine.Must(folder + "/openresty", "-p", folder, "-c", config);
        machine.WaitForPort(8081);
        return config;
    }

    private static string Root(LabMachine machine, string pass)
    {
        var root = machine.PathOf("root");
        machine.Shell($"""
            mkdir -p {root}/etc {root}/dev {root}/run {root}/tmp {root}/var/lib/nginx {root}/var/log {root}/data/logs {root}/srv/nginx
            for folder in usr lib lib64 bin sbin; do [ -e /$folder ] && mkdir -p {root}/$folder && mount --bind /$folder {root}/$folder; done
            cp /etc/passwd /etc/group {root}/etc/
            [ -d /etc/ld.so.conf.d ] && cp -r /etc/ld.so.cache /etc/ld.so.conf.d {root}/etc/
            ln -s /srv/nginx {root}/etc/nginx
            ln -s /data/logs {root}/var/log/nginx
            """);
        machine.Write("root/srv/nginx/nginx.conf", $$"""
            user www-data;
            worker_processes 1;
            pid /run/nginx.pid;
            error_log /var/log/nginx/error.log;
            events { worker_connections 64; }
            http {
                access_log /var/log/nginx/access.log;
                include /etc/nginx/sites/*.conf;
            }
            """);
        machine.Write("root/srv/nginx/sites/shop.conf", $"server {{ listen 127.0.0.1:8080; location / {{ proxy_pass {pass}; }} }}\n");
        return root;
    }

    private static Diagnosis Diagnose(LabMachine machine, params string[] arguments)
    {
        var result = Tool.On(machine).Run(["diagnose", "--format", "json", .. arguments]);
        Assert.True(result.ExitCode is 0 or 1, result.Errors + result.Output);
        return Diagnosis.Parse(result.Output);
    }
}
