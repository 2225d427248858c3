using System.CommandLine;
using Why502.Host.Checks;
using Why502.Nginx;
using Why502.Reports.Config;

namespace Why502.Cli.Commands.Config;

/// <summary><c>why502 config effective</c>: the values in force for one request, with the line each one comes from.</summary>
internal static class EffectiveCommand
{
    public static Command Create(Terminal terminal)
    {
        var config = new Option<string>("--config") { Description = "Main configuration file, an nginx -T dump or a snippet", HelpName = "FILE", Required = true };
        var host = new Option<string>("--host") { Description = "The Host header", HelpName = "HOST", Required = true };
        var uri = new Option<string>("--uri") { Description = "The request target, with its query if it has one", HelpName = "URI", Required = true };
        var listen = new Option<string?>("--listen") { Description = "The local address the request comes to", HelpName = "ADDR:PORT" };
        var tls = new Option<bool>("--tls") { Description = "The request comes over TLS" };
        var method = new Option<string>("--method") { Description = "The request's method", HelpName = "M", DefaultValueFactory = _ => "GET" };
        var version = NginxVersionOption.Create("The nginx that is meant, for defaults that changed, not the installed one");
        var prefix = new Option<string?>("--prefix") { Description = "nginx's -p, which relative paths are relative to", HelpName = "DIR" };
        var all = new Option<bool>("--all") { Description = "Every directive of nginx's modules, defaults too" };
        var format = Options.Format("text", "json");
        var command = new Command("effective", "The values in force for a request, with the line each one comes from") { config, listen, tls, host, uri, method, version, prefix, all, format };
        command.SetAction(parsed => Run(
            ConfigFiles.Load(parsed.GetValue(config)!, parsed.GetValue(prefix)),
            new EffectiveRequest(
                Path.GetFullPath(parsed.GetValue(config)!), parsed.GetValue(listen), parsed.GetValue(tls), parsed.GetValue(host)!, parsed.GetValue(uri)!, parsed.GetValue(method)!, NginxVersionOption.FactsOf(parsed.GetValue(version), InstalledNginx.Find()).Version),
            parsed.GetValue(all),
            parsed.GetValue(format) == "json",
            terminal));
        return command;
    }

    private static int Run((NginxConfiguration? Configuration, string? Problem) loaded, EffectiveRequest request, bool all, bool json, Terminal terminal)
    {
        if (loaded.Configuration is not { } configuration)
        {
            terminal.Complain(loaded.Problem!);
            return ExitStatus.Failed;
        }

        request = request with { ConfigurationFile = configuration.MainFile };
        if (EffectiveAnswer.Find(configuration, request, all) is not { } answer)
        {
            terminal.Complain($"no server of {configuration.MainFile} takes this request{(request.Listen is null ? "" : $": nothing listens on {request.Listen}")}.");
            return ExitStatus.Faulty;
        }

        if (json)
        {
            terminal.Write(EffectiveJson.Line(answer));
        }
        else
        {
            terminal.Write(EffectivePage.Render(answer, terminal.Width));
        }

        return ExitStatus.Healthy;
    }
}
