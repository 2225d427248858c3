using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Why502.Lab.Machine;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>The traffic command as a process: signals, pipes that fall silent, a terminal.</summary>
public sealed class TrafficScenarios : IDisposable
{
    private const int Rows = 20_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60 * Tool.Slowness);

    private readonly string folder = Directory.CreateTempSubdirectory("why502-traffic-").FullName;

    [SkippableFact]
    public async Task CtrlC_WhileThePipeIsSilent_PrintsWhatCame()
    {
        Skip.If(Tool.Binary is null, "no published binary: set WHY502_BINARY or publish to artifacts/publish");
        // Whoever starts the tests in the background has them, and what they start, ignore SIGINT.
        using var tool = Start("env", ["--default-signal=INT", Tool.Binary!, "traffic", "--format", "json", "-"]);
        await Write(tool.StandardInput.BaseStream);
        var answer = tool.StandardOutput.ReadToEndAsync();
        await Task.Delay(TimeSpan.FromSeconds(2 * Tool.Slowness));
        Assert.False(tool.HasExited);
        using (var kill = Process.Start("kill", ["-INT", tool.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await tool.WaitForExitAsync().WaitAsync(Patience);
        using var report = JsonDocument.Parse(await answer);
        Assert.True(report.RootElement.GetProperty("partial").GetBoolean());
        Assert.InRange(report.RootElement.GetProperty("rows").GetInt64(), Rows / 2, Rows);
        Assert.Equal(1, tool.ExitCode);
    }

    [SkippableFact]
    public async Task Terminal_SeesProgress_AndColoursUnlessAskedNotTo()
    {
        Skip.If(Tool.Binary is null, "no published binary: set WHY502_BINARY or publish to artifacts/publish");
        Programs.Require("script", "mkfifo");
        Assert.Contains("\u001b[", await OnTerminal([]), StringComparison.Ordinal);
        var plain = await OnTerminal(["NO_COLOR=1"]);
        Assert.DoesNotContain("\u001b[1m", plain, StringComparison.Ordinal);
        Assert.Contains("MB/s", plain, StringComparison.Ordinal);
        Assert.Contains($"{Rows:N0} requests", plain, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>What a person sees while a log comes slowly.</summary>
    private async Task<string> OnTerminal(string[] environment)
    {
        string pipe = Path.Combine(folder, Path.GetRandomFileName()), typescript = pipe + ".seen";
        using (var make = Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync();
        }

        using var terminal = Start("env", ["TERM=xterm-256color", .. environment, "script", "-qec", $"{Tool.Binary} traffic {pipe}", typescript]);
        var seen = terminal.StandardOutput.ReadToEndAsync();
        await using (var log = new FileStream(pipe, FileMode.Open, FileAccess.Write))
        {
            await Write(log);
            await Task.Delay(TimeSpan.FromSeconds(2 * Tool.Slowness));
        }

        await terminal.WaitForExitAsync().WaitAsync(Patience);
        return await seen;
    }

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private static async Task Write(Stream to)
    {
        var start = new DateTimeOffset(2026, 9, 21, 14, 0, 0, TimeSpan.Zero);
        await using var writer = new StreamWriter(to, leaveOpen: true);
        for (var i = 0; i < Rows; i++)
        {
            var time = start.AddSeconds(i / 10).ToString("dd/MMM/yyyy:HH:mm:ss", CultureInfo.InvariantCulture);
            await writer.WriteAsync($"203.0.113.{i % 250} - - [{time} +0000] \"GET /a/{i} HTTP/1.1\" {(i % 50 == 0 ? 502 : 200)} 157 \"-\" \"curl/8.5.0\"\n");
        }
    }
}
