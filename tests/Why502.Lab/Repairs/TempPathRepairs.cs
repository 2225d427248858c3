using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Directories of nginx's temp files that its workers may not write to.</summary>
public sealed class TempPathRepairs
{
    [SkippableFact]
    public void DirectoriesOfAnotherUser_AreGivenBack() => Run(nameof(DirectoriesOfAnotherUser_AreGivenBack), machine => machine.Shell("mkdir -p temp/proxy/1/00; chown -R root:root temp/proxy; chmod 0755 temp/proxy"), machine =>
    {
        Assert.Equal("root root 755", machine.Must("stat", "-c", "%U %G %a", machine.PathOf("temp/proxy")).Trim());
        Assert.Equal("root root 755", machine.Must("stat", "-c", "%U %G %a", machine.PathOf("temp/proxy/1/00")).Trim());
    });

    [SkippableFact]
    public void DirectoryAboveThatStops_LetsTheWorkerThrough() => Run(nameof(DirectoryAboveThatStops_LetsTheWorkerThrough), machine => machine.Shell("chmod 0700 temp"),
        machine => Assert.DoesNotContain("user:", machine.Must("getfacl", "-cp", machine.PathOf("temp")).Replace("user::", "", StringComparison.Ordinal), StringComparison.Ordinal), "setfacl");

    [SkippableFact]
    public void DirectoryThatIsGone_IsMadeAgain() => LabMachine.Run(nameof(DirectoryThatIsGone_IsMadeAgain), machine =>
    {
        var (nginx, works) = Start(machine);
        machine.Shell("rm -rf temp/proxy");
        Assert.False(works());
        Repaired.ProveReload(machine, nginx, "temp-path-unwritable", works);
    });

    private static void Run(string scenario, Action<LabMachine> spoil, Action<LabMachine> after, params string[] programs) => LabMachine.Run(scenario, machine =>
    {
        foreach (var program in programs)
        {
            Programs.Require(program);
        }

        var (nginx, works) = Start(machine);
        spoil(machine);
        Assert.False(works());
        Repaired.ProveOfMachine(machine, nginx, "temp-path-unwritable", works, []);
        after(machine);
    });

    /// <summary>Whether a large answer comes whole to a client that reads slowly.</summary>
    private static (NginxServer Nginx, Func<bool> Works) Start(LabMachine machine)
    {
        const int Size = 12_000_000;
        Node.Start(machine, 3000, routes: new Route("/export") { Body = Size });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_buffers 4 4k;"));
        new Client(machine).MustGet(200, "/", times: 4);
        return (nginx, () => machine.Execute("sh", "-c", "curl -s --max-time 20 -H 'Host: shop.example.com' http://127.0.0.1:8080/export | (sleep 1; wc -c)").Output.Trim() is var got && int.TryParse(got, out var bytes) && bytes >= Size);
    }
}
