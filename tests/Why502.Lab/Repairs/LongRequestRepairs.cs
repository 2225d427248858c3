using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>A repair on an nginx that serves: short requests on new connections all the time, and long ones that are under way when it reloads.</summary>
public sealed partial class LongRequestRepairs
{
    private const int LongRequests = 30;

    /// <summary>The old worker drains far longer than the repair waits for it, and is left to end by itself.</summary>
    [SkippableFact]
    public void LongRequestsUnderWay_AreNotCut() => LabMachine.Run(nameof(LongRequestsUnderWay_AreNotCut), machine => Prove(machine, Serve(machine), 9, () => { }));

    /// <summary>The old worker stands still for five seconds and does not hear that it is to end; after three it is told by SIGQUIT, which it takes as gracefully.</summary>
    [SkippableFact]
    public void WorkerThatHearsLate_CutsNobody() => LabMachine.Run(nameof(WorkerThatHearsLate_CutsNobody), machine =>
    {
        var nginx = Serve(machine);
        var worker = machine.Shell("pgrep -P $(cat run/nginx.pid)").Trim();
        Prove(machine, nginx, 12, () => machine.Start("still", "sh", "-c", $"kill -STOP {worker}; sleep 9; kill -CONT {worker}"));
    });

    /// <summary>nginx's own setting cuts them at any reload: it is said before.</summary>
    [SkippableFact]
    public void ShutdownTimeout_IsSaidBefore() => LabMachine.Run(nameof(ShutdownTimeout_IsSaidBefore), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/login") { Header = 6000 });
        var nginx = NginxServer.Prepare(machine, Site.Proxy("http://127.0.0.1:3000"));
        File.WriteAllText(nginx.Config, "worker_shutdown_timeout 3s;\n" + File.ReadAllText(nginx.Config));
        nginx.StartMaster();
        new Client(machine).MustGet(502, "/login", times: 3);
        var shown = Regex.Replace(Tool.On(machine).Run("fix", "--config", nginx.Config).Output, @"\s+", " ");
        Assert.Contains("but for those that take longer than worker_shutdown_timeout 3s", shown, StringComparison.Ordinal);
    });

    private static NginxServer Serve(LabMachine machine)
    {
        Programs.Require("wrk", "curl", "pgrep");
        Node.Start(machine, 3000, routes: [new Route("/login") { Header = 6000 }, new Route("/export") { Sleep = [16] }]);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/login", times: 3);
        return nginx;
    }

    private static void Prove(LabMachine machine, NginxServer nginx, int loadSeconds, Action before)
    {
        var load = machine.Start("wrk", "wrk", "-t1", "-c8", string.Create(CultureInfo.InvariantCulture, $"-d{loadSeconds}s"), "--timeout", "30s", "-H", "Connection: close", "-H", "Host: shop.example.com", "http://127.0.0.1:8080/fast");
        var exports = machine.Start("exports", "sh", "-c", $"for i in $(seq {LongRequests}); do curl -s -o /dev/null -w '%{{http_code}} %{{size_download}}\\n' -H 'Host: shop.example.com' http://127.0.0.1:8080/export >>exports.txt & done; wait");
        Thread.Sleep(1500);
        before();
        var began = Stopwatch.StartNew();
        var applied = Tool.On(machine).RunWith(["STATE_DIRECTORY=" + machine.PathOf("state")], "fix", "--config", nginx.Config, "--cause", "response-header-too-big", "--apply", "--yes");
        var took = began.Elapsed;
        Assert.True(applied.ExitCode == 0 && applied.Output.Contains("Fixed.", StringComparison.Ordinal), applied.Output + applied.Errors);
        Poll.Until(() => load.HasExited && exports.HasExited, "the load and the long requests to end", seconds: 60);

        var said = File.ReadAllText(machine.PathOf("wrk.out"));
        Assert.DoesNotContain("Socket errors", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Non-2xx", said, StringComparison.Ordinal);
        Assert.True(int.Parse(Requests().Match(said).Groups[1].Value, CultureInfo.InvariantCulture) > 100, said);
        var answers = File.ReadAllLines(machine.PathOf("exports.txt"));
        Assert.True(answers.Length == LongRequests && answers.All(answer => answer == "200 3"), $"of {LongRequests} long requests: {string.Join(", ", answers.CountBy(answer => answer))}");
        Console.Out.WriteLine($"{Requests().Match(said).Value}; {LongRequests} of 16 s under way, none cut; fix --apply took {took.TotalSeconds:0.0} s");
        new Client(machine).MustGet(200, "/login");
    }

    [GeneratedRegex(@"(\d+) requests in \S+")]
    private static partial Regex Requests();
}
