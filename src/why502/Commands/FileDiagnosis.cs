using Why502.Cli.Driver;
using Why502.Cli.Given;
using Why502.Diagnosis;

namespace Why502.Cli.Commands;

/// <summary>Diagnoses files that were handed over, or replays a record; the machine is not looked at.</summary>
internal static class FileDiagnosis
{
    /// <summary>Nobody's site waits for a verdict on files, and all of it is computing: a busy machine must not cost the answer.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan OpeningPatience = TimeSpan.FromSeconds(4);

    public static async Task<DiagnosisResult> RunAsync(DiagnoseRequest request, Action<string> say, CancellationToken stop)
    {
        if (request.Url is not null)
        {
            throw new UsageException("--url asks this machine's nginx, and with FILEs only the files are read. Leave one of them out.");
        }

        IReadOnlyList<string> names = request.Config is { } config ? [config, .. request.Files] : request.Files;
        if (names.Count(name => name == "-") > 1)
        {
            throw new UsageException("standard input (-) can be given only once.");
        }

        var started = TimeProvider.System.GetTimestamp();
        say($"reading {string.Join(", ", names)} …");
        // A pipe that never ends must leave time for the files beside it.
        using var opening = CancellationTokenSource.CreateLinkedTokenSource(stop);
        opening.CancelAfter(request.Timeout * 0.5 < OpeningPatience ? request.Timeout * 0.5 : OpeningPatience);
        var files = await Task.WhenAll(names.Distinct().Select(name => GivenFile.OpenAsync(name, opening.Token))).ConfigureAwait(false);
        if (files.FirstOrDefault(file => file.Kind == GivenKind.Record) is { } record)
        {
            return files.Length == 1 ? Replay(record, stop) : throw new UsageException($"{record.Name} is a record and is diagnosed alone: why502 diagnose {record.Name}");
        }

        var left = request.Timeout - TimeProvider.System.GetElapsedTime(started);
        return await DiagnoseAsync(files, request.Since, left, say, stop).ConfigureAwait(false);
    }

    /// <summary>Diagnoses what was opened; at least one of the files must be of use.</summary>
    public static async Task<DiagnosisResult> DiagnoseAsync(IReadOnlyList<GivenFile> files, TimeSpan? since, TimeSpan timeout, Action<string> say, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(timeout * 0.9);
        var started = TimeProvider.System.GetTimestamp();
        var readable = files.Where(file => file.Kind is not (GivenKind.Unreadable or GivenKind.Binary)).ToList();
        if (readable.Count == 0)
        {
            throw new UsageException(string.Join('\n', files.Select(file => $"cannot use {file.Name}: {GivenSet.Reason(file)}.")));
        }

        var set = new GivenSet(files);
        var now = await set.ClockAsync(deadline.Token).ConfigureAwait(false);
        var options = new DiagnosisOptions { Since = since };
        var driver = new DiagnosisDriver([new(GivenSet.CanAnswer, set.AnswerAsync)], options, TimeProvider.System) { Progress = say };
        driver.Know(await set.KnownAsync(deadline.Token).ConfigureAwait(false));
        var left = timeout - TimeProvider.System.GetElapsedTime(started);
        var result = await driver.RunAsync(now, left > TimeSpan.FromMilliseconds(200) ? left : TimeSpan.FromMilliseconds(200), stop).ConfigureAwait(false);
        var header = new RecordHeader(Recording.Kind, Program.Version, Environment.MachineName, now, options);
        var unobserved = result.Conclusion.Unobserved.Where(item => !item.Why.StartsWith(GivenHints.OnlyFiles, StringComparison.Ordinal) || item.Decides.Count > 0);
        return new(result.Conclusion with { Unobserved = [.. set.Problems, .. GivenHints.ErrorLog(result.Conclusion), .. GivenHints.AppLog(result.Conclusion, set.HasAppLog), .. unobserved] }, new Recording(header, result.Answers), result.Interrupted);
    }

    private static DiagnosisResult Replay(GivenFile file, CancellationToken stop)
    {
        byte[] content;
        try
        {
            if (file.Content is null && new FileInfo(file.Path).Length > Recording.BytesMax)
            {
                throw new UsageException($"{file.Name} is larger than any record ({Recording.BytesMax >> 20} MB).");
            }

            content = file.Content ?? File.ReadAllBytes(file.Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {file.Name}: {failure.Message}");
        }

        var recording = Recording.Read(file.Name, content);
        return new(recording.Replay(), recording, stop.IsCancellationRequested);
    }
}
