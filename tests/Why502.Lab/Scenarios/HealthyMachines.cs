using System.Globalization;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Machines that serve, with logs full of other things: nobody is accused.</summary>
public sealed class HealthyMachines
{
    [SkippableFact]
    public void ScannersAskForWhatIsNotThere() => LabMachine.Run(nameof(ScannersAskForWhatIsNotThere), machine =>
    {
        Node.Start(machine, 3000);
        machine.Write("www/index.html", "ok");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000") + "\n" + $$"""
            server {
                listen 127.0.0.1:8080;
                server_name static.example.com;
                root {{machine.PathOf("www")}};
            }
            """);
        new Client(machine).MustGet(200, "/", times: 20);
        var scanner = new Client(machine, host: "static.example.com");
        foreach (var path in new[] { "/wp-login.php", "/.env", "/phpmyadmin/", "/cgi-bin/luci", "/.git/config", "/actuator/health" })
        {
            scanner.MustGet(404, path, times: 3);
            new Client(machine).MustGet(404, path);
        }

        nginx.WaitForLogged("(2: No such file or directory)");
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void ClientsLeaveEarly() => LabMachine.Run(nameof(ClientsLeaveEarly), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/export") { Sleep = [0.5] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"), level: "info");
        var client = new Client(machine);
        client.MustGet(200, "/", times: 40);
        client.MustGet(200, "/export", times: 2);
        client.GiveUp("/export", 100);
        client.GiveUp("/export", 150);
        nginx.WaitForLogged("client prematurely closed connection");
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void TheAppsOwn500s() => LabMachine.Run(nameof(TheAppsOwn500s), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8000", routes: new Route("/bug") { Status = 500 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 20);
        client.MustGet(500, "/bug", times: 8);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void ErrorsOfThreeDaysAgo() => LabMachine.Run(nameof(ErrorsOfThreeDaysAgo), machine =>
    {
        var old = DateTime.Now.AddDays(-3).ToString("yyyy'/'MM'/'dd HH:mm:ss", CultureInfo.InvariantCulture);
        machine.Write("logs/error.log", string.Concat(Enumerable.Repeat(
            old + " [error] 812#812: *7 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.7, server: shop.example.com, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example.com\"\n",
            500)));
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(200, "/", times: 20);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void AnswersBufferedToDisk() => LabMachine.Run(nameof(AnswersBufferedToDisk), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/export") { Body = 12_000_000 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_buffers 4 4k;"), level: "warn");
        var client = new Client(machine);
        client.MustGet(200, "/", times: 20);
        for (var i = 0; i < 3; i++)
        {
            using var slow = client.Leave("/export");
            Thread.Sleep(150);
        }

        nginx.WaitForLogged("an upstream response is buffered to a temporary file");
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void ReloadsAtNoticeLevel() => LabMachine.Run(nameof(ReloadsAtNoticeLevel), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"), level: "notice");
        new Client(machine).MustGet(200, "/", times: 10);
        nginx.Reload();
        nginx.Reload();
        new Client(machine).MustGet(200, "/", times: 10);
        nginx.WaitForLogged("reconfiguring");
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void OneRetryThatServed() => LabMachine.Run(nameof(OneRetryThatServed), machine =>
    {
        Node.Start(machine, 3001, name: "one");
        var nginx = NginxServer.Start(machine, """
            upstream backend {
                server 127.0.0.1:3001;
                server 127.0.0.1:3002;
            }

            """ + Site.Proxy("http://backend"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        nginx.WaitForLogged("(111: Connection refused)");
        Node.Start(machine, 3002, name: "two");
        client.MustGet(200, "/", times: 40);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void ForgedLines() => LabMachine.Run(nameof(ForgedLines), machine =>
    {
        Node.Start(machine, 3000);
        machine.Write("www/index.html", "ok");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000") + "\n" + $$"""
            server {
                listen 127.0.0.1:8080;
                server_name static.example.com;
                root {{machine.PathOf("www")}};
            }
            """);
        new Client(machine).MustGet(200, "/", times: 20);
        var now = DateTime.Now.ToString("yyyy'/'MM'/'dd'%20'HH:mm:ss", CultureInfo.InvariantCulture);
        var forged = $"/a%0a{now}%20[error]%201%231:%20*1%20connect()%20failed%20(111:%20Connection%20refused)%20while%20connecting%20to%20upstream,"
            + "%20client:%2010.0.0.7,%20server:%20shop.example.com,%20request:%20%22GET%20/%20HTTP/1.1%22,%20upstream:%20%22http://127.0.0.1:3000/%22,%20host:%20%22shop.example.com%22";
        var attacker = new Client(machine, host: "static.example.com");
        attacker.Get(25, forged);
        for (var i = 0; i < 10; i++)
        {
            attacker.Get("/missing\"_while_connecting_to_upstream,_upstream:_\"http://127.0.0.1:3000/", "Referer: x\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example.com (111: Connection refused) while connecting to upstream");
        }

        nginx.WaitForLogged("\n" + now.Replace("%20", " ", StringComparison.Ordinal));
        nginx.WaitForLogged("referrer: \"x\", upstream:");
        Examination.Healthy(machine, nginx, mayBeUnknown: true);
    });

    [SkippableFact]
    public void AnUnusedLocationWithNothingBehindIt() => LabMachine.Run(nameof(AnUnusedLocationWithNothingBehindIt), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, """
            server {
                listen 127.0.0.1:8080;
                server_name shop.example.com;
                location / {
                    proxy_pass http://127.0.0.1:3000;
                }
                location /old-admin/ {
                    proxy_pass http://127.0.0.1:9999;
                }
            }
            """);
        new Client(machine).MustGet(200, "/", times: 30);
        Examination.Healthy(machine, nginx);
    });

    [SkippableFact]
    public void HandshakesOfScanners() => LabMachine.Run(nameof(HandshakesOfScanners), machine =>
    {
        Programs.Require("openssl");
        machine.Shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=shop.example.com 2>/dev/null");
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(
            machine,
            Site.Proxy("http://127.0.0.1:3000") + "\n" + Site.Proxy(
                "http://127.0.0.1:3000",
                listen: $"127.0.0.1:8443 ssl;\n    ssl_certificate {machine.PathOf("cert.pem")};\n    ssl_certificate_key {machine.PathOf("key.pem")};\n    ssl_protocols TLSv1.3"),
            level: "info");
        new Client(machine).MustGet(200, "/", times: 20);
        for (var i = 0; i < 6; i++)
        {
            machine.Execute("sh", "-c", "openssl s_client -connect 127.0.0.1:8443 -tls1_2 </dev/null");
            new Client(machine, port: 8443).Get("/");
        }

        nginx.WaitForLogged("SSL_do_handshake() failed");
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void AFewRequestsOverTheLimit() => LabMachine.Run(nameof(AFewRequestsOverTheLimit), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(
            machine,
            "limit_req_zone $http_x_client zone=perclient:1m rate=1r/s;\n" + Site.Proxy("http://127.0.0.1:3000", "limit_req zone=perclient nodelay burst=2;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 80);
        for (var i = 0; i < 5; i++)
        {
            client.Get("/", "X-Client: greedy");
        }

        nginx.WaitForLogged("limiting requests, excess");
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void APhpAppThatWritesNotices() => LabMachine.Run(nameof(APhpAppThatWritesNotices), machine =>
    {
        var php = PhpFpm.Start(machine, "/run/php.sock", "catch_workers_output = yes\nphp_admin_flag[log_errors] = on");
        machine.Write("php/notice.php", "<?php error_log('PHP Warning:  Undefined variable $x in /srv/app.php on line 3'); echo 'ok';");
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php.sock", php.Folder + "$fastcgi_script_name"));
        new Client(machine).MustGet(200, "/notice.php", times: 20);
        nginx.WaitForLogged("FastCGI sent in stderr");
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });
}
