using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>
/// Apps of compose that nginx on the machine does not reach. Engine and compose are stand-ins with recorded answers (Apps/compose.py); docker's command, the network namespace and what
/// goes through it are real.
/// </summary>
public sealed class ComposeRepairs
{
    private const string Hidden = """
        # The shop.
        services:
          web:
            image: "shop:1"   # built by CI
            command: python3 -m http.server --bind 0.0.0.0:3000
            restart: unless-stopped
            environment:
              - LANG=C
        volumes: {}

        """;

    private const string OnLoopback = """
        services:
          web:
            image: shop:1
            command: python3 -m http.server --bind 127.0.0.1:3000
            ports: ["127.0.0.1:3000:3000"]

        """;

    [SkippableFact]
    public void PortThatComposeDoesNotPublish_IsPublished() => LabMachine.Run(nameof(PortThatComposeDoesNotPublish_IsPublished), machine =>
    {
        var (nginx, client) = Broken(machine, Hidden);
        Repaired.ProveOfMachine(machine, nginx, "container-loopback", () => client.Get() == 200, ["ports:", "- \"127.0.0.1:3000:3000\""], machine.PathOf("shop"));
    });

    [SkippableFact]
    public void CommandThatListensOnLoopbackInside_ListensOnAll() => LabMachine.Run(nameof(CommandThatListensOnLoopbackInside_ListensOnAll), machine =>
    {
        var (nginx, client) = Broken(machine, OnLoopback, "http://172.18.0.3:3000");
        Repaired.ProveOfMachine(machine, nginx, "container-loopback", () => client.Get() == 200, ["-command: python3 -m http.server --bind 127.0.0.1:3000", "command: python3 -m http.server --bind 0.0.0.0:3000"], machine.PathOf("shop"));
    });

    /// <summary>Two files: the later one's command holds, and that one is edited.</summary>
    [SkippableFact]
    public void CommandOfAnOverride_IsEditedThere() => LabMachine.Run(nameof(CommandOfAnOverride_IsEditedThere), machine =>
    {
        const string Production = """
            services:
              web:
                command: python3 -m http.server --bind 127.0.0.1:3000

            """;
        var (nginx, client) = Broken(machine, Hidden, "http://172.18.0.3:3000", another: Production);
        Repaired.ProveOfMachine(machine, nginx, "container-loopback", () => client.Get() == 200, ["-command: python3 -m http.server --bind 127.0.0.1:3000", "command: python3 -m http.server --bind 0.0.0.0:3000"], machine.PathOf("shop"));
        Assert.Equal(Hidden, File.ReadAllText(machine.PathOf("shop/compose.yaml")));
    });

    /// <summary>What the container has written would be lost: that is a person's to decide.</summary>
    [SkippableFact]
    public void ContainerWithFilesOfItsOwn_IsLeftToAPerson() => LabMachine.Run(nameof(ContainerWithFilesOfItsOwn_IsLeftToAPerson), machine =>
    {
        var (nginx, _) = Broken(machine, Hidden, written: "/app/data/shop.sqlite");
        Left(machine, nginx, "It has written /app/data/shop.sqlite outside its volumes");
    });

    /// <summary>Another change waits in the file: it would come along.</summary>
    [SkippableFact]
    public void FileThatWasChangedSince_IsLeftToAPerson() => LabMachine.Run(nameof(FileThatWasChangedSince_IsLeftToAPerson), machine =>
    {
        var (nginx, _) = Broken(machine, Hidden);
        Thread.Sleep(4500);
        File.AppendAllText(machine.PathOf("shop/compose.yaml"), "# half done\n");
        Left(machine, nginx, "docker compose -f");
    });

    /// <summary>The file is a clone's: the change belongs into its repository.</summary>
    [SkippableFact]
    public void FileOfARepository_NeedsForce() => LabMachine.Run(nameof(FileOfARepository_NeedsForce), machine =>
    {
        machine.Write("shop/.git/config", "[remote \"origin\"]\n\turl = https://git.example.com/shop.git\n");
        var (nginx, _) = Broken(machine, Hidden);
        var refused = Tool.On(machine).RunWith(["STATE_DIRECTORY=" + machine.PathOf("state")], "fix", "--config", nginx.Config, "--cause", "container-loopback", "--apply", "--yes");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("git work tree", refused.Output, StringComparison.Ordinal);
        Assert.Equal(Hidden, File.ReadAllText(machine.PathOf("shop/compose.yaml")));
    });

    private static void Left(LabMachine machine, NginxServer nginx, string says)
    {
        var shown = Tool.On(machine).Run("fix", "--config", nginx.Config, "--cause", "container-loopback");
        Assert.Contains("yours", shown.Output, StringComparison.Ordinal);
        Assert.Contains(says, System.Text.RegularExpressions.Regex.Replace(shown.Output, @"\s+", " "), StringComparison.Ordinal);
        Assert.DoesNotContain("Apply with", shown.Output, StringComparison.Ordinal);
    }

    private static (NginxServer Nginx, Client Client) Broken(LabMachine machine, string compose, string pass = "http://127.0.0.1:3000", string? written = null, string? another = null)
    {
        Programs.Require("docker", "python3");
        var space = NetworkSpace.Create(machine, "app");
        var file = machine.Write("shop/compose.yaml", compose);
        file = another is null ? file : $"{file},{machine.Write("shop/compose.production.yaml", another)}";
        var program = machine.Write("compose.py", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Apps", "compose.py")));
        machine.Shell($"mount -t tmpfs none /root && mkdir -p /root/.docker/cli-plugins && cp {program} /root/.docker/cli-plugins/docker-compose && chmod 755 /root/.docker/cli-plugins/docker-compose");
        machine.Start("engine", ["env", "-C", "/", "/usr/bin/python3", program, "/run/docker.sock", "app", space.Address, file, .. written is null ? Array.Empty<string>() : [written]]);
        machine.WaitForSocket("/run/docker.sock");
        Poll.Until(() => machine.Must([.. space.Enter, "cat", "/proc/net/tcp"]).Contains(":0BB8 0000", StringComparison.Ordinal), "the app inside");
        var nginx = NginxServer.Start(machine, Site.Proxy(pass));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        return (nginx, client);
    }
}
