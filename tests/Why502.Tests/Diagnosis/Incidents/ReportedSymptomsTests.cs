using System.Text;
using Why502.Cli.Calibration;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>What an app, the kernel or the init system says alone, and what it does not mean beside nginx's own failures.</summary>
public sealed class ReportedSymptomsTests
{
    private const string Refused = "2025/03/03 07:16:11 [error] 4021#4021: *77 connect() failed (111: Connection refused) while connecting to upstream, client: 198.51.100.23, server: ledger.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:8010/\", host: \"ledger.example\"\n";

    private const string Conntrack = "Mar 03 07:15:58 edge1 kernel: nf_conntrack: nf_conntrack: table full, dropping packet\n";

    [Fact]
    public async Task ReportAlone_IsTheSymptom()
    {
        var finding = Assert.Single(await FindingsAsync(("journal.txt", Conntrack)), item => item.Confidence >= 0.5);
        Assert.Equal("connection-tracking-full", finding.Cause);
    }

    [Fact]
    public async Task ReportBesideFailures_IsEvidenceAndNoFaultOfItsOwn()
        => Assert.DoesNotContain(await FindingsAsync(("journal.txt", Conntrack), ("error.log", Refused)), finding => finding.Cause == "connection-tracking-full" && finding.Confidence >= 0.5);

    [Fact]
    public async Task StartThatSucceededAfterwards_IsOver()
        => Assert.Empty(await FindingsAsync(("app.log", "[2025-03-03 07:14:58 +0000] [51] [ERROR] Connection in use: ('127.0.0.1', 8010)\n[2025-03-03 07:15:58 +0000] [61] [INFO] Listening at: http://127.0.0.1:8010 (61)\n")));

    [Theory]
    [InlineData("nginx.service", false)]
    [InlineData("ledger.service", true)]
    public async Task UnitThatFailed_IsTheUpstreamUnlessItIsNginx(string unit, bool down)
        => Assert.Equal(down, (await FindingsAsync(("journal.txt", $"Mar 03 07:15:58 edge1 systemd[1]: {unit}: Failed with result 'exit-code'.\nMar 03 07:15:58 edge1 systemd[1]: {unit}: Start request repeated too quickly.\n"))).Any(finding => finding.Cause == "upstream-down"));

    [Theory]
    [InlineData("Nov 20 01:02:03 web nginx[71]: nginx: [emerg] \"proxy_pass\" directive is no\nNov 20 01:02:03 web systemd[1]: nginx.service: Failed with result 'exit-code'.\n")]
    [InlineData("nginx: [emerg] tally_module: words of a module of somebody's own\n")]
    [InlineData("Nov 20 01:02:03 web nginx[71]: nginx: configuration file /etc/nginx/nginx.conf test failed\n")]
    [InlineData("● nginx.service - web\n     Loaded: loaded (/lib/systemd/system/nginx.service; enabled)\n     Active: failed (Result: exit-code) since Mon 2026-04-03 22:40:14 UTC; 33s ago\n    Process: 39 ExecStartPre=/usr/sbin/nginx -t -q -g daemon on; master_process on; (code=ex>\n")]
    [InlineData("msg: \"nginx: [emerg] unknown directive \\\"add\\\" in /etc/nginx/a.conf:7\\nnginx: configuration file /etc/nginx/nginx.conf test failed\"\n")]
    public async Task ConfigurationThatNginxGaveUp_IsTold(string text)
        => Assert.Equal("config-invalid", Assert.Single(await FindingsAsync(("paste.txt", text)), finding => finding.Confidence >= 0.5).Cause);

    [Fact]
    public async Task EmergForARequest_IsNoRefusal()
        => Assert.DoesNotContain(await FindingsAsync(("error.log", "2025/03/03 07:16:11 [emerg] 4021#4021: *77 [lua] tally.lua:7: said so, client: 198.51.100.23, server: a.example, request: \"GET / HTTP/1.1\", host: \"a.example\"\n")), finding => finding.Cause == "config-invalid");

    [Fact]
    public async Task UndatedRecordBelowAnother_IsARecordOfItsOwn()
        => Assert.Contains(await FindingsAsync(("a.txt", "nginx: [emerg] host not found in upstream \"tally\" in /etc/nginx/nginx.conf:44\n[error] 33#33: *2 connect() failed (111: Connection refused) while connecting to upstream\n")), finding => finding.Cause == "upstream-down");

    [Theory]
    [InlineData("recv() failed (13: Permission denied) while reading response header from upstream")]
    [InlineData("writev() failed (13: Permission denied) while sending request to upstream")]
    public async Task ForbiddenReadingOrWriting_IsAPolicys(string message)
        => Assert.Equal("access-control-denied", (await FindingsAsync(("error.log", $"2025/03/03 07:16:11 [error] 4021#4021: *77 {message}, client: 198.51.100.23, server: a.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:8010/\", host: \"a.example\"\n")))[0].Cause);

    [Theory]
    [InlineData("● tally.service    loaded failed failed Tally")]
    [InlineData("abcdef012345   tally:3   \"./run\"   2 hours ago   Exited (1) 5 minutes ago              tally")]
    public async Task StateInARowOfAListing_IsTheSymptom(string row)
        => Assert.Contains(await FindingsAsync(("list.txt", row + "\n")), finding => finding.Cause is "upstream-down");

    [Theory]
    [InlineData("child 31 exited on signal 11 (SIGSEGV)", "worker-crashed")]
    [InlineData("> child 31 exited on signal 11 (SIGSEGV)", "worker-crashed")]
    [InlineData("       Message: Process 812 (tally) of user 33 dumped core.", "worker-crashed")]
    [InlineData("       Message: Process 812 (nginx) of user 33 dumped core.", "nginx-worker-crashed")]
    [InlineData("php-fpm invoked oom-killer: gfp_mask=0x14200ca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0", "worker-out-of-memory")]
    [InlineData("192.0.2.7 - - [28/Apr/2025:06:13:44 +0000] \"GET /ws HTTP/1.1\" 400 12 \"-\" \"a\"\n2025/04/28 06:13:44 websocket: upgrade != websocket", "upgrade-failed")]
    public async Task LineByItself_IsTheSymptom(string text, string cause)
        => Assert.Equal(cause, (await FindingsAsync(("app.log", text + "\n")))[0].Cause);

    [Theory]
    [InlineData("I looked into its log and found this,\nconnect() to unix:/srv/tally.sock failed (2: No such file or directory) while connecting to upstream, client: 192.0.2.7, server: a.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/srv/tally.sock:/\", host: \"a.example\"\n", "socket-missing")]
    [InlineData("limits.conf\n```\nlimit_req zone=tally burst=20;\n```\n```\n2025/03/03 07:16:11 [error] 4021#4021: *77 limiting requests, excess: 20.640 by zone \"tally\", request: \"GET /orders/of/toda...\n```\n", "rate-limited")]
    public async Task RecordInAText_IsReadWithoutTheTextAroundIt(string text, string cause)
        => Assert.Equal(cause, (await FindingsAsync(("thread.md", text)))[0].Cause);

    private const string NoSocket = "2025/03/03 07:16:11 [crit] 4021#4021: *77 connect() to unix:/var/run/tally/front.sock failed (2: No such file or directory) while connecting to upstream, client: 198.51.100.23, server: a.example, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/var/run/tally/front.sock:/\", host: \"a.example\"\n";

    [Theory]
    [InlineData("$ ls /run/tally\nback.sock  back.pid\n", "socket-path-mismatch")]
    [InlineData("$ ls /run/tally\nback.pid\n", "socket-missing")]
    [InlineData("$ ls /run/tally\nback.sock  side.sock\n", "socket-missing")]
    public async Task SocketOfAnotherNameInTheDirectory_IsTheAppsOwn(string listing, string cause)
        => Assert.Equal(cause, (await FindingsAsync(("session.txt", "$ tail -1 error.log\n" + NoSocket + listing)))[0].Cause);

    [Theory]
    [InlineData("srwxr-xr-x 1 tally tally 0 Mar 3 07:15 /srv/tally.sock\nnginx answers with 502 then\n", "socket-permission-denied")]
    [InlineData("srwxr-xr-x 1 tally tally 0 Mar 3 07:15 /srv/tally.sock\nsrwxr-xr-x 1 tally tally 0 Mar 3 07:15 /srv/side.sock\nnginx answers with 502 then\n", "upstream-down")]
    public async Task OneListedSocketBesideAToldFailure_IsTheUpstream(string text, string cause)
        => Assert.Contains(await FindingsAsync(("mail.txt", text)), finding => finding.Cause == cause);

    [Theory]
    [InlineData("srwxr-xr-x 1 tally tally 0 Mar 3 07:15 /srv/tally.sock\nis that right?\n")]
    [InlineData("# nginx: pages for 502\nserver {\n    listen 80;\n    error_page 502 /502.html;\n    location / { root /srv; }\n}\n")]
    public async Task WithoutAToldFailure_NobodyIsAccused(string text)
        => Assert.DoesNotContain(await FindingsAsync(("mail.txt", text)), finding => finding.Confidence >= 0.3);

    [Fact]
    public async Task DatesWithoutAYear_AreOfTheYearThatNginxsLogShows()
    {
        const string Killed = "Mar  3 07:16:10 edge1 kernel: [81234.5] Out of memory: Killed process 4410 (gunicorn) total-vm:2214000kB, anon-rss:1814000kB, file-rss:0kB, shmem-rss:0kB, UID:1001 pgtables:4100kB oom_score_adj:0\n";
        const string Closed = "2019/03/03 07:16:11 [error] 4021#4021: *77 upstream prematurely closed connection while reading response header from upstream, client: 198.51.100.23, server: a.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:8010/\", host: \"a.example\"\n";
        Assert.Equal("worker-out-of-memory", (await FindingsAsync(("kern.log", Killed), ("error.log", Closed)))[0].Cause);
    }

    private static async Task<IReadOnlyList<StatedFinding>> FindingsAsync(params (string Name, string Text)[] files)
        => (await CaseRun.JudgeAsync(new LabelledCase { Id = "x", Causes = ["x"], Files = [.. files.Select(file => KeyValuePair.Create(file.Name, file.Text))] }, CancellationToken.None)).Findings;
}
