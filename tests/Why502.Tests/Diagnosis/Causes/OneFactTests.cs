using Why502.Diagnosis;
using Why502.Logs;
using Why502.Reports;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Two machines that differ in one fact, and what is then to be changed.</summary>
public sealed class OneFactTests
{
    private const string NoSocket = "connect() to unix:/tmp/web.sock failed (2: No such file or directory) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/tmp/web.sock:/\", host: \"shop.example\"";
    private const string NoSocketFpm = "connect() to unix:/run/php-fpm/www.sock failed (2: No such file or directory) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://unix:/run/php-fpm/www.sock:\", host: \"shop.example\"";
    private const string TimedOut = "upstream timed out (110: Connection timed out) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.5:8000/\", host: \"shop.example\"";
    private const string OutOfConnections = "512 worker_connections are not enough while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:80/\", host: \"shop.example\"";
    private const string Forbidden = "connect() to 127.0.0.1:3000 failed (13: Permission denied) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"";
    private const string Sending = "sendfile() failed (104: Connection reset by peer) while sending request to upstream, client: 192.0.2.7, server: shop.example, request: \"POST /upload HTTP/1.1\", upstream: \"http://127.0.0.1:3000/upload\", host: \"shop.example\"";
    private const string Header = "recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"POST /upload HTTP/1.1\", upstream: \"http://127.0.0.1:3000/upload\", host: \"shop.example\"";

    [Theory]
    [InlineData(true, "socket-path-mismatch")]
    [InlineData(false, "socket-missing")]
    public void SocketInTheServersOwnTmp(bool beyond, string cause)
        => Named(cause, 0.9, NoSocket, "proxy_pass http://unix:/tmp/web.sock;", scene => _ = beyond ? scene.ListensBeyond("/tmp/web.sock", "gunicorn", 812) : scene.NoSocket("/tmp/web.sock"));

    [Theory]
    [InlineData(true, "socket-path-mismatch")]
    [InlineData(false, "socket-missing")]
    public void PoolOnTcp(bool running, string cause)
        => Named(cause, 0.9, NoSocketFpm, "fastcgi_pass unix:/run/php-fpm/www.sock;", scene => scene.NoSocket("/run/php-fpm/www.sock").Pool("www", "127.0.0.1:9000", running));

    [Theory]
    [InlineData(false, "firewall-blocked", 80, 22)]
    [InlineData(true, "connect-timeout", 80, 22)]
    [InlineData(false, "connect-timeout", 80, 8000)]
    public void DefaultOfTheFilter(bool loopback, string cause, params int[] ports)
        => Named(cause, 0.5, TimedOut, "proxy_pass http://10.0.0.5:8000;", scene => scene.Listens("0.0.0.0:8000", "gunicorn", 812).DoesNotAnswer("10.0.0.5:8000").DropsByDefault(loopback, ports));

    /// <summary>The kernel said ten minutes earlier that its table was full.</summary>
    [Theory]
    [InlineData(1, "connection-tracking-full")]
    [InlineData(11, "connect-timeout")]
    public void TableThatWasFull(int minutesAgo, string cause)
        => Named(cause, 0.5, TimedOut.Replace("10.0.0.5", "10.0.0.8", StringComparison.Ordinal), "proxy_pass http://10.0.0.8:8000;", scene => scene.DoesNotAnswer("10.0.0.8:8000").Tracks(count: 200_000, max: 262_144, dropped: 4).KernelSays(AppEventKind.ConntrackFull, "nf_conntrack: table full, dropping packet", minutesAgo: minutesAgo));

    [Theory]
    [InlineData("127.0.0.1", "redirect-or-loop")]
    [InlineData("198.51.100.7", "worker-connections-exhausted")]
    public void NameOfItsOwnServer(string address, string cause)
        => Named(cause, 0.5, OutOfConnections, "proxy_pass http://shop.example; proxy_set_header Host $host;", scene => scene.Listens("0.0.0.0:80", "nginx", 820).Resolves("shop.example", address));

    [Theory]
    [InlineData(true, "request-too-large-for-upstream")]
    [InlineData(false, "upstream-reset")]
    public void ResetWhileNginxStillSends(bool sending, string cause)
        => Assert.Equal(cause, Run(sending ? $"{Header}\n{Sending}\n{Header}" : $"{Header}\n{Header}\n{Header}", "client_max_body_size 50m; proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3000", "python3", 812)).Findings[0].Cause.Id);

    [Theory]
    [InlineData("not-found", "dns-name-not-found")]
    [InlineData("timeout", null)]
    public void NginxThatDoesNotRun_AndANameOfItsConfiguration(string code, string? cause)
    {
        var found = Run("", "proxy_pass http://payments.internal:8080;", scene => scene.Stopped().LooksUp("payments.internal", "", code));
        Assert.Equal(cause, found.Findings.Count > 0 ? found.Findings[0].Cause.Id : null);
        Assert.Equal(cause is null ? Verdict.Unknown : Verdict.Faulty, found.Verdict);
        Assert.DoesNotContain(found.Findings.SelectMany(finding => finding.Fix?.Steps ?? []), step => step.Command?.Contains("reload", StringComparison.Ordinal) == true);
    }

    /// <summary>Rules that were laid over nginx at its start show nowhere; where the kernel has none to lay, nothing forbade it.</summary>
    [Theory]
    [InlineData("landlock", true)]
    [InlineData("capability", false)]
    public void DeniedConnectionWithoutAPolicyThatShows(string module, bool denied)
    {
        var found = Run(Forbidden, "proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3000", "node", 812).Modules("capability", module)).Findings;
        Assert.Equal(denied, found.Any(finding => finding.Cause.Id == "access-control-denied" && finding.Confidence >= 0.8));
        Assert.DoesNotContain(found.SelectMany(finding => finding.Fix?.Steps ?? []), step => step.Command?.Contains("setsebool", StringComparison.Ordinal) == true);
    }

    /// <summary>nginx deletes a temp file with its request: what was full need not be so any more, and then nothing is to be searched for.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(0.9, false)]
    public void FileSystemThatWasFull_IsSearchedWhileItIs(double available, bool searched)
    {
        const string full = "pwritev() \"/var/lib/nginx/proxy/1/00/0000000001\" failed (28: No space left on device) while reading upstream, client: 192.0.2.7, server: shop.example, request: \"GET /big HTTP/1.1\", upstream: \"http://127.0.0.1:3000/big\", host: \"shop.example\"";
        var first = Run(full, "proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3000", "node", 812).Storage("/var/lib/nginx/proxy", mayWrite: true, available).Storage("/var/lib/nginx/proxy/1/00", mayWrite: true, available)).Findings[0];
        Assert.Equal("disk-full", first.Cause.Id);
        Assert.Equal(searched, first.Fix!.Steps.Any(step => step.Command?.StartsWith("du ", StringComparison.Ordinal) == true));
    }

    /// <summary>No server has the name that clients ask for: a request by another's name proves nothing, and what has to be written is said.</summary>
    [Fact]
    public void NameThatNoServerHas_IsNotVerifiedByAnother()
    {
        var found = Scene.Run(new Case("", Header.Replace("host: \"shop.example\"", "host: \"www.store.example\"", StringComparison.Ordinal), "proxy_pass http://127.0.0.1:3000; } } server { listen 80; server_name wwww.store.example; location / { proxy_pass http://127.0.0.1:3001;"));
        var first = found.Findings[0];
        Assert.Equal("wrong-server-block", first.Cause.Id);
        Assert.Contains(first.Fix!.Steps, step => step.Text.Contains("wwww.store.example", StringComparison.Ordinal));
        Assert.DoesNotContain("why502 verify", TextReport.Render(new ReportInput(found, TimeSpan.FromSeconds(1)), 120).ToString(), StringComparison.Ordinal);
    }

    /// <summary>A worker that takes the place of one that was killed is no beginning: its server has run for an hour.</summary>
    [Fact]
    public void WorkerThatWasForked_IsNoBeginning()
        => Assert.DoesNotContain(Run(Header, "proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3000", "gunicorn", 812).Forks("127.0.0.1:3000", 845, 60)).Findings[0].Incident.Timeline!.Before, change => change.What.Contains("was started", StringComparison.Ordinal));

    [Theory]
    [InlineData(5, true)]
    [InlineData(600, false)]
    public void RowsWithoutAStatus_AfterAReload(int secondsBefore, bool cut)
    {
        var found = Scene.Run(new Case("", "", "proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/export", 0, StatusOrigin.Unknown, 12).AtTop("worker_shutdown_timeout 5s;").Reloaded(secondsBefore)));
        Assert.Equal(cut, found.Findings.Any(finding => finding.Cause.Id == "reload-cut" && finding.Confidence >= 0.9));
    }

    /// <summary>The header had been sent, and the limit of the old workers cut the answers: they had begun before the reload, and ended together when the limit was over.</summary>
    [Theory]
    [InlineData(5, 8, true)]
    [InlineData(5, 1, false)]
    [InlineData(600, 8, false)]
    public void AnswersThatEndTogether_AfterAReload(int secondsBefore, double seconds, bool cut)
    {
        var found = Scene.Run(new Case("", "", "proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3000", "node", 812).EndedTogether("/events", "127.0.0.1:3000", seconds, 12).AtTop("worker_shutdown_timeout 5s;").Reloaded(secondsBefore)));
        Assert.Equal(cut, found.Findings.Any(finding => finding.Cause.Id == "reload-cut" && finding.Confidence >= 0.9));
    }

    /// <summary>nginx writes no colon between a socket and the URI of a request that timed out: both are one upstream's.</summary>
    [Theory]
    [InlineData("/orders/1", "/orders/2", "/run/shop.sock")]
    [InlineData("/v2/orders/1", "/v2/orders/2", "/run/shop.sock")]
    [InlineData("/orders/1", "/orders/2", "/run/shop")]
    public void TimeOutsOfOneSocket_AreOneIncident(string one, string other, string socket)
    {
        string Line(string uri) => $"upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET {uri.Replace("/v2", "", StringComparison.Ordinal)} HTTP/1.1\", upstream: \"http://unix:{socket}{uri}\", host: \"shop.example\"";
        var incident = Assert.Single(Run($"{Line(one)}\n{Line(other)}", $"proxy_pass http://unix:{socket};", _ => { }).Findings.Select(finding => finding.Incident).DistinctBy(incident => incident.Id));
        Assert.Equal(($"unix:{socket}", 2L), (incident.Peer!.ToString(), incident.Requests));
    }

    /// <summary>What uWSGI makes of foreign bytes: FastCGI's version, a request line, and the preface of HTTP/2 that nginx did not send.</summary>
    [Theory]
    [InlineData("fastcgi", "-- unavailable modifier requested: 1 --", true)]
    [InlineData("fastcgi", "-- unavailable modifier requested: 30 --", false)]
    [InlineData("http", "invalid request block size: 21573 (max 4096)...skip", true)]
    [InlineData("http", "invalid request block size: 18770 (max 4096)...skip", false)]
    public void BytesThatUwsgiDoesNotUnderstand(string scheme, string said, bool mismatch)
    {
        var found = Run(
            $"upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"{scheme}://127.0.0.1:3031{(scheme == "http" ? "/" : "")}\", host: \"shop.example\"",
            scheme == "http" ? "proxy_pass http://127.0.0.1:3031;" : "fastcgi_pass 127.0.0.1:3031;",
            scene => scene.Listens("127.0.0.1:3031", "uwsgi", 812).Says(said)).Findings;
        Assert.Equal(mismatch, found[0].Cause.Id == "protocol-mismatch" && found[0].Confidence >= 0.8);
    }

    /// <summary>nginx as upstream finishes the handshake and refuses the request; an app's own 400 is the app's.</summary>
    [Theory]
    [InlineData(true, "tls-client-certificate-required")]
    [InlineData(false, null)]
    public void EveryRequestIsRefusedAfterAHandshake(bool asked, string? cause)
    {
        var found = Run("", "proxy_pass https://10.0.0.9:443;", scene => scene.Tls("10.0.0.9:443", new() { ClientCertificateAsked = asked }).Gets("/", 400, StatusOrigin.Upstream, 24, "10.0.0.9:443")).Findings;
        Assert.Equal(cause, found.FirstOrDefault(finding => finding.Confidence >= 0.5)?.Cause.Id);
    }

    /// <summary>A server that another location reaches by name is not the app that is missed here.</summary>
    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.0.0.9", true)]
    public void AppBehindANameOfAnotherLocation(string address, bool missed)
    {
        var found = Run(
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:4001/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:4001; } location /api/ { proxy_pass https://api.internal.example:8443;",
            scene => scene.Listens("127.0.0.1:8443", "gunicorn", 812).Resolves("api.internal.example", address)).Findings;
        Assert.Equal(missed ? "upstream-wrong-address" : "upstream-down", found[0].Cause.Id);
    }

    /// <summary>What lies on disk would not mend it either.</summary>
    [Fact]
    public void EditThatNamesAnotherDeadAddress_IsNotTheCause()
        => Named("upstream-down", 0.5, "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"", "proxy_pass http://127.0.0.1:3001;", scene => scene.Refuses("127.0.0.1:3001").ConfigurationChanged());

    /// <summary>A busy route says 503 by intention; nginx was told to count that against the server.</summary>
    [Theory]
    [InlineData("error timeout http_503", "passive-check-poisoned")]
    [InlineData("error timeout http_502", "upstream-group-exhausted")]
    public void AnswersThatCountAgainstTheServers(string next, string cause)
    {
        var found = Scene.Run(new Case(
            "",
            "no live upstreams while connecting to upstream, client: 192.0.2.8, server: shop.example, request: \"GET /cart HTTP/1.1\", upstream: \"http://backend/cart\", host: \"shop.example\"",
            $"proxy_next_upstream {next}; proxy_pass http://backend;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812).Listens("127.0.0.1:3002", "node", 813).Answered("/cart", 200, "127.0.0.1:3001", 0.02, 40).Gets("/busy", 503, StatusOrigin.Upstream, 2, "127.0.0.1:3001").Gets("/cart", 502, StatusOrigin.Nginx, 80, "backend"),
            Http: "upstream backend { server 127.0.0.1:3001; server 127.0.0.1:3002; }"));
        Assert.Equal(cause, found.Findings[0].Cause.Id);

        // Rows that name the group itself are of the incident, too.
        Assert.Contains("answers 502 on /cart", TextReport.Render(new ReportInput(found, TimeSpan.FromSeconds(1)), 120).ToString(), StringComparison.Ordinal);
    }

    /// <summary>Packages write PHP's version into the socket's name: after an upgrade one of many sites was forgotten. Another name is another pool.</summary>
    [Theory]
    [InlineData("/run/php/php8.2-fpm.sock", "socket-path-mismatch")]
    [InlineData("/run/php/shop.sock", "socket-missing")]
    public void PoolThatOtherSitesUse(string listen, string cause)
        => Assert.Equal(cause, Run(NoSocketFpm.Replace("/run/php-fpm/www.sock", "/run/php/php8.1-fpm.sock", StringComparison.Ordinal), $"fastcgi_pass unix:/run/php/php8.1-fpm.sock; }} location /two {{ fastcgi_pass unix:{listen};", scene => scene.NoSocket("/run/php/php8.1-fpm.sock").Pool("www", $"unix:{listen}", running: true)).Findings[0].Cause.Id);

    /// <summary>The pool names a log of its own, so that nginx's has nothing of it; what else PHP dies of there is the app's business.</summary>
    [Theory]
    [InlineData("Allowed memory size of 25165824 bytes exhausted (tried to allocate 2097152 bytes) in /srv/export.php on line 1", true)]
    [InlineData("Uncaught Error: Call to undefined function price() in /srv/export.php:1", false)]
    public void FatalErrorsInThePoolsOwnLog(string message, bool named)
        => Assert.Equal(named, Run("", "fastcgi_pass unix:/run/php.sock;", scene => scene.Pool("www", "unix:/run/php.sock", running: true).Says([.. Enumerable.Repeat($"[15-Jan-2026 11:59:00 UTC] PHP Fatal error:  {message}", 12)])
            .Gets("/export.php", 500, StatusOrigin.Upstream, 12, "unix:/run/php.sock").Gets("/", 200, StatusOrigin.Upstream, 60, "unix:/run/php.sock")).Findings.Any(finding => finding.Cause.Id == "worker-out-of-memory" && finding.Confidence >= 0.5));

    /// <summary>A switch that was left on, with nothing for users to read, is not what anybody meant.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("error_page 503 /sorry.html; ", false)]
    public void SwitchFile_IsMeantWhereItHasAPage(string page, bool named)
        => Assert.Equal(named, Run("", $"{page}if (-f /srv/off) {{ return 503; }} proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/", 503, StatusOrigin.Nginx, 40)).Findings.Any(finding => finding.Cause.Id == "status-from-config" && finding.Confidence >= 0.5));

    /// <summary>A page in the place of each failure hides a fault; one from a cache is an answer.</summary>
    [Theory]
    [InlineData("proxy_intercept_errors on; error_page 503 =200 /sorry.html;", 200, 503, "upstream-answered-error")]
    [InlineData("proxy_intercept_errors on; error_page 503 =502 /sorry.html;", 502, 503, "upstream-answered-error")]
    [InlineData("proxy_cache_use_stale http_503;", 200, 503, null)]
    public void PageInThePlaceOfAFailure(string told, int status, int upstreamStatus, string? cause)
    {
        var found = Run("", $"{told} proxy_pass http://127.0.0.1:8081;", scene => scene.Listens("127.0.0.1:8081", "apache2", 812).GetsPage("/", status, upstreamStatus, "127.0.0.1:8081", 24)).Findings;
        Assert.Equal(cause, found.FirstOrDefault(finding => finding.Confidence >= 0.5)?.Cause.Id);
    }

    /// <summary>What a route takes in a control group that is stopped most of the time is not what it needs.</summary>
    [Theory]
    [InlineData(1, "timeout-too-short")]
    [InlineData(4, "host-overloaded")]
    public void RouteThatTakesLong_InAControlGroup(int throttled, string cause)
        => Named(cause, 0.5, "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /report HTTP/1.1\", upstream: \"http://127.0.0.1:3000/report\", host: \"shop.example\"", "proxy_read_timeout 2s; proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "gunicorn", 812).Answered("/report", 200, "127.0.0.1:3000", 1.7, 12).Throttled("/apps", 0.2, periods: 4, throttled));

    /// <summary>The rule names a user, and only a connection in that user's name shows whether it is nginx's.</summary>
    [Theory]
    [InlineData(true, 0.9)]
    [InlineData(false, 0)]
    public void RuleForOneUser(bool drops, double least)
    {
        var found = Run(TimedOut.Replace("10.0.0.5", "127.0.0.1", StringComparison.Ordinal), "proxy_pass http://127.0.0.1:8000;", scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).DropsFor(33, 8000, drops)).Findings;
        var confidence = found.FirstOrDefault(finding => finding.Cause.Id == "firewall-blocked")?.Confidence ?? 0;
        Assert.True(drops ? confidence >= least : confidence < 0.9, $"{confidence}");
    }

    private static void Named(string cause, double confidence, string log, string location, Action<Scene> machine)
    {
        var first = Run(log, location, machine).Findings[0];
        Assert.Equal((cause, true), (first.Cause.Id, first.Confidence >= confidence));
    }

    private static Conclusion Run(string log, string location, Action<Scene> machine) => Scene.Run(new Case("", log, location, machine));
}
