using System.Globalization;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>How a verdict must not change, or must change, when what it rests on is changed.</summary>
public sealed class Metamorphic
{
    private const string Refused = "(111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void IrrelevantLinesAdded_SameCauses() => LabMachine.Run(nameof(IrrelevantLinesAdded_SameCauses), machine =>
    {
        var nginx = WrongPort(machine);
        var before = Examination.Plain(machine, nginx, "--config", nginx.Config);
        var now = DateTime.Now.ToString("yyyy'/'MM'/'dd HH:mm:ss", CultureInfo.InvariantCulture);
        File.AppendAllLines(nginx.ErrorLog, Enumerable.Range(0, 3000).Select(i => (i % 3) switch
        {
            0 => $"{now} [error] 9#9: *{i} open() \"/var/www/html/wp-login.php\" failed (2: No such file or directory), client: 10.0.0.7, server: shop.example.com, request: \"GET /wp-login.php HTTP/1.1\", host: \"shop.example.com\"",
            1 => $"{now} [notice] 9#9: signal process started",
            _ => "a line of something else entirely",
        }));
        SameCauses(before, Examination.Plain(machine, nginx, "--config", nginx.Config));
    });

    [SkippableFact]
    public void LinesRepeatedAHundredTimes_SameCauses() => LabMachine.Run(nameof(LinesRepeatedAHundredTimes_SameCauses), machine =>
    {
        var nginx = WrongPort(machine);
        var before = Examination.Plain(machine, nginx, "--config", nginx.Config);
        var lines = File.ReadAllLines(nginx.ErrorLog);
        File.AppendAllLines(nginx.ErrorLog, Enumerable.Repeat(lines, 100).SelectMany(all => all));
        var after = Examination.Plain(machine, nginx, "--config", nginx.Config);
        SameCauses(before, after);
        Assert.InRange(after.Findings[0].Confidence - before.Findings[0].Confidence, -0.01, 0.01);
    });

    /// <summary>From the log and the configuration alone nobody can know where the app listens: there must be doubt.</summary>
    [SkippableFact]
    public void MachineTakenAway_LessSure() => LabMachine.Run(nameof(MachineTakenAway_LessSure), machine =>
    {
        var nginx = WrongPort(machine);
        var live = Examination.Plain(machine, nginx, "--config", nginx.Config);
        var files = Examination.Plain(machine, nginx, nginx.ErrorLog, nginx.Config);
        Assert.Equal("upstream-wrong-address", live.Findings[0].Cause);
        var same = files.Findings.Where(finding => finding.Cause == "upstream-wrong-address").Select(finding => finding.Confidence).DefaultIfEmpty(0).Max();
        Assert.True(same < live.Findings[0].Confidence, $"files alone are {same} sure, live {live.Findings[0].Confidence}");
        Assert.All(files.Findings, finding => Assert.True(finding.Confidence < 0.9, finding.ToString()));
    });

    [SkippableFact]
    public void ProbesTakenAway_NotSurer() => LabMachine.Run(nameof(ProbesTakenAway_NotSurer), machine =>
    {
        var nginx = WrongPort(machine);
        var live = Examination.Plain(machine, nginx, "--config", nginx.Config);
        var quiet = Examination.Plain(machine, nginx, "--config", nginx.Config, "--no-probe");
        SameCauses(live, quiet, onlyFirst: true);
        Assert.True(quiet.Findings[0].Confidence <= live.Findings[0].Confidence + 0.01, $"{quiet.Findings[0]} without probes, {live.Findings[0]} with");
    });

    /// <summary>The same answer twice in a row: nothing that the first run does changes the second.</summary>
    [SkippableFact]
    public void AskedAgain_SameAnswer() => LabMachine.Run(nameof(AskedAgain_SameAnswer), machine =>
    {
        var nginx = WrongPort(machine);
        var first = Examination.Plain(machine, nginx, "--config", nginx.Config);
        var second = Examination.Plain(machine, nginx, "--config", nginx.Config);
        SameCauses(first, second);
        Assert.Equal(first.Findings[0].Impact?.Requests, second.Findings[0].Impact?.Requests);
    });

    private static NginxServer WrongPort(LabMachine machine)
    {
        Node.Start(machine, 3001);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 4);
        nginx.WaitForLogged(Refused);
        return nginx;
    }

    private static void SameCauses(Diagnosis before, Diagnosis after, bool onlyFirst = false)
    {
        Assert.Equal(before.Verdict, after.Verdict);
        var count = onlyFirst ? 1 : int.MaxValue;
        Assert.Equal(before.Findings.Select(finding => finding.Cause).Take(count), after.Findings.Select(finding => finding.Cause).Take(count));
    }
}
