using System.CommandLine;
using Why502.Cli.Driver;
using Why502.Cli.Given;
using Why502.Cli.Repairs;
using Why502.Diagnosis;
using Why502.Reports;

namespace Why502.Cli.Commands;

/// <summary>What the user asked of a diagnosis.</summary>
internal sealed record DiagnoseRequest
{
    public IReadOnlyList<string> Files { get; init; } = [];

    public string? Config { get; init; }

    public TimeSpan? Since { get; init; }

    public string? Url { get; init; }

    public bool Probes { get; init; } = true;

    public TimeSpan Timeout { get; init; } = Options.DefaultTimeout;

    public string Format { get; init; } = "text";

    public string? Record { get; init; }
}

/// <summary><c>why502 diagnose</c>: this machine, or the given files and nothing else.</summary>
internal static class DiagnoseCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("files") { Description = "Configuration, nginx -T dump, logs or a record: only these are read; - is standard input", Arity = ArgumentArity.ZeroOrMore, HelpName = "FILE" };
        var config = Options.Config();
        var since = Options.Since();
        var url = new Option<string?>("--url") { Description = "Reproduce a GET of this URL through nginx and straight to the upstream", HelpName = "URL" };
        var noProbe = Options.NoProbe();
        var timeout = Options.Timeout();
        var format = Options.Format("text", "json", "markdown");
        var record = new Option<string?>("--record") { Description = "Also write every question with its answer to FILE; diagnose FILE replays it", HelpName = "FILE" };
        var command = new Command("diagnose", "Name the root cause, its evidence and its fix") { files, config, since, url, noProbe, timeout, format, record };
        command.Validators.Add(result =>
        {
            // An unknown option would be taken for a file name.
            if (result.GetValue(files)?.FirstOrDefault(file => file.Length > 1 && file.StartsWith('-') && !File.Exists(file)) is { } unknown)
            {
                result.AddError($"there is no option {unknown}.");
            }
        });
        command.SetAction((parsed, cancellation) => RunAsync(
            new DiagnoseRequest
            {
                Files = parsed.GetValue(files) ?? [],
                Config = parsed.GetValue(config),
                Since = parsed.GetValue(since),
                Url = parsed.GetValue(url),
                Probes = !parsed.GetValue(noProbe),
                Timeout = parsed.GetValue(timeout) ?? (parsed.GetValue(files) is { Length: > 0 } ? FileDiagnosis.DefaultTimeout : Options.DefaultTimeout),
                Format = parsed.GetValue(format) ?? "text",
                Record = parsed.GetValue(record),
            },
            terminal,
            cancellation));
        return command;
    }

    public static async Task<int> RunAsync(DiagnoseRequest request, Terminal terminal, CancellationToken cancellation)
    {
        _ = Options.Url(request.Url, "--url");
        if (request.Record is { } record)
        {
            Recording.CheckTarget(record);
        }

        if (request.Files.Count == 0)
        {
            InterruptedRepair.Tell(terminal);
        }

        // The first Ctrl-C ends the looking, and what is known is printed.
        using var stop = new StopSignals(secondEnds: true, cancellation);
        var started = TimeProvider.System.GetTimestamp();
        using var progress = new Progress(terminal);
        var result = request.Files.Count > 0
            ? await FileDiagnosis.RunAsync(request, progress.Say, stop.Token).ConfigureAwait(false)
            : await LiveDiagnosis.RunAsync(request, progress.Say, stop.Token).ConfigureAwait(false);
        progress.Dispose();
        if (request.Record is { } path && result.Recording is { } recording)
        {
            await recording.WriteAsync(path).ConfigureAwait(false);
        }

        Print(new ReportInput(result.Conclusion, TimeProvider.System.GetElapsedTime(started)) { Interrupted = result.Interrupted }, request.Format, terminal);
        return result.Conclusion.Verdict == Verdict.Healthy ? ExitStatus.Healthy : ExitStatus.Faulty;
    }

    private static void Print(ReportInput input, string format, Terminal terminal)
    {
        switch (format)
        {
            case "json":
                terminal.Write(JsonReport.Render(input));
                break;
            case "markdown":
                terminal.Write(MarkdownReport.Render(input));
                break;
            default:
                terminal.Write(TextReport.Render(input, terminal.Width));
                break;
        }
    }
}
