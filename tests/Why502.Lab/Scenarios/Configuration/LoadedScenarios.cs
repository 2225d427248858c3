using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>What runs, what lies on disk, and where the configuration sends requests.</summary>
public sealed class LoadedScenarios
{
    private const string Refused = "(111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void EditedAndNotReloaded_IsNotReloaded() => LabMachine.Run(nameof(EditedAndNotReloaded_IsNotReloaded), machine =>
    {
        Node.Start(machine, 3001);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        LogClock.Pass();
        nginx.Configure(Site.Proxy("http://127.0.0.1:3001"));
        new Client(machine).MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, new Expected("config-not-reloaded")
        {
            Symptom = Refused,
            Directive = "proxy_pass http://127.0.0.1:3001",
            Confidence = 0.8,
            UnprivilegedMay = ["upstream-wrong-address"],
        });
    });

    /// <summary>The look-alike: the file was touched, and says what runs.</summary>
    [SkippableFact]
    public void TouchedAndTheSame_IsDown() => LabMachine.Run(nameof(TouchedAndTheSame_IsDown), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        LogClock.Pass();
        nginx.Configure(Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, new Expected("upstream-down")
        {
            Symptom = Refused,
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
        });
    });

    /// <summary>The reload was refused, and the old configuration goes on.</summary>
    [SkippableFact]
    public void BrokenOnDisk_IsInvalid() => LabMachine.Run(nameof(BrokenOnDisk_IsInvalid), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(200, "/", times: 5);
        LogClock.Pass();
        nginx.Configure(Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeot 5s;"));
        machine.Shell($"kill -HUP $(cat {machine.PathOf("run/nginx.pid")})");
        var diagnosis = Examination.Faulty(machine, nginx, new Expected("config-invalid")
        {
            Symptom = "[emerg]",
            Confidence = 0.9,
        });
        StatusScenarios.Points(diagnosis, "proxy_read_timeot");
    });

    /// <summary>The app moved, and the edit that follows it is refused: that is what goes on failing. Without the mistake nobody has reloaded.</summary>
    [SkippableTheory]
    [InlineData("proxy_read_timeot 5s;", "config-invalid")]
    [InlineData("proxy_read_timeout 5s;", "config-not-reloaded")]
    public void EditThatFollowsTheAppIsNotLoaded(string setting, string cause) => LabMachine.Run(nameof(EditThatFollowsTheAppIsNotLoaded), machine =>
    {
        Node.Start(machine, 3001);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        LogClock.Pass();
        nginx.Configure(Site.Proxy("http://127.0.0.1:3001", setting));
        if (cause == "config-invalid")
        {
            machine.Shell($"kill -HUP $(cat {machine.PathOf("run/nginx.pid")})");
            nginx.WaitForLogged("[emerg]");
        }

        new Client(machine).MustGet(502, "/", times: 5);
        var diagnosis = Examination.Faulty(machine, nginx, new Expected(cause) { Symptom = Refused, Confidence = 0.9 });
        Assert.DoesNotContain(diagnosis.Findings, finding => finding.Cause != cause && finding.Confidence >= 0.5);
    });

    [SkippableTheory]
    [InlineData("127.0.0.1", "redirect-or-loop")]
    public void PassesToItsOwnName_IsLoop(string address, string cause) => LabMachine.Run(nameof(PassesToItsOwnName_IsLoop), machine =>
    {
        machine.Shell($"echo '{address} shop.example.com' >>/etc/hosts");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://shop.example.com:8080", "proxy_set_header Host $host;"));
        new Client(machine).Get(2, "/");
        Examination.Faulty(machine, nginx, new Expected(cause)
        {
            Symptom = "worker_connections are not enough",
            Directive = "proxy_pass http://shop.example.com:8080",
            Confidence = 0.8,
        });
    });

    /// <summary>nginx was stopped and does not start any more.</summary>
    [SkippableFact]
    public void DoesNotStart_IsInvalid() => LabMachine.Run(nameof(DoesNotStart_IsInvalid), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        nginx.Stop();
        nginx.Configure(Site.Proxy("http://127.0.0.1:3000", listen: "127.0.0.1:8080 ssl"));
        machine.Execute("nginx", "-p", machine.Directory, "-c", nginx.Config);
        var answer = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.Equal("faulty", answer.Verdict);
        Assert.Equal("config-invalid", answer.Findings[0].Cause);
        Assert.True(answer.Findings[0].Confidence >= 0.8);
    });

    [SkippableFact]
    public void PassesToItself_IsLoop() => LabMachine.Run(nameof(PassesToItself_IsLoop), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8080", "proxy_set_header Host $host;"));
        new Client(machine).Get(2, "/");
        Examination.Faulty(machine, nginx, new Expected("redirect-or-loop")
        {
            Symptom = "worker_connections are not enough",
            Directive = "proxy_pass http://127.0.0.1:8080",
            Confidence = 0.8,
            UnprivilegedMay = ["worker-connections-exhausted"],
        });
    });

    /// <summary>The look-alike: two servers of one nginx in a row, and the second one gets out.</summary>
    [SkippableFact]
    public void TwoServersInARow_IsHealthy() => LabMachine.Run(nameof(TwoServersInARow_IsHealthy), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081") + "\n" + Site.Proxy("http://127.0.0.1:3000", listen: "127.0.0.1:8081", name: "inner"));
        new Client(machine).MustGet(200, "/", times: 10);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void TrailingSlash_IsUriRewrite() => LabMachine.Run(nameof(TrailingSlash_IsUriRewrite), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/api/users"));
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000/").Replace("location / {", "location /api/ {", StringComparison.Ordinal));
        new Client(machine).MustGet(404, "/api/users", times: 10);
        Examination.Faulty(machine, nginx, new Expected("proxy-uri-rewrite")
        {
            Symptom = "\" 404 ",
            Source = "access-log",
            ErrorLog = nginx.AccessLog,
            Directive = "proxy_pass http://127.0.0.1:3000/",
            Confidence = 0.8,
        });
    });

    /// <summary>The look-alike: the same mapping, and the app knows neither path.</summary>
    [SkippableFact]
    public void AppKnowsNeitherPath_IsHealthy() => LabMachine.Run(nameof(AppKnowsNeitherPath_IsHealthy), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/users"));
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000/").Replace("location / {", "location /api/ {", StringComparison.Ordinal));
        new Client(machine).MustGet(404, "/api/members", times: 10);
        new Client(machine).MustGet(200, "/api/users", times: 5);
        Examination.Healthy(machine, nginx);
    });

    [SkippableFact]
    public void NameWithoutServer_IsWrongServer() => LabMachine.Run(nameof(NameWithoutServer_IsWrongServer), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/cart"));
        machine.Write("www/index.html", "welcome");
        var nginx = NginxServer.Start(machine, $$"""
            server {
                listen 127.0.0.1:8080 default_server;
                server_name _;
                root {{machine.PathOf("www")}};
            }

            """ + Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(200, "/cart", times: 4);
        new Client(machine, host: "www.shop.example.com").MustGet(404, "/cart", times: 10);
        var diagnosis = Examination.Faulty(machine, nginx, new Expected("wrong-server-block")
        {
            Symptom = "(2: No such file or directory)",
            Confidence = 0.8,
        });
        StatusScenarios.Points(diagnosis, "server_name shop.example.com");
    });

    [SkippableFact]
    public void UpgradeOfNginxBefore_IsUpgrade() => LabMachine.Run(nameof(UpgradeOfNginxBefore_IsUpgrade), machine =>
    {
        // The history is a recording in dpkg's form; the failure is real.
        var upgraded = DateTime.Now.AddMinutes(-3).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        machine.Shell($"echo '{upgraded} upgrade nginx:amd64 1.28.0-1 1.29.7-1' > /var/log/dpkg.log; chmod a+r /var/log/dpkg.log");
        TcpPeer.Start(machine, "close", "127.0.0.1:3000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, new Expected("upgrade-changed-default")
        {
            Symptom = "upstream prematurely closed connection",
            Directive = "proxy_pass http://127.0.0.1:3000",
        });
    });
}
