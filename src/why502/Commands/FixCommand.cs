using System.CommandLine;
using Why502.Cli.Repairs;
using Why502.Diagnosis;

namespace Why502.Cli.Commands;

/// <summary>What the user asked of a repair.</summary>
internal sealed record FixRequest
{
    public string? Config { get; init; }

    public string? Cause { get; init; }

    public TimeSpan? Since { get; init; }

    public string? Url { get; init; }

    /// <summary>For the diagnosis; the proof takes as long as the time-outs concerned.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>A repair is worth a longer look than a glance.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(20);

    public bool Apply { get; init; }

    public bool Yes { get; init; }

    public bool Force { get; init; }

    public string Format { get; init; } = "text";
}

/// <summary><c>why502 fix</c>: shows what would be changed; with <c>--apply</c> changes it as a transaction.</summary>
internal static class FixCommand
{
    public static Command Create(Terminal terminal)
    {
        var config = Options.Config();
        var cause = new Option<string?>("--cause") { Description = "Repair this cause only, by its id", HelpName = "ID" };
        var since = Options.Since();
        var url = new Option<string?>("--url") { Description = "The request that fails: reproduced for the diagnosis and for the proof", HelpName = "URL" };
        var timeout = Options.Timeout("The diagnosis comes within this time (default 20s); the proof takes as long as the time-outs concerned");
        var apply = new Option<bool>("--apply") { Description = "Make the change, reload, verify; what does not help is taken back" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask before --apply (needed when nobody is at a terminal)" };
        var undo = new Option<bool>("--undo") { Description = "Take back the repair that was applied last" };
        var recover = new Option<bool>("--recover") { Description = "Take back what an interrupted repair has left" };
        var history = new Option<bool>("--history") { Description = "List the repairs made on this machine" };
        var force = new Option<bool>("--force") { Description = "Also edit files that another program writes, and take others' pending changes along; with --recover, keep what was changed since" };
        var format = Options.Format("text", "json");
        var command = new Command("fix", "Show the repair as a diff; with --apply make it, prove it, or take it back") { config, cause, since, url, timeout, apply, yes, undo, recover, history, force, format };
        command.Validators.Add(result =>
        {
            if (new[] { result.GetValue(apply), result.GetValue(undo), result.GetValue(recover), result.GetValue(history) }.Count(given => given) > 1)
            {
                result.AddError("--apply, --undo, --recover and --history are four different things: give one of them.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new FixRequest
            {
                Config = parsed.GetValue(config),
                Cause = Known(parsed.GetValue(cause)),
                Since = parsed.GetValue(since),
                Url = Options.Url(parsed.GetValue(url), "--url")?.OriginalString,
                Timeout = parsed.GetValue(timeout) ?? FixRequest.DefaultTimeout,
                Apply = parsed.GetValue(apply),
                Yes = parsed.GetValue(yes),
                Force = parsed.GetValue(force),
                Format = parsed.GetValue(format) ?? "text",
            };
            var run = new FixRun(terminal, request);
            return parsed.GetValue(history) ? run.History()
                : parsed.GetValue(recover) ? await run.RecoverAsync().ConfigureAwait(false)
                : parsed.GetValue(undo) ? await run.UndoAsync().ConfigureAwait(false)
                : await run.FixAsync(cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static string? Known(string? cause)
        => cause is null || CauseRegistry.All.Any(known => known.Id == cause) ? cause
            : throw new UsageException($"there is no cause '{cause}'. The ids are listed by: why502 explain");
}
