using System.Text.RegularExpressions;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>diagnose leaves the machine as it was, and asks the upstreams only what the probe rules allow.</summary>
public sealed partial class ReadOnlyProof
{
    [SkippableFact]
    public void FileTree_IsTheSameAfterwards() => LabMachine.Run(nameof(FileTree_IsTheSameAfterwards), machine =>
    {
        var nginx = NoisyMachine(machine, out _);
        var tool = Tool.On(machine);
        string[] folders = [machine.Directory, "/etc/nginx", "/run", "/var/log", "/var/lib/nginx"];
        var before = FileTree.Snapshot(machine, folders);
        tool.Run("diagnose", "--config", nginx.Config, "--format", "json");
        tool.Run("diagnose", "--config", nginx.Config);
        tool.Run("diagnose", nginx.ErrorLog, nginx.Config);
        tool.RunUnprivileged("diagnose", "--config", nginx.Config);
        Assert.Equal(before, FileTree.Snapshot(machine, folders));
    });

    [SkippableFact]
    public void ReproducingAUrl_AddsOneAccessLogLineOnly() => LabMachine.Run(nameof(ReproducingAUrl_AddsOneAccessLogLineOnly), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(200, "/", times: 5);
        var tool = Tool.On(machine);
        var lines = File.ReadLines(nginx.AccessLog).Count();
        var before = Others(machine, nginx);
        tool.Run("diagnose", "--config", nginx.Config, "--url", "http://shop.example.com:8080/fast", "--format", "json");
        Assert.Equal(before, Others(machine, nginx));
        Assert.InRange(File.ReadLines(nginx.AccessLog).Count() - lines, 0, 1);
    });

    /// <summary>Every file that strace sees opened for writing, made, removed or changed.</summary>
    [SkippableFact]
    public void SystemCalls_WriteNothing() => LabMachine.Run(nameof(SystemCalls_WriteNothing), machine =>
    {
        Programs.Require("strace");
        var nginx = NoisyMachine(machine, out _);
        var tool = Tool.On(machine);
        var trace = machine.PathOf("trace");
        tool.Trace(trace, "diagnose", "--config", nginx.Config, "--format", "json");
        var writes = File.ReadLines(trace).Where(line => IsWrite(line) && !IsRuntimeEndpoint(line)).ToList();
        Assert.True(writes.Count == 0, string.Join('\n', writes.Take(20)));
    });

    /// <summary>
    /// The .NET runtime's own debugger and trace endpoints, made in /tmp before Main and unlinked at exit; only
    /// DOTNET_EnableDiagnostics=0 in the environment prevents them, which a binary cannot set for itself.
    /// </summary>
    private static bool IsRuntimeEndpoint(string line)
        => line.Contains("\"/tmp/dotnet-diagnostic-", StringComparison.Ordinal) || line.Contains("\"/tmp/clr-debug-pipe-", StringComparison.Ordinal);

    [SkippableFact]
    public void Upstreams_SeeOnlyAllowedProbes() => LabMachine.Run(nameof(Upstreams_SeeOnlyAllowedProbes), machine =>
    {
        var nginx = NoisyMachine(machine, out var app);
        var tool = Tool.On(machine);
        var own = app.Requests().Count;
        var result = tool.Run("diagnose", "--config", nginx.Config, "--format", "json");
        Assert.InRange(result.ExitCode, 0, 1);
        var probes = app.Requests().Skip(own).ToList();
        Assert.InRange(probes.Count, 0, 2);
        Assert.All(probes, probe =>
        {
            Assert.Equal("GET", probe.Method);
            Assert.Null(probe.Cookie);
            Assert.Null(probe.Authorization);
            Assert.Contains(probe.Target, new[] { "/", "/fast", "/list" });
        });
    });

    [SkippableFact]
    public void WithoutProbes_UpstreamsSeeNothing() => LabMachine.Run(nameof(WithoutProbes_UpstreamsSeeNothing), machine =>
    {
        var nginx = NoisyMachine(machine, out var app);
        var tool = Tool.On(machine);
        var own = app.Requests().Count;
        tool.Run("diagnose", "--config", nginx.Config, "--no-probe", "--format", "json");
        Assert.Equal(own, app.Requests().Count);
    });

    [SkippableFact]
    public void Secrets_AreNotInTheAnswer() => LabMachine.Run(nameof(Secrets_AreNotInTheAnswer), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_set_header Authorization \"Bearer conf-secret-1\";"));
        var client = new Client(machine);
        for (var i = 0; i < 4; i++)
        {
            client.Get("/reset?token=url-secret-2&x=1", "Cookie: session=cookie-secret-3", "Referer: http://shop.example.com/?key=referrer-secret-4");
        }

        nginx.WaitForLogged("url-secret-2");
        var tool = Tool.On(machine);
        var record = machine.PathOf("record.why502");
        foreach (var format in new[] { "json", "text", "markdown" })
        {
            var result = tool.Run("diagnose", "--config", nginx.Config, "--format", format, "--record", record);
            Assert.DoesNotContain("-secret-", result.Output + result.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("-secret-", File.Exists(record) ? File.ReadAllText(record) : "", StringComparison.Ordinal);
        }
    });

    /// <summary>Requests of every kind that a probe must not repeat, one failing site and one that serves.</summary>
    private static NginxServer NoisyMachine(LabMachine machine, out App app)
    {
        app = Node.Start(machine, 3000, routes: new Route("/list"));
        var nginx = NginxServer.Start(
            machine,
            Site.Proxy("http://127.0.0.1:3000") + "\n" + Site.Proxy("http://127.0.0.1:5000", name: "admin.example.com"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 5);
        client.Get("/list?token=abc", "Cookie: session=1", "Authorization: Basic eDp5");
        client.Send("POST /order HTTP/1.1", "Content-Length: 0");
        client.Send("DELETE /fast HTTP/1.1");
        client.Get("/nowhere");
        new Client(machine, host: "admin.example.com").MustGet(502, "/", times: 4);
        return nginx;
    }

    private static List<string> Others(LabMachine machine, NginxServer nginx) =>
        [.. FileTree.Snapshot(machine, machine.Directory)
            .Where(line => !line.StartsWith(nginx.AccessLog, StringComparison.Ordinal) && !line.Contains("/requests.log ", StringComparison.Ordinal))];

    // The kernel's own files (/proc, /dev) and descriptors without a name (memfd, pipes, sockets) are not the machine's files.
    private static bool IsWrite(string call)
    {
        if (call.Contains(" = -1 ", StringComparison.Ordinal) || call.Contains("\"/dev/", StringComparison.Ordinal) || call.Contains("\"/proc/", StringComparison.Ordinal))
        {
            return false;
        }

        return Opens().IsMatch(call)
            ? call.Contains("O_WRONLY", StringComparison.Ordinal) || call.Contains("O_RDWR", StringComparison.Ordinal) || call.Contains("O_CREAT", StringComparison.Ordinal)
            : Changes().IsMatch(call);
    }

    [GeneratedRegex(@"^\d+ +(open|openat|openat2|creat)\(")]
    private static partial Regex Opens();

    [GeneratedRegex(@"^\d+ +((unlink|rename|link|symlink|mkdir|mknod|chmod|chown|fchmodat|fchownat|utime|setxattr|fsetxattr|removexattr|truncate|rmdir)\w*\(|bind\(\d+, \{sa_family=AF_UNIX, sun_path=""/)")]
    private static partial Regex Changes();
}
