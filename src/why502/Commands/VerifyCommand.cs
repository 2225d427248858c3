using System.CommandLine;
using Why502.Cli.Repairs;
using Why502.Cli.Verify;
using Why502.Diagnosis;

namespace Why502.Cli.Commands;

/// <summary><c>why502 verify</c>: through nginx and straight to every server behind it, side by side.</summary>
internal static class VerifyCommand
{
    private const int CountMax = 1000;

    public static Command Create(Terminal terminal)
    {
        var url = new Argument<string?>("url") { Description = "What to ask by GET; without it every proxied location is tried on a path that its log shows as used", Arity = ArgumentArity.ZeroOrOne, HelpName = "URL" };
        var config = Options.Config();
        var count = Options.Number("--count", $"How often each way is asked (default {ProofRequest.AttemptsDefault}; without URL 1)", CountMax, "-n");
        var since = Options.Since();
        var timeout = Options.Time("--timeout", "The verdict comes within this time; default: as long as nginx's own time-outs need, at most 75s", "65s");
        var format = Options.Format("text", "json");
        var command = new Command("verify", "Ask through nginx and straight to every server behind it, side by side") { url, config, count, since, timeout, format };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(url),
            new ProofRequest
            {
                ConfigPath = parsed.GetValue(config),
                Attempts = parsed.GetValue(count),
                Since = parsed.GetValue(since) ?? DiagnosisOptions.DefaultWindow,
                Patience = parsed.GetValue(timeout),
            },
            parsed.GetValue(format) ?? "text",
            terminal,
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string? url, ProofRequest request, string format, Terminal terminal, CancellationToken cancellation)
    {
        request = request with { ConfigPath = LiveDiagnosis.Config(request.ConfigPath), Targets = Options.Url(url, "verify") is { } asked ? [ProofTarget.Of(asked)] : [] };
        using var stop = new StopSignals(secondEnds: true, cancellation);
        InterruptedRepair.Tell(terminal);
        using var progress = new Progress(terminal);
        var proof = await Prover.Live(progress.Say).ProveAsync(request, stop.Token).ConfigureAwait(false);
        progress.Dispose();
        if (format == "json")
        {
            terminal.Write(VerifyJson.Render(proof));
        }
        else
        {
            terminal.Write(VerifyPage.Render(proof, terminal.Width));
        }

        return proof.Verdict == ProofVerdict.Works ? ExitStatus.Healthy : ExitStatus.Faulty;
    }
}
