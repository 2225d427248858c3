using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>The command around the repair: who is asked, who is refused, and what is said.</summary>
public sealed class FixCommandScenarios
{
    [SkippableFact]
    public void HealthyMachine_HasNothingToFix() => LabMachine.Run(nameof(HealthyMachine_HasNothingToFix), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(200, "/", times: 4);
        var fix = Fix(machine, "--config", nginx.Config, "--apply", "--yes");
        Assert.Equal(0, fix.ExitCode);
        Assert.Contains("Nothing to fix", fix.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(machine.PathOf("state")));
    });

    [SkippableFact]
    public void WithoutATerminal_YesIsNeeded() => LabMachine.Run(nameof(WithoutATerminal_YesIsNeeded), machine =>
    {
        var (nginx, before) = Broken(machine);
        var fix = Fix(machine, "--config", nginx.Config, "--apply");
        Assert.Equal(2, fix.ExitCode);
        Assert.Contains("--yes", fix.Errors, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(nginx.Config));
    });

    [SkippableFact]
    public void FileThatAnsibleWrites_NeedsForce() => LabMachine.Run(nameof(FileThatAnsibleWrites_NeedsForce), machine =>
    {
        var (nginx, _) = Broken(machine, "# Ansible managed\n");
        var before = File.ReadAllText(nginx.Config);
        var refused = Fix(machine, "--config", nginx.Config, "--apply", "--yes");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Ansible", refused.Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(nginx.Config));
        var forced = Fix(machine, "--config", nginx.Config, "--apply", "--yes", "--force");
        Assert.True(forced.ExitCode == 0, forced.Output + forced.Errors);
        new Client(machine).MustGet(200, "/login");
    });

    /// <summary>Somebody else's half-done edit would be loaded by our reload.</summary>
    [SkippableFact]
    public void ChangeThatNobodyHasLoaded_NeedsForce() => LabMachine.Run(nameof(ChangeThatNobodyHasLoaded_NeedsForce), machine =>
    {
        var (nginx, _) = Broken(machine);
        LogClock.Pass();
        File.AppendAllText(nginx.Config, "# being edited\n");
        var refused = Fix(machine, "--config", nginx.Config, "--apply", "--yes");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("was changed since nginx loaded it", refused.Output, StringComparison.Ordinal);
        Assert.EndsWith("# being edited\n", File.ReadAllText(nginx.Config), StringComparison.Ordinal);
    });

    [SkippableFact]
    public void UserWithoutRights_IsToldToUseSudo() => LabMachine.Run(nameof(UserWithoutRights_IsToldToUseSudo), machine =>
    {
        var (nginx, before) = Broken(machine);
        var fix = Tool.On(machine).RunUnprivileged("fix", "--config", nginx.Config, "--apply", "--yes", "--timeout", "20s");
        Assert.Equal(1, fix.ExitCode);
        Assert.Equal(before, File.ReadAllText(nginx.Config));
        Assert.DoesNotContain("Fixed.", fix.Output, StringComparison.Ordinal);
    });

    /// <summary>The whole command is killed while nginx reloads: whoever looks next is told, nothing else is begun, and it is taken back.</summary>
    [SkippableFact]
    public void KilledCommand_IsNoticedAndRecovered() => LabMachine.Run(nameof(KilledCommand_IsNoticedAndRecovered), machine =>
    {
        Programs.Require("strace");
        var (nginx, before) = Broken(machine);
        var killed = machine.Execute(TimeSpan.FromMinutes(2), "env", $"STATE_DIRECTORY={machine.PathOf("state")}", "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pidfd_send_signal", "-e", "inject=pidfd_send_signal:signal=KILL:when=1", "--",
            Tool.Binary!, "fix", "--config", nginx.Config, "--apply", "--yes", "--timeout", "60s");
        Assert.Equal(137, killed.ExitCode);
        Assert.NotEqual(before, File.ReadAllText(nginx.Config));

        string[] state = [$"STATE_DIRECTORY={machine.PathOf("state")}"];
        var tool = Tool.On(machine);
        Assert.Contains("why502 fix --recover", tool.RunWith(state, "diagnose", "--config", nginx.Config).Errors, StringComparison.Ordinal);
        Assert.Contains("interrupted", tool.RunWith(state, "fix", "--history").Output, StringComparison.Ordinal);
        var refused = tool.RunWith(state, "fix", "--undo");
        Assert.Equal(1, refused.ExitCode);
        var recovered = tool.RunWith(state, "fix", "--recover");
        Assert.True(recovered.ExitCode == 0, recovered.Output + recovered.Errors);
        Assert.Equal(before, File.ReadAllText(nginx.Config));
        Assert.DoesNotContain("--recover", tool.RunWith(state, "diagnose", "--config", nginx.Config).Errors, StringComparison.Ordinal);
    });

    /// <summary>Both at once: one of them is refused, and the other one's repair is whole.</summary>
    [SkippableFact]
    public void TwoAtOnce_OneIsMade() => LabMachine.Run(nameof(TwoAtOnce_OneIsMade), machine =>
    {
        var (nginx, before) = Broken(machine);
        var tool = Tool.On(machine);
        string[] state = [$"STATE_DIRECTORY={machine.PathOf("state")}"];
        var both = new CommandResult[2];
        Parallel.For(0, 2, number => both[number] = tool.RunWith(state, "fix", "--config", nginx.Config, "--apply", "--yes"));
        Assert.Contains(both, one => one.Output.Contains("Fixed.", StringComparison.Ordinal));
        new Client(machine).MustGet(200, "/login");
        Assert.Equal(0, tool.RunWith(state, "fix", "--undo").ExitCode);
        Assert.Equal(before, File.ReadAllText(nginx.Config));
    });

    /// <summary>That a program answers does not make it the site's app.</summary>
    [SkippableFact]
    public void StrangersOnOtherPorts_AreNotTakenForTheApp() => LabMachine.Run(nameof(StrangersOnOtherPorts_AreNotTakenForTheApp), machine =>
    {
        Node.Start(machine, 9464, name: "exporter");
        Gunicorn.Start(machine, "127.0.0.1:8050", name: "trial");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 3);
        var before = File.ReadAllText(nginx.Config);
        var fix = Fix(machine, "--config", nginx.Config, "--apply", "--yes");
        Assert.Equal(1, fix.ExitCode);
        Assert.DoesNotContain("Fixed.", fix.Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(nginx.Config));
    });

    /// <summary>What the first repair leaves in the log is no third fault, and the second one is made.</summary>
    [SkippableFact]
    public void TwoFaults_AreBothRepaired() => LabMachine.Run(nameof(TwoFaults_AreBothRepaired), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/login") { Header = 6000 });
        Node.Start(machine, 4001, name: "blog");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:4000", name: "blog.example.com", listen: "127.0.0.1:8081") + Site.Proxy("http://127.0.0.1:3000"));
        var (shop, blog) = (new Client(machine), new Client(machine, 8081, "blog.example.com"));
        shop.MustGet(502, "/login", times: 3);
        blog.MustGet(502, "/", times: 6);
        var fix = Fix(machine, "--config", nginx.Config, "--apply", "--yes");
        Assert.True(fix.ExitCode == 0, fix.Output + fix.Errors);
        shop.MustGet(200, "/login");
        blog.MustGet(200, "/");
    });

    private static CommandResult Fix(LabMachine machine, params string[] arguments) => Tool.On(machine).RunWith([$"STATE_DIRECTORY={machine.PathOf("state")}"], ["fix", .. arguments]);

    private static (NginxServer Nginx, string Before) Broken(LabMachine machine, string head = "")
    {
        Node.Start(machine, 3000, routes: new Route("/login") { Header = 6000 });
        var nginx = NginxServer.Prepare(machine, Site.Proxy("http://127.0.0.1:3000"));
        File.WriteAllText(nginx.Config, head + File.ReadAllText(nginx.Config));
        nginx.StartMaster();
        new Client(machine).MustGet(502, "/login", times: 3);
        return (nginx, File.ReadAllText(nginx.Config));
    }
}
