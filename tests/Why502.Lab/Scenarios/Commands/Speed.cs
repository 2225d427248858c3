using System.Text;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Time to a verdict; measured while no other scenario runs.</summary>
[Collection(Alone)]
public sealed class Speed
{
    internal const string Alone = "alone";
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void VerdictOnALiveMachine_MedianBelowOneSecond() => LabMachine.Run(nameof(VerdictOnALiveMachine_MedianBelowOneSecond), machine =>
    {
        Node.Start(machine, 3001);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 20);
        var tool = Tool.On(machine);
        var median = Enumerable.Range(0, 7)
            .Select(_ => tool.Run("diagnose", "--config", nginx.Config, "--format", "json").Took)
            .Order().ElementAt(3);
        Assert.True(median < TimeSpan.FromSeconds(1), $"median {median.TotalMilliseconds:0} ms");
    });

    [SkippableFact]
    public void SparseLogOfFiftyGigabytes_CostsNoMore() => LabMachine.Run(nameof(SparseLogOfFiftyGigabytes_CostsNoMore), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 20);
        nginx.WaitForLogged(Refused);
        var tool = Tool.On(machine);
        tool.Run("diagnose", "--config", nginx.Config, "--format", "json");
        var small = Fastest(() => tool.Run("diagnose", "--config", nginx.Config, "--format", "json").Took);
        var lines = File.ReadAllText(nginx.ErrorLog);
        machine.Must("truncate", "-s", "50G", nginx.ErrorLog);
        using (var log = new FileStream(nginx.ErrorLog, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            log.Write(Encoding.UTF8.GetBytes("\n" + lines));
        }

        client.MustGet(502, "/", times: 4);
        var large = Fastest(() => tool.Run("diagnose", "--config", nginx.Config, "--format", "json").Took);
        var diagnosis = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.Equal("upstream-down", diagnosis.Findings[0].Cause);
        Assert.True(large < (small * 1.2) + TimeSpan.FromMilliseconds(150), $"50 GB took {large.TotalMilliseconds:0} ms, the small log {small.TotalMilliseconds:0} ms");
    });

    private static TimeSpan Fastest(Func<TimeSpan> run) => Enumerable.Range(0, 5).Select(_ => run()).Min();
}

[CollectionDefinition(Speed.Alone, DisableParallelization = true)]
public sealed class AloneDefinition;
