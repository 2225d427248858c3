using System.Globalization;
using System.Text;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;
using Xunit.Abstractions;

namespace Why502.Lab.Repairs;

/// <summary>
/// A repair that is killed (SIGKILL by strace) on entering every single system call that writes, one run for each: the old or the new files are there,
/// never a mix of one file's bytes, nginx would load them, and <c>why502 fix --recover</c> brings all of the old state back.
/// </summary>
public sealed class KillScenarios(ITestOutputHelper output)
{
    /// <summary>Each is a moment between two writes: the run is killed when it enters its first, second, … such call.</summary>
    private static readonly string[] Calls =
    [
        "fsync", "rename,renameat,renameat2", "unlink,unlinkat,rmdir", "fchmod,chmod,fchmodat", "fchown,lchown,fchownat", "mkdir,mkdirat", "ftruncate,flock", "pidfd_send_signal,kill", "clone,clone3,vfork,fork",
        // Of all writes those of the journal and the files alone are told by their length: the runtime's own are short.
        "write",
    ];

    private const int CallsMax = 120;

    /// <summary>Generous: strace stops every thread of the run at every call.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [SkippableFact]
    public void Applying_KilledAnywhere() => Kill(nameof(Applying_KilledAnywhere), "apply", prepare: null, pointsMin: 60);

    [SkippableFact]
    public void TakingBackWhatDidNotHelp_KilledAnywhere() => Kill(nameof(TakingBackWhatDidNotHelp_KilledAnywhere), "fail", prepare: null, pointsMin: 80);

    [SkippableFact]
    public void Undoing_KilledAnywhere() => Kill(nameof(Undoing_KilledAnywhere), "undo", prepare: "apply", pointsMin: 30);

    [SkippableFact]
    public void Recovering_KilledAnywhere() => Kill(nameof(Recovering_KilledAnywhere), "recover", prepare: "killed", pointsMin: 30);

    private void Kill(string scenario, string act, string? prepare, int pointsMin) => LabMachine.Run(scenario, machine =>
    {
        Programs.Require("strace");
        var site = new RepairSite(machine);
        var tool = Tool.On(machine);
        var problems = new List<string>();
        var points = 0;
        if (prepare == "apply")
        {
            Drive(machine, site, "apply");
        }
        else if (prepare == "killed")
        {
            // At its end, when all is written and nothing is kept yet.
            Drive(machine, site, "apply", "pidfd_send_signal,kill", 1);
        }

        site.Keep();
        foreach (var calls in Calls)
        {
            for (var number = 1; number <= CallsMax; number++)
            {
                site.Restore();
                var killed = Drive(machine, site, act, calls, number);
                if (!killed)
                {
                    break;
                }

                points++;
                var where = $"{act} killed at {calls} number {number}";
                site.CheckNoMix(where, problems);
                var recovered = tool.RunWith(["STATE_DIRECTORY=" + site.State], "fix", "--recover");
                if (recovered.ExitCode != 0)
                {
                    problems.Add($"{where}: recover exits {recovered.ExitCode}: {recovered.Output}{recovered.Errors}");
                }

                site.CheckWhole(where, problems);
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{act}: {points} points"));
        Assert.True(problems.Count == 0, string.Join('\n', problems.Take(20)));
        Assert.True(points >= pointsMin, $"only {points} points were reached, not {pointsMin}");
    });

    /// <summary>True when it was killed, false when it came to its end.</summary>
    private static bool Drive(LabMachine machine, RepairSite site, string act, string? calls = null, int number = 0)
    {
        var program = site.Driver(act);
        var result = calls is null
            ? machine.Execute(Limit, program)
            : machine.Execute(Limit, ["strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={calls}", "-e", string.Create(CultureInfo.InvariantCulture, $"inject={calls}:signal=KILL:when={number}"), "--", .. program]);
        return result.ExitCode switch
        {
            0 => false,
            137 => true,
            _ => throw new LabException($"{act}: exit {result.ExitCode}: {result.Output}{result.Errors}"),
        };
    }
}
