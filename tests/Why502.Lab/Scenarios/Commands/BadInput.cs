using System.Globalization;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>What cannot be read, does not end, or makes no sense: a verdict or a clear error, in time, never a stack trace.</summary>
public sealed class BadInput
{
    [SkippableTheory]
    [InlineData("missing.log")]
    [InlineData("missing/nginx.conf")]
    public void FileThatIsNotThere_IsExit2(string file) => LabMachine.Run(nameof(FileThatIsNotThere_IsExit2), machine =>
        Fails(machine, file, "diagnose", machine.PathOf(file)));

    /// <summary>Whoever keeps reports on a full disk must not take an empty one for a healthy machine.</summary>
    [SkippableTheory]
    [InlineData("/dev/full", 2, "No space left")]
    [InlineData("/dev/null", 0, "")]
    public void Output_IsWrittenOrIsExit2(string output, int status, string said) => LabMachine.Run(nameof(Output_IsWrittenOrIsExit2), machine =>
    {
        Skip.If(Tool.Binary is null, "no published binary: set WHY502_BINARY or publish to artifacts/publish");
        foreach (string[] arguments in (string[][])[["--version"], ["explain", "502"]])
        {
            var result = machine.Execute(["sh", "-c", "\"$@\" > " + output, "sh", Tool.Binary!, .. arguments]);
            Assert.Equal(status, result.ExitCode);
            Assert.Contains(said, result.Errors, StringComparison.Ordinal);
            Crash.Check(result, problem => Assert.Fail(problem));
        }
    });

    [SkippableFact]
    public void ConfigThatIsNotThere_IsExit2() => LabMachine.Run(nameof(ConfigThatIsNotThere_IsExit2), machine =>
        Fails(machine, "nowhere.conf", "diagnose", "--config", machine.PathOf("nowhere.conf")));

    [SkippableFact]
    public void NoNginxAnywhere_SaysSo() => LabMachine.Run(nameof(NoNginxAnywhere_SaysSo), machine =>
    {
        machine.Must("mount", "-t", "tmpfs", "tmpfs", "/etc/nginx");
        var result = Survives(machine, "diagnose");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("nginx", result.Output + result.Errors, StringComparison.Ordinal);
    });

    [SkippableFact]
    public void ConfigNobodyMayRead_SaysSo() => LabMachine.Run(nameof(ConfigNobodyMayRead_SaysSo), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        machine.Must("chmod", "0600", nginx.Config);
        var result = Tool.On(machine).RunUnprivileged("diagnose", "--config", nginx.Config);
        Crash.Check(result, problem => Assert.Fail(problem));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("permission denied", result.Output + result.Errors, StringComparison.OrdinalIgnoreCase);
    });

    [SkippableTheory]
    [InlineData("http { server { listen 80; location / { proxy_pass http://127.0.0.1:3000; ")]
    [InlineData("}}}}}} ; ; ;")]
    [InlineData("http { include *.conf; include nginx.conf; }")]
    [InlineData("")]
    public void ConfigThatDoesNotParse_EndsClearly(string text) => LabMachine.Run(nameof(ConfigThatDoesNotParse_EndsClearly), machine =>
        Assert.NotEqual(0, Survives(machine, "diagnose", "--config", machine.Write("nginx.conf", text)).ExitCode));

    [SkippableFact]
    public void ConfigBrokenOnDiskWhileAnOlderOneRuns_StillAnswers() => LabMachine.Run(nameof(ConfigBrokenOnDiskWhileAnOlderOneRuns_StillAnswers), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 4);
        File.AppendAllText(nginx.Config, "\nhttp {\n  server {\n");
        Assert.Equal(1, Survives(machine, "diagnose", "--config", nginx.Config, "--format", "json").ExitCode);
    });

    [SkippableFact]
    public void ErrorLogIsAPipe_DoesNotHang() => LabMachine.Run(nameof(ErrorLogIsAPipe_DoesNotHang), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 2);
        machine.Shell("rm logs/error.log logs/access.log; mkfifo -m 644 logs/error.log; mkfifo -m 644 logs/access.log");
        Assert.Equal(1, Survives(machine, "diagnose", "--config", nginx.Config, "--format", "json").ExitCode);
        Survives(machine, "diagnose", nginx.ErrorLog);
    });

    [SkippableFact]
    public void LogOfGarbage_IsSurvived() => LabMachine.Run(nameof(LogOfGarbage_IsSurvived), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 4);
        var bytes = new byte[3_000_000];
        new Random(502).NextBytes(bytes);
        File.WriteAllBytes(machine.PathOf("garbage.log"), bytes);
        Survives(machine, "diagnose", machine.PathOf("garbage.log"));
        using (var log = new FileStream(nginx.ErrorLog, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            log.Write(bytes);
            log.WriteByte((byte)'\n');
        }

        new Client(machine).MustGet(502, "/", times: 4);
        var diagnosis = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.Equal("upstream-down", diagnosis.Findings[0].Cause);
    });

    [SkippableFact]
    public void LogOfOneEndlessLine_IsSurvived() => LabMachine.Run(nameof(LogOfOneEndlessLine_IsSurvived), machine =>
        Survives(machine, "diagnose", machine.Write("error.log", new string('x', 40_000_000))));

    [SkippableFact]
    public void LogThatGrowsWhileRead_Ends() => LabMachine.Run(nameof(LogThatGrowsWhileRead_Ends), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 5);
        using var load = client.Keep("/", senders: 2, pauseMilliseconds: 1);
        var diagnosis = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.Equal("upstream-down", diagnosis.Findings[0].Cause);
    });

    [SkippableFact]
    public void LogRotatedAway_IsStillRead() => LabMachine.Run(nameof(LogRotatedAway_IsStillRead), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 8);
        machine.Shell($"mv logs/error.log logs/error.log.1; mv logs/access.log logs/access.log.1; nginx -p . -c {nginx.Config} -s reopen");
        Poll.Until(() => File.Exists(nginx.ErrorLog), "the reopened log");
        var diagnosis = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.Equal("upstream-down", diagnosis.Findings[0].Cause);
    });

    [SkippableTheory]
    [InlineData("hang")]
    [InlineData("flood")]
    [InlineData("flood-header")]
    public void UpstreamThatHangsOrFloods_EndsInTime(string mode) => LabMachine.Run(nameof(UpstreamThatHangsOrFloods_EndsInTime), machine =>
    {
        TcpPeer.Start(machine, mode, "127.0.0.1:7000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:7000", "proxy_read_timeout 400ms; proxy_buffering off;"));
        if (mode != "flood")
        {
            new Client(machine).Get(3, "/");
        }

        // A path that was answered to a GET once: the probe has something to ask for.
        File.AppendAllText(nginx.AccessLog, $"127.0.0.1 - - [{DateTime.UtcNow.ToString("dd/MMM/yyyy:HH:mm:ss", CultureInfo.InvariantCulture)} +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\" rt=0.001 ua=\"127.0.0.1:7000\" us=\"200\" ct=0.000 ht=0.001 urt=0.001 ub=80\n");
        var result = Survives(machine, "diagnose", "--config", nginx.Config, "--format", "json", "--timeout", "3s");
        Assert.InRange(result.Took.TotalSeconds, 0, 4);
    });

    [SkippableTheory]
    [InlineData("diagnose", "--format", "nonsense")]
    [InlineData("diagnose", "--timeout", "soon")]
    [InlineData("diagnose", "--unknown-option")]
    [InlineData("diagnose", "--since", "yesterday-ish")]
    [InlineData("no-such-command")]
    public void WrongUsage_IsExit2(params string[] arguments) => LabMachine.Run(nameof(WrongUsage_IsExit2), machine =>
        Assert.Equal(2, Survives(machine, arguments).ExitCode));

    private static CommandResult Survives(LabMachine machine, params string[] arguments)
    {
        var result = Tool.On(machine).Run(arguments);
        Crash.Check(result, problem => Assert.Fail($"{problem}\n{result.Output}{result.Errors}"));
        Assert.True(result.Took < TimeSpan.FromSeconds(7), $"took {result.Took.TotalSeconds:0.0} s");
        return result;
    }

    private static void Fails(LabMachine machine, string named, params string[] arguments)
    {
        var result = Survives(machine, arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(named, result.Errors, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }
}
