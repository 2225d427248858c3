using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using Why502.Cli.Traffic;
using Why502.Logs;
using Why502.Traffic;

namespace Why502.Cli.Commands;

/// <summary><c>why502 traffic</c>: which node, which route, since when, and how near to the limit, out of access logs of any size.</summary>
internal static class TrafficCommand
{
    /// <summary>What is done before needs no line about progress.</summary>
    private static readonly TimeSpan ProgressFrom = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the line about progress changes.</summary>
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Seconds since 1970 have so many digits from 1973 on; "20261121" is a date.</summary>
    private const int EpochDigitsMin = 9;

    private const double EpochMax = 253_402_300_799;

    private const int ThreadsMax = 256;

    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("files") { Description = "Access logs, plain or gzipped, folders of them, or - for standard input", Arity = ArgumentArity.OneOrMore, HelpName = "FILE" };
        var logFormat = new Option<string?>("--log-format") { Description = "The logs' log_format as the configuration writes it; without it the format comes from --config, or is recognised", HelpName = "F" };
        var config = Options.Config();
        var since = Moment("--since", "Only requests from then on: a time (2026-11-21T09:00Z), or how long ago (2h)");
        var until = Moment("--until", "Only requests up to then");
        var tables = new Option<string>("--tables") { Description = "core: status, time and upstreams; all: also routes, hosts, methods and clients", HelpName = "all|core", DefaultValueFactory = _ => "all" };
        tables.AcceptOnlyFromAmong("all", "core");
        var threads = Options.Number("--threads", "Workers (default: one for each core)", ThreadsMax);
        var format = Options.Format("text", "json", "markdown", "csv", "html");
        var table = Table(format);
        var command = new Command("traffic", "What access logs of any size say: bad nodes, near time-outs, what retries hid") { files, logFormat, config, since, until, tables, threads, format, table };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(
            new TrafficRequest
            {
                Files = parsed.GetValue(files) ?? [],
                LogFormat = parsed.GetValue(logFormat),
                ConfigPath = parsed.GetValue(config),
                Since = parsed.GetValue(since),
                Until = parsed.GetValue(until),
                Scope = parsed.GetValue(tables) == "core" ? TrafficScope.Core : TrafficScope.Full,
                Threads = parsed.GetValue(threads) ?? Math.Min(Environment.ProcessorCount, ThreadsMax),
            },
            Printer(parsed.GetValue(format), parsed.GetValue(table), terminal),
            terminal,
            cancellation)));
        return command;
    }

    private static int Run(TrafficRequest request, Action<TrafficReport> print, Terminal terminal, CancellationToken cancellation)
    {
        if (request.Since > request.Until)
        {
            throw new UsageException($"--until ({request.Until:yyyy-MM-ddTHH:mm:ssZ}) lies before --since ({request.Since:yyyy-MM-ddTHH:mm:ssZ}): no request can be between them.");
        }

        using var stop = new StopSignals(secondEnds: true, cancellation);
        var configuration = LiveDiagnosis.Config(request.ConfigPath) is { } path ? TrafficConfiguration.Load(path) : null;
        var sources = new TrafficSources(request, configuration, stop.Token);
        var logs = sources.Find();
        var run = new TrafficRun(logs, request, stop.Token);
        foreach (var skipped in sources.Skipped)
        {
            terminal.Complain(skipped);
        }

        var context = new ReportContext { Limits = configuration?.Setup.Limits ?? [], Groups = configuration?.Setup.Groups ?? [] };
        using var progress = new Progress(terminal, besideOutput: true);
        TrafficReport report;
        using (run.IsShort ? null : Watch(run, progress))
        {
            report = run.Read(context);
        }

        progress.Dispose();
        print(report);
        if (report is { Rows: 0, Partial: false } && (request.Since ?? request.Until) is not null && logs.FirstOrDefault(log => log.First is not null) is { First: { } first } log)
        {
            terminal.Complain($"No request lies in this window; {log.Name} begins at {first:yyyy-MM-ddTHH:mm:ssZ}. Without --since and --until all of it is counted.");
        }

        if (report is { Rows: 0, Malformed: > 0, Partial: false } && sources.Mismatch is { } mismatch)
        {
            terminal.Complain($"--log-format fits no row of {mismatch.Log}. {(mismatch.Format is null ? "Compare it with the log_format in the configuration, or name that with --config FILE." : $"Without it the rows are read as: {mismatch.Format}")}");
            return ExitStatus.Failed;
        }

        // Of what was not read nobody knows whether it is healthy.
        return report.Partial || report.Findings.Any(finding => finding.IsFault) ? ExitStatus.Faulty : ExitStatus.Healthy;
    }

    private static Action<TrafficReport> Printer(string? format, string? table, Terminal terminal) => format switch
    {
        "json" => report => terminal.Write(TrafficJson.Render(report)),
        "markdown" => report => terminal.Write(TrafficMarkdown.Render(report)),
        "csv" => report => terminal.Write(TrafficCsv.Render(report, Sheet.All.First(sheet => sheet.Name == (table ?? Sheet.Default)))),
        "html" => report => terminal.Write(TrafficHtml.Render(report)),
        _ => report => terminal.Write(TrafficPage.Render(report, terminal.Width)),
    };

    private static Option<string?> Table(Option<string> format)
    {
        var option = new Option<string?>("--table") { Description = $"The table that --format csv prints (default {Sheet.Default}): {string.Join(", ", Sheet.Names)}", HelpName = "NAME" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !Sheet.Names.Contains(result.Tokens[0].Value, StringComparer.Ordinal))
            {
                result.AddError($"--table knows {string.Join(", ", Sheet.Names)}, not '{result.Tokens[0].Value}'.");
            }
            else if (result.GetValue(format) != "csv")
            {
                result.AddError("--table names a table of --format csv.");
            }
        });
        return option;
    }

    private static Timer Watch(TrafficRun run, Progress progress)
    {
        var started = TimeProvider.System.GetTimestamp();
        return new Timer(_ => progress.Say(ProgressWords.Of(run.BytesRead, run.BytesTotal, TimeProvider.System.GetElapsedTime(started))), null, ProgressFrom, ProgressEvery);
    }

    private static Option<DateTimeOffset?> Moment(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = argument => Parse(argument, name),
    };

    private static DateTimeOffset? Parse(ArgumentResult argument, string name)
    {
        var text = argument.Tokens.Count == 1 ? argument.Tokens[0].Value : "";
        if (Options.TryTime(text, out var ago))
        {
            return TimeProvider.System.GetUtcNow() - ago;
        }

        // As a row of the log has it, and as $msec has it.
        if (text is [_, _, '/', _, _, _, '/', ..] && LogTime.TryRead(Encoding.ASCII.GetBytes($"[{text}{(text.Contains(' ') ? "" : " +0000")}]"), out var logged, out _))
        {
            return new DateTimeOffset(logged, TimeSpan.Zero);
        }

        if (text.Length >= EpochDigitsMin && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < EpochMax)
        {
            return DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        argument.AddError($"{name} takes a time such as 2026-11-21T09:00:00Z, or how long ago, such as 2h, not '{text}'.");
        return null;
    }
}
