using Why502.Cli.Driver;
using Why502.Diagnosis;
using Why502.Host.Logs;
using Why502.Host.Machine;
using Why502.Host.Probes;

namespace Why502.Cli.Commands;

/// <summary>A conclusion, and the record of how it was reached.</summary>
internal sealed record DiagnosisResult(Conclusion Conclusion, Recording? Recording, bool Interrupted);

/// <summary>Diagnoses the machine it runs on.</summary>
internal static class LiveDiagnosis
{
    public static async Task<DiagnosisResult> RunAsync(DiagnoseRequest request, Action<string> say, CancellationToken stop)
    {
        var config = Config(request.Config);
        var options = new DiagnosisOptions { ConfigPath = config, Since = request.Since ?? DiagnosisOptions.DefaultWindow, Url = request.Url };
        var time = TimeProvider.System;
        var driver = new DiagnosisDriver(Answerers(time), options, time)
        {
            Gate = new ProbeGate(request.Probes, request.Url),
            Progress = say,
            AskFirst = [new NginxInstances(config), new MachineState()],
        };
        var now = time.GetLocalNow();
        var result = await driver.RunAsync(now, request.Timeout, stop).ConfigureAwait(false);
        var header = new RecordHeader(Recording.Kind, Program.Version, Environment.MachineName, now, options);
        return new(result.Conclusion, new Recording(header, result.Answers), result.Interrupted);
    }

    public static IReadOnlyList<Answerer> Answerers(TimeProvider time)
    {
        // Blocked readers hold their threads; the pool must not wait for new ones.
        ThreadPool.SetMinThreads(32, 8);
        var machine = new MachineAnswers(new MachineOptions(), time);
        var logs = new LogAnswers(time);
        var probes = new ProbeAnswers(time);
        return
        [
            new(MachineAnswers.CanAnswer, machine.AnswerAsync),
            new(logs.CanAnswer, logs.AnswerAsync),
            new(probes.CanAnswer, probes.AnswerAsync),
        ];
    }

    /// <summary>The named configuration's full path; complains when it cannot be read.</summary>
    internal static string? Config(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new UsageException($"--config {path}: it is a directory. Name nginx's main configuration file.");
        }

        try
        {
            using var file = File.OpenRead(full);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"--config {path}: there is no such file.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new UsageException($"--config {path}: permission denied. Run with sudo, or as a user who may read it.");
        }
        catch (IOException failure)
        {
            throw new UsageException($"--config {path}: {failure.Message}");
        }

        return full;
    }
}
