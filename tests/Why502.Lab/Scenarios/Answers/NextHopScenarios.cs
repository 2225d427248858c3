using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Another proxy behind or before nginx: its own statuses, upgrades through it, and the PROXY protocol between the two.</summary>
public sealed class NextHopScenarios
{
    private const string Upgrade = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";

    [SkippableFact]
    public void HaproxyWithoutServers_AnsweredItself() => LabMachine.Run(nameof(HaproxyWithoutServers_AnsweredItself), machine =>
    {
        Haproxy(machine, "frontend site\n  mode http\n  bind 127.0.0.1:8081\n  default_backend app\nbackend app\n  mode http\n");
        Answered(machine, 503);
    });

    /// <summary>In the combined format no field tells whose status it is: that nginx's error log has no line does.</summary>
    [SkippableTheory]
    [InlineData("timed")]
    [InlineData("combined")]
    public void SecondNginxFails_AnsweredItself(string accessLog) => LabMachine.Run(nameof(SecondNginxFails_AnsweredItself), machine =>
    {
        SecondNginx(machine, "location / { proxy_pass http://127.0.0.1:3999; }");
        Answered(machine, 502, accessLog);
    });

    [SkippableFact]
    public void ApachesOwnUpstreamIsDown_AnsweredItself() => LabMachine.Run(nameof(ApachesOwnUpstreamIsDown_AnsweredItself), machine =>
    {
        Apache(machine, ApacheProxy("127.0.0.1:3999"));
        Answered(machine, 503);
    });

    [SkippableFact]
    public void ApachesOwnUpstreamSpeaksNoHttp_AnsweredItself() => LabMachine.Run(nameof(ApachesOwnUpstreamSpeaksNoHttp_AnsweredItself), machine =>
    {
        TcpPeer.Start(machine, "close", "127.0.0.1:3999");
        Apache(machine, ApacheProxy("127.0.0.1:3999"));
        Answered(machine, 502);
    });

    [SkippableFact]
    public void ApacheStopped_IsDown() => LabMachine.Run(nameof(ApacheStopped_IsDown), machine =>
    {
        var apache = Apache(machine);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        apache.Stop();
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-down") { Symptom = "(111: Connection refused) while connecting to upstream", Directive = "proxy_pass", Confidence = 0.8 });
    });

    [SkippableFact]
    public void ApacheOnAnotherPort_IsWrongAddress() => LabMachine.Run(nameof(ApacheOnAnotherPort_IsWrongAddress), machine =>
    {
        Apache(machine);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8082"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-wrong-address") { Symptom = "(111: Connection refused) while connecting to upstream", Directive = "proxy_pass", Confidence = 0.8, UnprivilegedMay = ["upstream-down"] });
    });

    [SkippableFact]
    public void ApacheAsNextHop_IsHealthy() => LabMachine.Run(nameof(ApacheAsNextHop_IsHealthy), machine =>
    {
        Apache(machine);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        new Client(machine).MustGet(200, "/", times: 10);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void PlainHttpToNginxsTlsPort_IsMismatch() => LabMachine.Run(nameof(PlainHttpToNginxsTlsPort_IsMismatch), machine =>
    {
        machine.Shell($"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {machine.PathOf("key.pem")} -out {machine.PathOf("certificate.pem")}");
        SecondNginx(machine, $"ssl_certificate {machine.PathOf("certificate.pem")}; ssl_certificate_key {machine.PathOf("key.pem")}; location / {{ return 200 ok; }}", " ssl");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        new Client(machine).MustGet(400, "/", times: 8);
        Examination.Faulty(machine, nginx, new Expected("protocol-mismatch") { Symptom = "\" 400 ", Source = "access-log", ErrorLog = nginx.AccessLog, Directive = "proxy_pass" });
    });

    private static string ApacheProxy(string address) => $"""
        LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
        LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
        ProxyPass / http://{address}/
        """;

    private static LabProcess Apache(LabMachine machine, string settings = "")
    {
        Programs.Require("apache2");
        machine.Write("www/index.html", "ok\n");
        machine.Write("apache.conf", $"""
            ServerName localhost
            Listen 127.0.0.1:8081
            PidFile {machine.PathOf("apache.pid")}
            ErrorLog {machine.PathOf("apache.log")}
            LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
            LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
            LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
            DirectoryIndex index.html
            DocumentRoot {machine.PathOf("www")}
            {settings}
            """ + "\n");
        var process = machine.Start("apache", "apache2", "-D", "FOREGROUND", "-f", machine.PathOf("apache.conf"));
        machine.WaitForPort(8081);
        return process;
    }

    [SkippableTheory]
    [InlineData(400)]
    [InlineData(426)]
    public void UpgradeHeadersMissing_IsUpgradeFailed(int status) => LabMachine.Run(nameof(UpgradeHeadersMissing_IsUpgradeFailed), machine =>
    {
        Script.Start(machine, "websocket.js", 4001, $"{status}");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:4001"));
        Handshake(machine, times: 5, status);
        Examination.Faulty(machine, nginx, new Expected("upgrade-failed")
        {
            Symptom = $"GET /ws HTTP/1.1\" {status}",
            Source = "access-log",
            ErrorLog = nginx.AccessLog,
            Directive = "proxy_pass",
        });
    });

    [SkippableFact]
    public void IdleUpgradedConnection_IsCut() => LabMachine.Run(nameof(IdleUpgradedConnection_IsCut), machine =>
    {
        Script.Start(machine, "websocket.js", 4001, "400");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:4001", Upgrade + " proxy_read_timeout 700ms;"), level: "info");
        Handshake(machine, times: 2, 101);
        Examination.Faulty(machine, nginx, new Expected("upgrade-failed") { Symptom = "while proxying upgraded connection", Directive = "proxy_pass", Confidence = 0.9 });
    });

    [SkippableFact]
    public void WebSocketThatWorks_IsHealthy() => LabMachine.Run(nameof(WebSocketThatWorks_IsHealthy), machine =>
    {
        Script.Start(machine, "websocket.js", 4001, "400");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:4001", Upgrade));
        Handshake(machine, times: 3, 101);
        new Client(machine).MustGet(200, "/", times: 10);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void ClientsWithoutProxyHeader_AreDropped() => LabMachine.Run(nameof(ClientsWithoutProxyHeader_AreDropped), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", listen: "127.0.0.1:8080 proxy_protocol"));
        Assert.All(new Client(machine).Get(5, "/"), status => Assert.Equal(0, status));
        Examination.Faulty(machine, nginx, new Expected("proxy-protocol-mismatch") { Symptom = "broken header", Confidence = 0.9 });
    });

    [SkippableFact]
    public void ProxyHeaderNobodyExpects_IsRefused() => LabMachine.Run(nameof(ProxyHeaderNobodyExpects_IsRefused), machine =>
    {
        Node.Start(machine, 3000);
        Haproxy(machine, Sender(8080, "send-proxy"));
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine, port: 8000).MustGet(400, "/", times: 6);
        Examination.Faulty(machine, nginx, new Expected("proxy-protocol-mismatch")
        {
            Symptom = "\"PROXY TCP4",
            Source = "access-log",
            ErrorLog = nginx.AccessLog,
        });
    });

    [SkippableTheory]
    [InlineData("haproxy", "recv() failed (104: Connection reset by peer)")]
    [InlineData("nginx", "upstream prematurely closed connection")]
    public void NextHopThatWaitsForAProxyHeader_IsNamed(string program, string symptom) => LabMachine.Run(nameof(NextHopThatWaitsForAProxyHeader_IsNamed), machine =>
    {
        if (program == "nginx")
        {
            SecondNginx(machine, "location / { return 200 ok; }", " proxy_protocol");
        }
        else
        {
            Haproxy(machine, "frontend site\n  mode http\n  bind 127.0.0.1:8081 accept-proxy\n  http-request return status 200\n");
        }

        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("proxy-protocol-mismatch") { Symptom = symptom, Directive = "proxy_pass", Confidence = 0.8 });
    });

    [SkippableFact]
    public void OwnListenThatExpectsTheProxyHeader_IsOneFault() => LabMachine.Run(nameof(OwnListenThatExpectsTheProxyHeader_IsOneFault), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081") + "server { listen 127.0.0.1:8081 proxy_protocol; location / { return 200 ok; } }\n");
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("proxy-protocol-mismatch") { Symptom = "upstream prematurely closed connection", Directive = "proxy_pass", Confidence = 0.9 });
    });

    /// <summary>The http side meets a connection that is closed or reset; the reason is a line of the stream server between.</summary>
    [SkippableFact]
    public void OwnStreamServerReachesNobody_IsDown() => LabMachine.Run(nameof(OwnStreamServerReachesNobody_IsDown), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:4400"), main: Stream("127.0.0.1:4401"));
        new Client(machine).MustGet(502, "/", times: 6);
        Examination.Faulty(machine, nginx, new Expected("upstream-down") { Symptom = "(111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: 127.0.0.1:4400", Confidence = 0.8 });
    });

    /// <summary>The look-alike: the stream server reaches an app, and that closes.</summary>
    [SkippableFact]
    public void AppBehindOwnStreamServerCloses_IsClosedEarly() => LabMachine.Run(nameof(AppBehindOwnStreamServerCloses_IsClosedEarly), machine =>
    {
        TcpPeer.Start(machine, "close", "127.0.0.1:4401");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:4400"), main: Stream("127.0.0.1:4401"));
        new Client(machine).MustGet(502, "/", times: 6);
        Examination.Faulty(machine, nginx, new Expected("upstream-closed-early") { Symptom = "upstream prematurely closed connection", Directive = "proxy_pass" });
    });

    /// <summary>The stream server between writes a header that the app takes for a malformed request; without it the same way works.</summary>
    [SkippableTheory]
    [InlineData("; proxy_protocol on", 400)]
    [InlineData("", 200)]
    public void OwnStreamServerThatWritesAProxyHeader_IsNamed(string header, int status) => LabMachine.Run(nameof(OwnStreamServerThatWritesAProxyHeader_IsNamed), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:4400"), main: Stream($"127.0.0.1:3000{header}"));
        new Client(machine).MustGet(status, "/", times: 8);
        if (status == 200)
        {
            Examination.Healthy(machine, nginx, mayBeUnknown: false);
            return;
        }

        Examination.Faulty(machine, nginx, new Expected("proxy-protocol-mismatch") { Symptom = "\" 400 ", Source = "access-log", ErrorLog = nginx.AccessLog });
    });

    private static string Stream(string app) => $"load_module /usr/lib/nginx/modules/ngx_stream_module.so;\nstream {{ server {{ listen 127.0.0.1:4400; proxy_pass {app}; }} }}";

    /// <summary>haproxy takes each connection, finds nobody at its server, and can only close it.</summary>
    [SkippableFact]
    public void ForwarderReachesNobody_IsDown() => LabMachine.Run(nameof(ForwarderReachesNobody_IsDown), machine =>
    {
        Haproxy(machine, "listen crm\n  mode tcp\n  bind 127.0.0.1:8081\n  server crm1 127.0.0.1:4401\n");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        new Client(machine).MustGet(502, "/", times: 6);
        Examination.Faulty(machine, nginx, new Expected("upstream-down") { Symptom = "while reading response header from upstream", Directive = "proxy_pass", Confidence = 0.9 });
    });

    /// <summary>The look-alike: its server is there, and closes.</summary>
    [SkippableFact]
    public void AppBehindAForwarderCloses_IsClosedEarly() => LabMachine.Run(nameof(AppBehindAForwarderCloses_IsClosedEarly), machine =>
    {
        TcpPeer.Start(machine, "close", "127.0.0.1:4401");
        Haproxy(machine, "listen crm\n  mode tcp\n  bind 127.0.0.1:8081\n  server crm1 127.0.0.1:4401\n");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        new Client(machine).MustGet(502, "/", times: 6);
        Examination.Faulty(machine, nginx, new Expected("upstream-closed-early") { Symptom = "while reading response header from upstream", Directive = "proxy_pass" });
    });

    /// <summary>Every request has a copy that fails, and no client sees it.</summary>
    [SkippableFact]
    public void MirrorsTargetIsDown_ComesAfterWhatClientsMeet() => LabMachine.Run(nameof(MirrorsTargetIsDown_ComesAfterWhatClientsMeet), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/login") { Header = 9000 });
        var nginx = NginxServer.Start(machine, "server { listen 127.0.0.1:8080; server_name shop.example.com; location / { mirror /copy; proxy_pass http://127.0.0.1:3000; } location = /copy { internal; proxy_pass http://127.0.0.1:3999$request_uri; } }\n");
        var client = new Client(machine);
        client.MustGet(200, "/", times: 20);
        client.MustGet(502, "/login", times: 5);
        Examination.Faulty(machine, nginx, new Expected("response-header-too-big") { Symptom = "upstream sent too big header", Directive = "proxy_pass", Confidence = 0.8, Alongside = ["upstream-down"] });
    });

    [SkippableFact]
    public void ProxyProtocolOnBothSidesAndAFewScanners_IsHealthy() => LabMachine.Run(nameof(ProxyProtocolOnBothSidesAndAFewScanners_IsHealthy), machine =>
    {
        Node.Start(machine, 3000);
        Haproxy(machine, Sender(8080, "send-proxy"));
        var nginx = NginxServer.Start(machine, "log_format named '$remote_addr [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\" \"$server_name\"';\n"
            + Site.Proxy("http://127.0.0.1:3000", "access_log " + machine.PathOf("logs/named.log") + " named;", listen: "127.0.0.1:8080 proxy_protocol"));
        new Client(machine, port: 8000).MustGet(200, "/", times: 40);
        new Client(machine).Get(2, "/");
        Examination.Healthy(machine, nginx);
    });

    private static void Answered(LabMachine machine, int status, string accessLog = "timed")
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"), accessLog);
        new Client(machine).MustGet(status, "/", times: 8);
        Examination.Faulty(machine, nginx, new Expected("upstream-answered-error")
        {
            Symptom = $"\" {status} ",
            Source = "access-log",
            ErrorLog = nginx.AccessLog,
            Directive = "proxy_pass",
            Confidence = 0.8,
        });
    }

    private static void Handshake(LabMachine machine, int times, int status)
    {
        for (var i = 0; i < times; i++)
        {
            var said = machine.Execute("curl", "-s", "-m", "2", "-o", "/dev/null", "-w", "%{http_code}", "--http1.1", "-H", "Host: shop.example.com", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket",
                "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "http://127.0.0.1:8080/ws").Output;
            Assert.Equal($"{status}", said);
        }
    }

    private static string Sender(int port, string options)
        => $"frontend site\n  mode tcp\n  bind 127.0.0.1:8000\n  default_backend nginx\nbackend nginx\n  mode tcp\n  server nginx 127.0.0.1:{port} {options}\n";

    private static void Haproxy(LabMachine machine, string sections)
    {
        Programs.Require("haproxy");
        machine.Start("haproxy", "haproxy", "-db", "-f", machine.Write("haproxy.cfg", "defaults\n  timeout connect 2s\n  timeout client 10s\n  timeout server 10s\n" + sections));
        machine.WaitForPort(sections.Contains("8081", StringComparison.Ordinal) ? 8081 : 8000);
    }

    private static void SecondNginx(LabMachine machine, string location, string parameters = "")
    {
        Directory.CreateDirectory(machine.PathOf("second/temp"));
        machine.Start("second", "nginx", "-p", machine.PathOf("second"), "-g", "daemon off;", "-c", machine.Write("second/nginx.conf", $$"""
            user www-data;
            pid {{machine.PathOf("second/nginx.pid")}};
            error_log {{machine.PathOf("second/error.log")}};
            events { }
            http {
                access_log off;
                client_body_temp_path {{machine.PathOf("second/temp")}};
                proxy_temp_path {{machine.PathOf("second/temp/proxy")}};
                server { listen 127.0.0.1:8081{{parameters}}; {{location}} }
            }
            """ + "\n"));
        machine.WaitForPort(8081);
    }
}
