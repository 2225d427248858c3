using System.CommandLine;
using Why502.Cli.Driver;
using Why502.Cli.Verify;
using Why502.Diagnosis;

namespace Why502.Cli.Commands;

/// <summary><c>why502 verify</c>: through nginx and straight to the upstream, side by side.</summary>
internal static class VerifyCommand
{
    public static Command Create(Terminal terminal)
    {
        var url = new Argument<string?>("url") { Description = "What to ask by GET; without it every proxied location is tried on a path that its log shows as used", Arity = ArgumentArity.ZeroOrOne, HelpName = "URL" };
        var config = Options.Config();
        var since = Options.Since();
        var timeout = Options.Timeout();
        var command = new Command("verify", "Ask through nginx and straight to the upstream, side by side") { url, config, since, timeout };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(url),
            parsed.GetValue(config),
            parsed.GetValue(since) ?? DiagnosisOptions.DefaultWindow,
            parsed.GetValue(timeout) ?? TimeSpan.FromSeconds(15),
            terminal,
            cancellation));
        return command;
    }

    public static async Task<int> RunAsync(string? url, string? config, TimeSpan since, TimeSpan timeout, Terminal terminal, CancellationToken cancellation)
    {
        if (url is not null && !DiagnoseCommand.IsUrl(url))
        {
            throw new UsageException($"verify takes a URL such as http://shop.example.com/api/, not '{url}'.");
        }

        config = LiveDiagnosis.Config(config);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        using var progress = new Progress(terminal);
        progress.Say("asking through nginx and straight to the upstream …");
        var verifier = new Verifier(LiveDiagnosis.Answerers(TimeProvider.System), new ProbeGate(probes: true, url), timeout * 0.8);
        var cases = url is not null
            ? await verifier.UrlAsync(new Uri(url), config, deadline.Token).ConfigureAwait(false)
            : await verifier.AllAsync(config, since, TimeProvider.System.GetLocalNow(), deadline.Token).ConfigureAwait(false);
        progress.Dispose();
        terminal.Write(VerifyPage.Render(cases, terminal.Width));
        return VerifyPage.Works(cases) == true ? ExitStatus.Healthy : ExitStatus.Faulty;
    }
}
